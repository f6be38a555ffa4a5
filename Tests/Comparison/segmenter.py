"""Photos, confusion matrices and training steps of a segmentation as Python programs have them.

`lskd-bench segmenter --python PYTHON` starts this program with the devkit's year directory, the backbone, the batch size,
the side of the crops and the number of threads, and times it beside the suite. It reads one word per line from standard
input and prints seconds: `photos` decodes and augments every photo with a mask with PIL and torchvision, `confusion`
counts pixels of real masks with NumPy, `step` trains DeepLabV3+ for one step with PyTorch eager.
"""
import os
import random
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from PIL import Image, ImageFilter

import vision

BASE = CROP = 513


def pairs(year):
    for name in ["trainval"]:
        with open(os.path.join(year, "ImageSets", "Segmentation", name + ".txt")) as file:
            for image in file.read().split():
                photo = os.path.join(year, "JPEGImages", image + ".jpg")
                if os.path.exists(photo):
                    yield photo, os.path.join(year, "SegmentationClass", image + ".png")


class Photos:
    def __init__(self, year):
        self.pairs = list(pairs(year))
        self.functional = vision.load("torchvision.transforms.functional")

    def run(self):
        tv = self.functional
        draws = random.Random(0)
        start = time.perf_counter()
        for photo, mask in self.pairs:
            image, truth = Image.open(photo).convert("RGB"), Image.open(mask)
            if draws.random() < 0.5:
                image, truth = tv.hflip(image), tv.hflip(truth)
            short = draws.randint(BASE // 2, BASE * 2)
            image = tv.resize(image, short, tv.InterpolationMode.BILINEAR)
            truth = tv.resize(truth, short, tv.InterpolationMode.NEAREST)
            width, height = image.size
            padding = [0, 0, max(CROP - width, 0), max(CROP - height, 0)]
            if any(padding):
                image, truth = tv.pad(image, padding, 0), tv.pad(truth, padding, 255)
            width, height = image.size
            left, top = draws.randint(0, width - CROP), draws.randint(0, height - CROP)
            image, truth = tv.crop(image, top, left, CROP, CROP), tv.crop(truth, top, left, CROP, CROP)
            if draws.random() < 0.5:
                image = image.filter(ImageFilter.GaussianBlur(draws.random()))
            tv.normalize(tv.to_tensor(image), (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
            torch.from_numpy(np.array(truth))
        return time.perf_counter() - start


class Confusion:
    def __init__(self, year):
        self.masks = [np.array(Image.open(mask)) for _, mask in list(pairs(year))[:20]]
        self.predictions = []
        for mask in self.masks:
            moved = np.roll(mask.ravel(), -4000).reshape(mask.shape)
            moved[moved == 255] = 0
            self.predictions.append(moved)

    def run(self):
        start = time.perf_counter()
        matrix = np.zeros((21, 21), dtype=np.int64)
        for _ in range(10):
            for truth, prediction in zip(self.masks, self.predictions):
                known = truth < 21
                pairs = 21 * truth[known].astype(np.int64) + prediction[known]
                matrix += np.bincount(pairs, minlength=441).reshape(21, 21)
        return time.perf_counter() - start


def normed(inputs, outputs, kernel=1, **options):
    return [nn.Conv2d(inputs, outputs, kernel, bias=False, **options), nn.BatchNorm2d(outputs)]


class Basic(nn.Module):
    def __init__(self, inputs, outputs, stride, dilation):
        super().__init__()
        three = dict(kernel=3, padding=dilation, dilation=dilation)
        self.branch = nn.Sequential(
            *normed(inputs, outputs, stride=stride, **three), nn.ReLU(inplace=True),
            *normed(outputs, outputs, **three))
        same = stride == 1 and inputs == outputs
        self.skip = nn.Identity() if same else nn.Sequential(*normed(inputs, outputs, stride=stride))

    def forward(self, x):
        return F.relu(self.branch(x) + self.skip(x))


class Bottleneck(nn.Module):
    def __init__(self, inputs, outputs, stride, dilation):
        super().__init__()
        inner = outputs // 4
        self.branch = nn.Sequential(
            *normed(inputs, inner), nn.ReLU(inplace=True),
            *normed(inner, inner, 3, stride=stride, padding=dilation, dilation=dilation),
            nn.ReLU(inplace=True), *normed(inner, outputs))
        same = stride == 1 and inputs == outputs
        self.skip = nn.Identity() if same else nn.Sequential(*normed(inputs, outputs, stride=stride))

    def forward(self, x):
        return F.relu(self.branch(x) + self.skip(x))


class Inverted(nn.Module):
    def __init__(self, inputs, outputs, stride, dilation, expansion):
        super().__init__()
        hidden = inputs * expansion
        layers = [] if expansion == 1 else [*normed(inputs, hidden), nn.ReLU6(inplace=True)]
        self.branch = nn.Sequential(
            *layers, *normed(hidden, hidden, 3, stride=stride, dilation=dilation, groups=hidden),
            nn.ReLU6(inplace=True), *normed(hidden, outputs))
        self.same, self.border = stride == 1 and inputs == outputs, dilation

    def forward(self, x):
        y = self.branch(F.pad(x, [self.border] * 4))
        return x + y if self.same else y


def backbone(name):
    """The parts up to a quarter and to a sixteenth of the image's size, and their channels."""
    if name == "mobilenet":
        blocks, inputs = [nn.Sequential(*normed(3, 32, 3, stride=2, padding=1), nn.ReLU6())], 32
        for expansion, outputs, count, stride, dilation in [
                (1, 16, 1, 1, 1), (6, 24, 2, 2, 1), (6, 32, 3, 2, 1), (6, 64, 4, 2, 1), (6, 96, 3, 1, 1),
                (6, 160, 3, 1, 1), (6, 320, 1, 1, 2)]:
            for index in range(count):
                blocks.append(
                    Inverted(inputs, outputs, stride if index == 0 else 1, dilation, expansion))
                inputs = outputs
        return nn.Sequential(*blocks[:4]), nn.Sequential(*blocks[4:]), 24, 320
    deep = name == "resnet101"
    block, widen = (Bottleneck, 4) if deep else (Basic, 1)
    layers, inputs = [[
        *normed(3, 64, 7, stride=2, padding=3), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]], 64
    for stage, count in enumerate([3, 4, 23, 3] if deep else [2, 2, 2, 2]):
        part = []
        for index in range(count):
            stride = 2 if stage in (1, 2) and index == 0 else 1
            dilation = 1 if stage < 3 else 2 << index if deep else 2
            part.append(block(inputs, widen * (64 << stage), stride, dilation))
            inputs = widen * (64 << stage)
        layers.append(part)
    low, high = layers[0] + layers[1], layers[2] + layers[3] + layers[4]
    return nn.Sequential(*low), nn.Sequential(*high), 64 * widen, inputs


class DeepLab(nn.Module):
    def __init__(self, name):
        super().__init__()
        self.low, self.high, low, high = backbone(name)
        self.branches = nn.ModuleList([nn.Sequential(*normed(high, 256), nn.ReLU())] + [
            nn.Sequential(*normed(high, 256, 3, padding=d, dilation=d), nn.ReLU())
            for d in (6, 12, 18)])
        self.pooled = nn.Sequential(nn.AdaptiveAvgPool2d(1), *normed(high, 256), nn.ReLU())
        self.joined = nn.Sequential(*normed(1280, 256), nn.ReLU(), nn.Dropout(0.5))
        self.reduced = nn.Sequential(*normed(low, 48), nn.ReLU())
        self.head = nn.Sequential(
            *normed(304, 256, 3, padding=1), nn.ReLU(), nn.Dropout(0.5),
            *normed(256, 256, 3, padding=1), nn.ReLU(), nn.Dropout(0.1), nn.Conv2d(256, 21, 1))

    def forward(self, images):
        def wide(x, like):
            return F.interpolate(x, size=like.shape[2:], mode="bilinear", align_corners=True)
        low = self.low(images)
        x = self.high(low)
        maps = [branch(x) for branch in self.branches]
        x = self.joined(torch.cat(maps + [wide(self.pooled(x), x)], 1))
        detail = self.reduced(low)
        return wide(self.head(torch.cat([wide(x, detail), detail], 1)), images)


class Steps:
    def __init__(self, name, batch, size):
        # The suite's fast mode, too, keeps channels last.
        self.network = DeepLab(name).to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.SGD(
            self.network.parameters(), lr=1e-5, momentum=0.9, weight_decay=5e-4, nesterov=True)
        self.images = torch.rand(batch, 3, size, size).to(memory_format=torch.channels_last)
        places = torch.arange(batch * size * size)
        self.labels = (places // 300 % 21).reshape(batch, size, size)

    def run(self):
        start = time.perf_counter()
        loss = F.cross_entropy(self.network(self.images), self.labels, ignore_index=255)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return time.perf_counter() - start


def main():
    year, name, batch, size, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    torch.manual_seed(0)
    makers = {
        "photos": lambda: Photos(year), "confusion": lambda: Confusion(year),
        "step": lambda: Steps(name, int(batch), int(size))}
    known = {}
    for line in sys.stdin:
        word = line.strip()
        if word in makers:
            known[word] = known.get(word) or makers[word]()
            print(known[word].run(), flush=True)


main()
