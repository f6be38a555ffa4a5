"""Unpacks libraries and headers of the wheels in WORK/wheels into WORK; `host` leaves out what needs CUDA."""

import glob
import sys
import zipfile

kind, work = sys.argv[1:]
cuda = ("torch/lib/libtorch_cuda", "torch/lib/libc10_cuda", "torch/lib/libtorch_nvshmem", "torch/lib/libtorch.so")
for path in glob.glob(work + "/wheels/*.whl"):
    with zipfile.ZipFile(path) as wheel:
        for name in wheel.namelist():
            wanted = name.startswith(("torch/lib/", "torch/include/", "torch.libs/", "nvidia/"))
            metadata = name.startswith("torch-") and name.endswith(".dist-info/METADATA")
            if metadata or wanted and not (kind == "host" and name.startswith(cuda)):
                wheel.extract(name, work)
