"""Prints Tests/ProgramTests/TorchSamples.swift: small files of torch.save in its older form, as base64.

Needs torch and numpy.
"""
import argparse
import base64
import collections
import io
import pathlib
import textwrap

import numpy
import torch


def saved(value):
    buffer = io.BytesIO()
    torch.save(value, buffer, _use_new_zipfile_serialization=False)
    return base64.b64encode(buffer.getvalue()).decode()


def state(first):
    return collections.OrderedDict(
        {"conv.weight": torch.tensor([[first, 2.0]]), "conv.bias": torch.tensor([0.5])}
    )



SAMPLES = {
    "besides": (
        "A state dict beside a best accuracy that is a tensor, and an epoch.",
        {"model": state(1.0), "best_acc": torch.tensor(71.2), "epoch": 3},
    ),
    "nested": (
        "Two state dicts two keys deep, and an optimizer's momentum.",
        {
            "state": {"model": state(1.0), "ema": state(7.0)},
            "optimizer": {"state": {0: {"momentum_buffer": torch.ones(2)}}},
        },
    ),
    "averaged": (
        "The state of a compiled, averaged, data-parallel model.",
        collections.OrderedDict(
            {"_orig_mod.n_averaged": torch.tensor(5)}
            | {"_orig_mod.module.module." + name: value for name, value in state(1.0).items()}
        ),
    ),
    "negated": (
        "Lazily negated 1, 2: the imaginary part of a conjugate.",
        {"a.weight": torch.tensor([3 + 1j, 4 + 2j]).conj().imag},
    ),
    "objects": (
        "What trainings save beside their weights: NumPy scalars, a Counter, arguments, integers beyond 64 bits.",
        {
            "state_dict": state(1.0),
            "best": numpy.float64(71.25),
            "half": numpy.float16(0.1),
            "seen": numpy.uint64(2**64 - 1),
            "isBest": numpy.bool_(True),
            "labels": collections.Counter({"cat": 2}),
            "args": argparse.Namespace(lr=0.1),
            "wide": 2**70,
            "low": -(2**64) - 1,
            "tall": 2**63,
            "raw": b"\x00\xff",
            "size": torch.Size([2, 3]),
            "names": {"a"},
            "place": [torch.device("cuda", 1), torch.float16],
        },
    ),
    "extremes": (
        "NaN, an infinity, 1; the largest integer, 2^53 + 1; a float16 0.1; true.",
        {
            "a.weight": torch.tensor([float("nan"), float("inf"), 1.0]),
            "n": torch.tensor([2**63 - 1, 2**53 + 1]),
            "h": torch.tensor([0.1], dtype=torch.float16),
            "b": torch.tensor([True]),
        },
    ),
    "others": (
        "Neighbours of `extremes`: 5, the infinity, 3; the smallest integer, 2^53.",
        {
            "a.weight": torch.tensor([5.0, float("inf"), 3.0]),
            "n": torch.tensor([-(2**63), 2**53]),
            "h": torch.tensor([0.1], dtype=torch.float16),
            "b": torch.tensor([True]),
        },
    ),
    "complex": ("Complex numbers.", {"a.weight": torch.tensor([1 + 2j])}),
    "path": ("A path among the arguments.", {"model": state(1.0), "out": pathlib.PurePosixPath("x")}),
    "alone": ("A tensor, no dictionary.", torch.ones(2, 3)),
}

print("// Made by Tests/Comparison/torch_samples.py with PyTorch %s.\n" % torch.__version__.split("+")[0])
print("import Foundation\n")
print("/// Small files of `torch.save`, in the form before PyTorch 1.6.")
print("enum TorchSamples {")
for name, (text, value) in SAMPLES.items():
    print(f"  /// {text}")
    print(f"  static let {name} = decoded(")
    print('    """')
    print(textwrap.indent("\n".join(textwrap.wrap(saved(value), 92)), "    "))
    print('    """)\n')
print("  private static func decoded(_ text: String) -> Data {")
print("    Data(base64Encoded: text, options: .ignoreUnknownCharacters) ?? Data()")
print("  }")
print("}")
