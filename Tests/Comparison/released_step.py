"""Training steps of setting c in PyTorch eager, with the released LONDON algorithm.

`lskd-bench step --pytorch PYTHON` starts this program and interleaves its steps with the suite's. It reads
one word per line from standard input, `student` or `london`, runs one step and prints its seconds; on
`memory` it prints the highest memory in bytes: resident, or of the CUDA device.

The LONDON step does what the released code does: the teacher's graph is not suppressed, margins are taken
channel by channel, K = G G^T is formed and ten power steps are differentiated.
"""
import math
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        same = inputs == outputs
        self.shortcut = None if same else nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, x):
        active = F.relu(self.bn1(x))
        y = self.conv2(F.relu(self.bn2(self.conv1(active)), inplace=True))
        return y + (x if self.shortcut is None else self.shortcut(active))


class WideResNet(nn.Module):
    def __init__(self, depth, width):
        super().__init__()
        self.channels = [16 * width, 32 * width, 64 * width]
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        stages, inputs = [], 16
        for index, outputs in enumerate(self.channels):
            blocks = []
            for layer in range((depth - 4) // 6):
                blocks.append(Block(inputs, outputs, 2 if index and not layer else 1))
                inputs = outputs
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)
        self.bn1 = nn.BatchNorm2d(inputs)
        self.fc = nn.Linear(inputs, 100)

    def features(self, x):
        maps, x = [], self.conv1(x)
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        logits = self.fc(F.relu(self.bn1(x)).mean((2, 3)))
        norms = self.norms()
        return [norm(m) for norm, m in zip(norms, maps)], logits

    def norms(self):
        return [self.stages[1][0].bn1, self.stages[2][0].bn1, self.bn1]

    def forward(self, x):
        for stage in [self.conv1, *self.stages]:
            x = stage(x)
        return self.fc(F.relu(self.bn1(x)).mean((2, 3)))


def margin(norm):
    values = []
    for mean, scale in zip(norm.bias.tolist(), norm.weight.abs().tolist()):
        share = 0.5 * math.erfc(mean / scale / math.sqrt(2))
        gauss = math.exp(-((mean / scale) ** 2) / 2) / math.sqrt(2 * math.pi)
        values.append(mean - scale * gauss / share if share > 0.001 else -3 * scale)
    return torch.tensor(values).view(1, -1, 1, 1)


def norm_of(front, back):
    if front.shape[2] > back.shape[2]:
        front = F.adaptive_avg_pool2d(front, back.shape[2:])
    front, back = front.flatten(2), back.flatten(2)
    matrix = front @ back.transpose(1, 2) / back.shape[2]
    gram = matrix @ matrix.transpose(1, 2)
    vector = torch.rand(gram.shape[0], gram.shape[1], 1, device=gram.device, dtype=gram.dtype)
    for _ in range(10):
        product = gram @ vector
        vector = product / product.norm(dim=1, keepdim=True)
    last = product.norm(dim=1) / vector.norm(dim=1)
    return last.sqrt().flatten()


class Steps:
    def __init__(self, batch, device, precision):
        self.batch, self.device, self.precision = batch, device, precision
        self.alone = WideResNet(16, 2)
        self.student, self.teacher = WideResNet(16, 2), WideResNet(28, 4)
        pairs = zip(self.student.channels, self.teacher.channels)
        self.connectors = nn.ModuleList(
            nn.Sequential(nn.Conv2d(s, t, 1, bias=False), nn.BatchNorm2d(t)) for s, t in pairs)
        for part in (self.alone, self.student, self.teacher, self.connectors):
            part.to(device)
        self.margins = [margin(norm).to(device) for norm in self.teacher.norms()]
        sgd = dict(lr=0.01, momentum=0.9, weight_decay=5e-4, nesterov=True)
        self.alone_optimizer = torch.optim.SGD(self.alone.parameters(), **sgd)
        self.optimizer = torch.optim.SGD(
            [*self.student.parameters(), *self.connectors.parameters()], **sgd)

    def run(self, kind):
        images = torch.rand(self.batch, 3, 32, 32, device=self.device) * 4 - 2
        labels = torch.arange(self.batch, device=self.device) % 100
        self.synchronize()
        start = time.perf_counter()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bfloat16"):
            if kind == "student":
                loss, optimizer = F.cross_entropy(self.alone(images), labels), self.alone_optimizer
            else:
                loss, optimizer = self.london(images, labels), self.optimizer
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        self.synchronize()
        return time.perf_counter() - start

    def synchronize(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)

    def memory(self):
        if self.device.type == "cuda":
            return torch.cuda.max_memory_allocated(self.device)
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

    def london(self, images, labels):
        teacher, _ = self.teacher.features(images)
        student, logits = self.student.features(images)
        feature, lipschitz = 0, 0
        for index in range(3):
            own = self.connectors[index](student[index])
            if index < 2:
                other = norm_of(teacher[index], teacher[index + 1]).detach()
                term = (norm_of(own, student[index + 1]) - other).pow(2).mean()
                lipschitz = lipschitz + term / 2 ** (2 - index)
            target = torch.max(teacher[index].detach(), self.margins[index])
            mask = ((own > target) | (target > 0)).float()
            feature = feature + (F.mse_loss(own, target, reduction="none") * mask).sum() / 2 ** (2 - index)
        return (F.cross_entropy(logits, labels) + feature / self.batch / 1000
                + 0.25 * lipschitz / 200)


def main():
    torch.set_num_threads(int(sys.argv[2]))
    torch.manual_seed(0)
    device, precision = sys.argv[3:]
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision == "tf32"
    steps = Steps(int(sys.argv[1]), torch.device(device), precision)
    for line in sys.stdin:
        word = line.strip()
        if word == "memory":
            print(steps.memory(), flush=True)
        else:
            print(steps.run(word), flush=True)


if __name__ == "__main__":
    main()
