"""Saves and loads a state dict in the formats of Python, in memory and on one thread.

`lskd-bench checkpoint --python PYTHON` starts this program with a .safetensors file and interleaves its
measurements with the suite's. It reads lines `size FORMAT`, `save FORMAT` and `load FORMAT` from standard
input and prints bytes or seconds.
"""
import io
import sys
import time

import safetensors.torch
import torch
import zstandard

torch.set_num_threads(1)
state = safetensors.torch.load_file(sys.argv[1])


def torch_save():
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


def torch_load(data):
    return torch.load(io.BytesIO(data), weights_only=True)


def compress(data):
    return zstandard.ZstdCompressor(level=1).compress(data)


def expand(data):
    return zstandard.ZstdDecompressor().decompress(data)


FORMATS = {
    "torch.save": (torch_save, torch_load),
    "torch.save+zstd": (lambda: compress(torch_save()), lambda data: torch_load(expand(data))),
    "safetensors": (lambda: safetensors.torch.save(state), safetensors.torch.load),
    "safetensors+zstd": (
        lambda: compress(safetensors.torch.save(state)),
        lambda data: safetensors.torch.load(expand(data)),
    ),
}
stored = {name: save() for name, (save, _) in FORMATS.items()}


for line in sys.stdin:
    word, name = line.split()
    save, load = FORMATS[name]
    start = time.perf_counter()
    if word == "size":
        print(len(stored[name]), flush=True)
    elif word == "save":
        save()
        print(time.perf_counter() - start, flush=True)
    else:
        load(stored[name])
        print(time.perf_counter() - start, flush=True)
