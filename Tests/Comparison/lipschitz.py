"""The released Lipschitz term in PyTorch and norms of convolutions with NumPy.

`lskd-bench lipschitz --python PYTHON` starts this program with threads and batch. It reads one word per line:
`term` computes the released term of setting c forward and backward, `numpy` the norms of all convolutions of
WRN-28-4 on periodic maps by FFT and SVD; it prints the seconds. `memory` prints by how many bytes the term raised
the process's highest resident memory.
"""
import resource
import sys
import time

import numpy as np
import torch

from released_step import norm_of

MAPS = [(64, 32), (128, 16), (256, 8)]


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


class Term:
    def __init__(self, batch):
        shapes = [(batch, channels, side, side) for channels, side in MAPS]
        self.teacher = [torch.rand(shape) - 0.5 for shape in shapes]
        self.connected = [torch.rand(shape, requires_grad=True) for shape in shapes]
        # The back maps of the student, without connectors, are half as wide.
        self.raw = [
            torch.rand((shape[0], shape[1] // 2) + shape[2:], requires_grad=True) for shape in shapes]
        self.rise = 0

    def run(self):
        before, start = peak(), time.perf_counter()
        loss = 0
        for index in range(2):
            other = norm_of(self.teacher[index], self.teacher[index + 1]).detach()
            own = norm_of(self.connected[index], self.raw[index + 1])
            loss = loss + (own - other).pow(2).mean() / 2 ** (2 - index)
        loss.backward()
        seconds = time.perf_counter() - start
        self.rise = max(self.rise, peak() - before)
        for leaf in self.connected + self.raw:
            leaf.grad = None
        return seconds


def layers():
    """Channels, outputs, kernel, stride and side of the input of every convolution."""
    yield 3, 16, 3, 1, 32
    inputs, side = 16, 32
    for stage, (outputs, _) in enumerate(MAPS):
        for block in range(4):
            stride = 2 if stage and not block else 1
            yield inputs, outputs, 3, stride, side
            yield outputs, outputs, 3, 1, side // stride
            if inputs != outputs:
                yield inputs, outputs, 1, stride, side
            inputs, side = outputs, side // stride


def phases(kernel, stride):
    """A strided convolution as one of stride 1 over the phases of its input."""
    outputs, inputs, height, width = kernel.shape
    lack = -height % stride, -width % stride
    kernel = np.pad(kernel, ((0, 0), (0, 0), (0, lack[0]), (0, lack[1])))
    rows, columns = kernel.shape[2] // stride, kernel.shape[3] // stride
    kernel = kernel.reshape(outputs, inputs, rows, stride, columns, stride)
    return kernel.transpose(0, 1, 3, 5, 2, 4).reshape(outputs, -1, rows, columns)


def norms(kernels):
    found = []
    for kernel, stride, side in kernels:
        symbol = np.fft.rfft2(phases(kernel, stride), (side // stride, side // stride))
        matrices = symbol.transpose(2, 3, 0, 1)
        found.append(np.linalg.svd(matrices, compute_uv=False).max())
    return found


def main():
    torch.set_num_threads(int(sys.argv[1]))
    torch.manual_seed(0)
    term = Term(int(sys.argv[2]))
    generator = np.random.default_rng(0)
    kernels = [
        (generator.standard_normal((o, i, k, k), dtype=np.float32), stride, side)
        for i, o, k, stride, side in layers()]
    for line in sys.stdin:
        word = line.strip()
        if word == "memory":
            print(term.rise, flush=True)
        elif word == "term":
            print(term.run(), flush=True)
        else:
            start = time.perf_counter()
            norms(kernels)
            print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
