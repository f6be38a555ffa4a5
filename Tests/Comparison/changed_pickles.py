"""Compares what the suite reads from changed files of torch.save with what Python reads from them.

`changed_pickles.py make DIR` writes the files that are to be changed, each with NAME.json: the range of the pickle
and the places of its checksum, for archives. `changed_pickles.py check DIR` reads accepted.bin and accepted.jsonl, a
line for each file that the suite read: its bytes' range, the keys of the state dict, the prefixes that were left out,
tensors and metadata. The reference is torch.load with weights_only=True and, for the instructions of later
pickle protocols that it refuses, Python's pickle with the same short list of names. Exits with 1 when any differs.

Needs torch and numpy.
"""
import argparse
import collections
import io
import json
import pathlib
import pickle
import sys
import types
import warnings
import zipfile

import numpy
import torch

warnings.simplefilter("ignore")
torch.set_num_threads(1)


def content():
    z = torch.tensor([3 + 1j, 4 + 2j])
    base = torch.arange(6.0)
    weights = collections.OrderedDict(
        {
            "module.conv.weight": base.view(2, 3).t(),
            "module.conv.bias": base[1:3],
            "module.h": torch.tensor([1.5, -2.0]).half(),
            "module.n": torch.tensor([7, -8]),
            "module.neg": z.conj().imag,
            "module.flag": torch.tensor([True, False]),
        }
    )
    weights["module.p"] = torch.nn.Parameter(torch.ones(2))
    weights._metadata = collections.OrderedDict({"": {"version": 1}})
    return {
        "state_dict": weights,
        "epoch": 3,
        "rate": 0.1,
        "note": "ä",
        "best": numpy.float64(71.25),
        "count": numpy.int32(-5),
        "seen": numpy.uint64(2**64 - 1),
        "good": numpy.bool_(True),
        "wide": 2**70,
        "labels": collections.Counter({"cat": 2}),
        "args": argparse.Namespace(lr=0.1),
        "type": torch.float16,
        "device": torch.device("cpu"),
        "set": {1, 2},
        "optimizer": {"state": {0: {"step": torch.tensor(3.0)}}, "groups": [{"lr": 0.1}, (1, 2)]},
    }


def make(folder):
    for protocol in (2, 4):
        for newer in (False, True):
            buffer = io.BytesIO()
            value = content()
            if protocol == 4:
                del value["set"]  # Has an instruction of its own there, which no loader of weights takes.
            torch.save(
                value, buffer, pickle_protocol=protocol, _use_new_zipfile_serialization=newer
            )
            name = f"{'archive' if newer else 'stream'}-{protocol}"
            data, places = buffer.getvalue(), {}
            if newer:
                data, places = rezipped(data)
            (folder / f"{name}.pth").write_bytes(data)
            (folder / f"{name}.json").write_text(json.dumps(places))


def rezipped(data):
    """The archive as zipfile writes it, whose headers hold the checksum at known places."""
    source, buffer = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for entry in source.infolist():
            target.writestr(entry.filename, source.read(entry))
    data = buffer.getvalue()
    entry = next(
        entry for entry in zipfile.ZipFile(buffer).infolist() if entry.filename.endswith("data.pkl")
    )
    start = entry.header_offset + 30 + len(entry.filename)
    name = entry.filename.encode()
    central = data.index(b"PK\x01\x02", start)
    while data[central + 46 : central + 46 + len(name)] != name:
        central = data.index(b"PK\x01\x02", central + 4)
    return data, {
        "start": start,
        "length": entry.file_size,
        "checksums": [entry.header_offset + 14, central + 16],
    }


SAFE = [argparse.Namespace, numpy._core.multiarray.scalar, numpy.dtype] + [
    value for value in vars(numpy.dtypes).values() if isinstance(value, type)
]
SAFE += [(numpy._core.multiarray.scalar, "numpy.core.multiarray.scalar")]
NAMES = {
    ("collections", "OrderedDict"), ("collections", "Counter"), ("argparse", "Namespace"),
    ("torch", "Size"), ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"),
    ("torch._utils", "_rebuild_parameter"), ("_codecs", "encode"), ("numpy", "dtype"),
    ("numpy.core.multiarray", "scalar"), ("numpy._core.multiarray", "scalar"),
    ("builtins", "set"), ("__builtin__", "set"), ("torch", "device"),
}


class Restricted(pickle.Unpickler):
    def find_class(self, module, name):
        known = getattr(torch, name, None) if module == "torch" else None
        is_type = isinstance(known, torch.dtype) or name.endswith("Storage") and known
        if (module, name) not in NAMES and not is_type:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)


RESTRICTED = types.SimpleNamespace(
    __name__="restricted", Unpickler=Restricted, load=lambda file, **options: Restricted(file, **options).load()
)


def reference(data):
    try:
        return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except Exception:
        return torch.load(
            io.BytesIO(data), map_location="cpu", weights_only=False, pickle_module=RESTRICTED
        )


def tensors(value, read):
    for key in read["path"]:
        value = value[key]
    result = {}
    for name, tensor in value.items():
        if type(name) is not str or not isinstance(tensor, torch.Tensor):
            continue
        kept = True
        for prefix in read["prefixes"]:
            kept = kept and name.startswith(prefix)
            name = name[len(prefix) :]
        if not kept:
            continue
        tensor = tensor.detach().resolve_neg().contiguous()
        if tensor.dtype is torch.bfloat16:
            tensor = tensor.view(torch.int16)
        result[name] = [
            str(tensor.dtype)[6:], list(tensor.shape), tensor.numpy().tobytes().hex()
        ]
    return result


def same_scalar(value, text):
    if isinstance(value, numpy.generic):
        value = value.item()
    if isinstance(value, bool):
        return text == str(value).lower()
    if isinstance(value, float):
        return value == float(text) or value != value and text == "nan"
    return str(value) == text


def differences(value, read):
    expected = tensors(value, read)
    if expected != read["tensors"]:
        yield "tensors"
    scalars = {
        "source." + name: value
        for name, value in value.items()
        if type(name) is str and isinstance(value, (str, int, float, numpy.generic))
    }
    if set(scalars) != set(read["metadata"]):
        yield f"keys {sorted(set(scalars) ^ set(read['metadata']))}"
    for name in set(scalars) & set(read["metadata"]):
        if not same_scalar(scalars[name], read["metadata"][name]):
            yield f"{name}: {scalars[name]!r} and {read['metadata'][name]!r}"


def check(folder):
    data = (folder / "accepted.bin").read_bytes()
    count = bad = 0
    with torch.serialization.safe_globals(SAFE):
        for line in (folder / "accepted.jsonl").read_text().split("\n")[:-1]:
            read = json.loads(line)
            file = data[read["start"] : read["start"] + read["length"]]
            count += 1
            try:
                found = list(differences(reference(file), read))
            except Exception as error:
                found = [f"refused by Python: {type(error).__name__}: {str(error)[:200]}"]
            if found:
                bad += 1
                (folder / f"different-{count}.pth").write_bytes(file)
                if bad <= 20:
                    print(f"file {count} ({read['name']}): {'; '.join(found)}")
    print(f"{count} read files compared, {bad} differ")
    return bad == 0


folder = pathlib.Path(sys.argv[2])
if sys.argv[1] == "make":
    make(folder)
else:
    sys.exit(0 if check(folder) else 1)
