"""Prints the CUDA packages among a wheel's requirements, in the form that pip reads.

`all`: every one, and of the toolkit the headers, too, that the NCCL group is compiled with. `small`: the two parts of
the toolkit that libtorch_cpu.so itself needs.
"""

import re
import sys

kind, metadata = sys.argv[1:]
with open(metadata, encoding="utf-8") as lines:
    required = [line.split(":", 1)[1].strip() for line in lines if line.startswith("Requires-Dist:")]
for requirement in required:
    toolkit = re.match(r"cuda-toolkit\[(.*?)\](.*)", requirement)
    if toolkit:
        parts = toolkit[1] + ",crt,cccl" if kind == "all" else "cudart,cupti"
        print(f"cuda-toolkit[{parts}]{toolkit[2]}")
    elif kind == "all" and requirement.startswith("nvidia-"):
        print(requirement)
