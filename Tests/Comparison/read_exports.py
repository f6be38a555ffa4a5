"""Reads a .pth and a .safetensors export, compares them, and saves them in both forms of torch.save.

Arguments: the two files. Writes new.pth and old.pth into the working directory; the names get the
`module.` prefix of data-parallel training. Exits with 1 when the files differ.
"""
import sys

import safetensors.torch
import torch

first = torch.load(sys.argv[1], weights_only=True)
second = safetensors.torch.load_file(sys.argv[2])
if set(first) != set(second) or not all(torch.equal(first[name], second[name]) for name in first):
    sys.exit(1)
nested = {"epoch": 3, "state_dict": {"module." + name: value for name, value in first.items()}}
torch.save(nested, "new.pth")
torch.save(nested, "old.pth", _use_new_zipfile_serialization=False)
