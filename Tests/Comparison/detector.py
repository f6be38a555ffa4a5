"""Photos, suppression and training steps of a detector as Python programs have them.

`lskd-bench detector --python PYTHON` starts this program with the devkit's year directory, the batch size and the number
of threads, and times it beside the suite. It reads one word per line from standard input and prints seconds: `photos`
decodes and augments every photo of the directory with PIL and torchvision, `suppression` runs greedy suppression over
8,732 boxes of 20 classes in NumPy, `step` trains SSD300-VGG16 for one step with PyTorch eager.
"""
import glob
import os
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import vision


class Photos:
    def __init__(self, year):
        self.files = sorted(glob.glob(os.path.join(year, "JPEGImages", "*.jpg")))
        v2 = vision.load("torchvision.transforms.v2")
        self.pipeline = v2.Compose([
            v2.PILToTensor(), v2.RandomPhotometricDistort(),
            v2.RandomZoomOut(fill={"others": (123, 117, 104)}), v2.RandomIoUCrop(),
            v2.RandomHorizontalFlip(), v2.SanitizeBoundingBoxes(),
            v2.Resize((300, 300), antialias=False), v2.ToDtype(torch.float32, scale=True),
            v2.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))])

    def run(self):
        from PIL import Image
        from torchvision import tv_tensors

        start = time.perf_counter()
        for file in self.files:
            image = Image.open(file).convert("RGB")
            width, height = image.size
            boxes = tv_tensors.BoundingBoxes(
                [[width * 0.2, height * 0.2, width * 0.8, height * 0.8]], format="XYXY",
                canvas_size=(height, width))
            self.pipeline(image, {"boxes": boxes, "labels": torch.tensor([1])})
        return time.perf_counter() - start


def suppression():
    random = np.random.default_rng(0)
    centres, sizes = random.random((8732, 2)), 0.05 + 0.3 * random.random((8732, 2))
    boxes = np.concatenate([centres - sizes / 2, centres + sizes / 2], 1).astype(np.float32)
    scores = random.random((8732, 20)).astype(np.float32)
    start = time.perf_counter()
    for label in range(20):
        order = np.argsort(-scores[:, label], kind="stable")[:200]
        chosen = boxes[order]
        areas = (chosen[:, 2] - chosen[:, 0]) * (chosen[:, 3] - chosen[:, 1])
        left = np.arange(len(order))
        while len(left):
            first, left = left[0], left[1:]
            low = np.maximum(chosen[first, :2], chosen[left, :2])
            high = np.minimum(chosen[first, 2:], chosen[left, 2:])
            common = np.prod(np.maximum(high - low, 0), axis=1)
            left = left[common / (areas[first] + areas[left] - common) <= 0.45]
    return time.perf_counter() - start


class SSD(nn.Module):
    def __init__(self):
        super().__init__()
        layers, inputs = [], 3
        for stage, (count, width) in enumerate([(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)]):
            for _ in range(count):
                layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.ReLU(inplace=True)]
                inputs = width
            layers.append(
                nn.MaxPool2d(2, ceil_mode=stage == 2) if stage < 4 else nn.MaxPool2d(3, 1, 1))
        layers += [
            nn.Conv2d(512, 1024, 3, padding=6, dilation=6), nn.ReLU(inplace=True),
            nn.Conv2d(1024, 1024, 1), nn.ReLU(inplace=True)]
        self.vgg = nn.ModuleList(layers)
        self.scale = nn.Parameter(torch.full((512,), 20.0))
        plan = [(1024, 256, 512, 2, 1), (512, 128, 256, 2, 1), (256, 128, 256, 1, 0),
                (256, 128, 256, 1, 0)]
        self.extras = nn.ModuleList(
            nn.ModuleList([nn.Conv2d(a, b, 1), nn.Conv2d(b, c, 3, s, p)]) for a, b, c, s, p in plan)
        channels, boxes = [512, 1024, 512, 256, 256, 256], [4, 6, 6, 6, 4, 4]
        self.loc = nn.ModuleList(
            nn.Conv2d(c, 4 * b, 3, padding=1) for c, b in zip(channels, boxes))
        self.conf = nn.ModuleList(
            nn.Conv2d(c, 21 * b, 3, padding=1) for c, b in zip(channels, boxes))

    def forward(self, x):
        sources = []
        for index, layer in enumerate(self.vgg):
            x = layer(x)
            if index == 22:
                norm = x.pow(2).sum(1, keepdim=True).clamp_min(1e-20).sqrt() + 1e-10
                sources.append(x / norm * self.scale.view(1, -1, 1, 1))
        sources.append(x)
        for reduce, widen in self.extras:
            x = F.relu(widen(F.relu(reduce(x))))
            sources.append(x)
        rows = lambda heads, width: torch.cat([
            head(s).permute(0, 2, 3, 1).reshape(s.shape[0], -1, width)
            for head, s in zip(heads, sources)], 1)
        return rows(self.loc, 4), rows(self.conf, 21)


class Steps:
    def __init__(self, batch):
        self.batch = batch
        # The suite's fast mode, too, keeps channels last.
        self.network = SSD().to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.SGD(
            self.network.parameters(), lr=1e-5, momentum=0.9, weight_decay=5e-4)

    def run(self):
        images = torch.rand(self.batch, 3, 300, 300).to(memory_format=torch.channels_last)
        labels = torch.zeros(self.batch, 8732, dtype=torch.long)
        labels[:, ::500] = 7
        targets = torch.zeros(self.batch, 8732, 4)
        start = time.perf_counter()
        offsets, logits = self.network(images)
        positive = labels > 0
        count = positive.sum().clamp_min(1)
        location = F.smooth_l1_loss(offsets[positive], targets[positive], reduction="sum")
        entropy = F.cross_entropy(logits.transpose(1, 2), labels, reduction="none")
        hardness = entropy.detach().masked_fill(positive, 0)
        rank = hardness.argsort(1, descending=True).argsort(1)
        used = positive | (rank < 3 * positive.sum(1, keepdim=True))
        loss = (location + entropy[used].sum()) / count
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return time.perf_counter() - start


def main():
    year, batch, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    photos = steps = None
    for line in sys.stdin:
        word = line.strip()
        if word == "photos":
            photos = photos or Photos(year)
            print(photos.run(), flush=True)
        elif word == "suppression":
            print(suppression(), flush=True)
        elif word == "step":
            steps = steps or Steps(batch)
            print(steps.run(), flush=True)


main()
