"""ImageNet's photos and training steps of its networks as Python programs have them.

`lskd-bench photos --python PYTHON` starts this program with a file that lists photos, the side of the squares, the network,
the batch and the number of threads, and times it beside the suite. It reads one line from standard input at a time and
prints a number. `train WORD` and `centre WORD` prepare every photo and print seconds; WORD names who decodes: `pil`, `vision`
(torchvision's own decoder) or `codec` (torchcodec). `has WORD` prints 1 where the decoder can be loaded. `step` trains for
one step with PyTorch eager and prints seconds, `memory` the highest memory of such a step in MiB. `difference FILE KIND` and
`mean FILE KIND` hold the suite's pixels against PIL's and print the greatest and the mean difference of a byte. KIND is
`whole`, `centre`, `crop` or `scaled`.
"""
import json
import random
import resource
import sys
import time

import numpy as np
import torch
from PIL import Image

import vision

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Photos:
    def __init__(self, listing, side):
        with open(listing) as file:
            self.paths = file.read().split("\n")[:-1]
        self.side, self.short = side, (side * 8 + 3) // 7
        self.functional = vision.load("torchvision.transforms.functional")
        self.transforms = vision.load("torchvision.transforms")
        self.decoders = {"pil": lambda path: Image.open(path).convert("RGB")}

    def decoder(self, word):
        if word not in self.decoders:
            self.decoders[word] = getattr(self, word)()
        return self.decoders[word]

    def vision(self):
        images = vision.load("torchvision.io")
        images.decode_image(images.read_file(self.paths[0]), images.ImageReadMode.RGB)
        return lambda path: images.decode_image(images.read_file(path), images.ImageReadMode.RGB)

    def codec(self):
        from torchcodec.decoders import decode_jpeg
        decode_jpeg(self.paths[0], mode="RGB")
        return lambda path: decode_jpeg(path, mode="RGB")

    def has(self, word):
        try:
            self.decoder(word)
            return 1
        except Exception:
            return 0

    def finish(self, image):
        tensor = image if isinstance(image, torch.Tensor) else self.functional.pil_to_tensor(image)
        tensor = tensor.to(torch.float32).div(255)
        return self.functional.normalize(tensor, MEAN, DEVIATION, inplace=True)

    def train(self, word):
        decode, tv = self.decoder(word), self.functional
        draws = random.Random(0)
        start = time.perf_counter()
        for path in self.paths:
            image = decode(path)
            crop = self.transforms.RandomResizedCrop.get_params(image, (0.08, 1), (3 / 4, 4 / 3))
            image = tv.resized_crop(
                image, *crop, [self.side, self.side], tv.InterpolationMode.BILINEAR, antialias=True)
            if draws.random() < 0.5:
                image = tv.hflip(image)
            self.finish(image)
        return time.perf_counter() - start

    def centre(self, word):
        decode, tv = self.decoder(word), self.functional
        start = time.perf_counter()
        for path in self.paths:
            image = tv.resize(decode(path), self.short, tv.InterpolationMode.BILINEAR, antialias=True)
            self.finish(tv.center_crop(image, [self.side, self.side]))
        return time.perf_counter() - start

    def differences(self, file, kind):
        """The greatest and the mean difference of a byte from what PIL makes of the same photo and rectangle."""
        greatest, total, count = 0, 0, 0
        with open(file + ".json") as index, open(file, "rb") as pixels:
            for line in index:
                entry = json.loads(line)
                start, width, height = entry[kind]
                pixels.seek(start)
                own = np.frombuffer(pixels.read(width * height * 3), np.uint8).astype(int)
                image = Image.open(entry["path"]).convert("RGB")
                if kind == "centre":
                    image = self.functional.resize(image, self.short)
                    image = self.functional.center_crop(image, [self.side, self.side])
                elif kind != "whole":
                    left, top, columns, rows = entry["rectangle"]
                    image = self.functional.resized_crop(
                        image, top, left, rows, columns, [self.side, self.side])
                gap = np.abs(np.asarray(image).astype(int).ravel() - own)
                greatest, total, count = max(greatest, gap.max()), total + gap.sum(), count + gap.size
        return greatest, total / count


class Step:
    def __init__(self, name, batch, side):
        self.network = getattr(vision.load("torchvision.models"), name)()
        self.network = self.network.to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.SGD(
            self.network.parameters(), 1e-5, momentum=0.9, weight_decay=1e-4, nesterov=True)
        self.images = torch.rand(batch, 3, side, side).to(memory_format=torch.channels_last)
        self.labels = torch.arange(batch) % 1000

    def run(self):
        start = time.perf_counter()
        self.optimizer.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(self.network(self.images), self.labels).backward()
        self.optimizer.step()
        return time.perf_counter() - start

    def memory(self):
        self.run()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    listing, side, name, batch, step_side, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    photos = Photos(listing, int(side))
    step = None
    for line in sys.stdin:
        words = line.split()
        if words[0] in ("step", "memory"):
            step = step or Step(name, int(batch), int(step_side))
            answer = step.run() if words[0] == "step" else step.memory()
        elif words[0] == "has":
            answer = photos.has(words[1])
        elif words[0] in ("difference", "mean"):
            answer = photos.differences(words[1], words[2])[words[0] == "mean"]
        else:
            # A decoder is measured on one thread, as the suite's is.
            torch.set_num_threads(1)
            answer = getattr(photos, words[0])(words[1])
            torch.set_num_threads(int(threads))
        print(answer, flush=True)


main()
