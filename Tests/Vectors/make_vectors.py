"""Makes the golden vectors beside this file: numbers that PyTorch gives for formulas of the papers.

Needs torch and numpy; the versions go into the files. Run by hand when a formula changes:

    python3 make_vectors.py

Everything is computed in float64 from float32 data; results are written with 12 digits, data with as many as restore them. Data that are not stored follow the
filling rule that `FillRule.swift` has too: a number is a function of the tensor's name and the element's index.
"""

import json
import math
import pathlib
import sys

import numpy
import torch
from torch import nn
from torch.nn import functional

HERE = pathlib.Path(__file__).resolve().parent
CLASSES = 10
BATCH = 2
MASK = (1 << 64) - 1

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


# The filling rule

def uniforms(name, count):
    """`count` numbers in [0, 1): splitmix64 from the FNV-1a hash of the name."""
    state = 0xCBF29CE484222325
    for byte in name.encode():
        state = ((state ^ byte) * 0x100000001B3) & MASK
    values = []
    for index in range(count):
        z = (state + (index + 1) * 0x9E3779B97F4A7C15) & MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        values.append((z ^ (z >> 31)) >> 11)
    return numpy.array(values, dtype=numpy.float64) * 2.0**-53


def rounded(values, shape):
    return torch.from_numpy(values.astype(numpy.float32).astype(numpy.float64)).reshape(shape)


def signed(name, shape, size=2.0):
    return rounded(size * (2 * uniforms(name, math.prod(shape)) - 1), shape)


def labels(name, count):
    return torch.from_numpy((uniforms(name, count) * CLASSES).astype(numpy.int64))


def fill(network, prefix):
    for key, tensor in network.state_dict().items():
        if key.endswith("num_batches_tracked"):
            tensor.zero_()
            continue
        u = uniforms(prefix + key, tensor.numel())
        if key.endswith("weight") and tensor.dim() > 1:
            bound = math.sqrt(3.0) * math.sqrt(2.0 / tensor[0].numel())
            values = (2 * u - 1) * bound
        elif key.endswith("weight") or key.endswith("running_var"):
            values = 0.5 + u
        else:
            values = 0.2 * (2 * u - 1)
        tensor.copy_(rounded(values, tensor.shape))


# How numbers are written

def digits(values):
    return [float(f"{value:.12g}") for value in values]


def full(tensor):
    flat = tensor.detach().flatten()
    return {"shape": list(tensor.shape), "dtype": "float32", "data": digits(flat.tolist())}


def stored(tensor):
    flat = tensor.detach().flatten()
    if flat.dtype == torch.int64:
        return {"shape": list(tensor.shape), "dtype": "int64", "data": flat.tolist()}
    data = [float(str(value)) for value in flat.numpy().astype(numpy.float32)]
    return {"shape": list(tensor.shape), "dtype": "float32", "data": data}


def samples(flat):
    return sorted({0, flat.numel() // 3, 2 * flat.numel() // 3, flat.numel() - 1})


def summary(tensor):
    flat = tensor.detach().flatten()
    chosen = samples(flat)
    return {
        "shape": list(tensor.shape), "dtype": "float32", "sum": flat.sum().item(),
        "abs_sum": flat.abs().sum().item(), "max_abs": flat.abs().max().item(),
        "indices": chosen, "values": digits(flat[chosen].tolist()),
    }


def row(name, tensor):
    flat = tensor.detach().flatten()
    if flat.dtype == torch.int64:
        return [name, flat.item()]
    chosen = samples(flat)
    return [
        name, flat.sum().item(), flat.abs().sum().item(), flat.norm().item(), chosen,
        flat[chosen].tolist(),
    ]


def write(kind, name, content):
    made_by = {
        "program": "Tests/Vectors/make_vectors.py", "python": sys.version.split()[0],
        "torch": torch.__version__, "numpy": numpy.__version__, "computed_in": "float64",
    }
    file = HERE / kind / f"{name}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"made_by": made_by, **content}, separators=(",", ":")) + "\n")
    print(file.relative_to(HERE), file.stat().st_size, "bytes")


# Losses

def case(inputs, loss, leaves, **more):
    gradients = torch.autograd.grad(loss, [inputs[name] for name in leaves])
    expected = {
        "loss": loss.item(), **more,
        "gradients": {name: full(value) for name, value in zip(leaves, gradients)},
    }
    return {"inputs": {key: stored(value) for key, value in inputs.items()}, "expected": expected}


def soft_targets(student, teacher, temperature):
    """Hinton, Vinyals, Dean 2015: T^2 KL(softmax(t / T) || softmax(s / T)), mean over the batch."""
    own = functional.log_softmax(student / temperature, dim=1)
    other = functional.softmax(teacher / temperature, dim=1)
    return functional.kl_div(own, other, reduction="batchmean") * temperature**2


def soft_target_file():
    cases = []
    for name, temperature, weights in [("mix", 4, (0.1, 0.9)), ("alone", 3, None)]:
        inputs = {
            "student": signed(f"kd/{name}/student", (5, CLASSES), 6).requires_grad_(),
            "teacher": signed(f"kd/{name}/teacher", (5, CLASSES), 6),
            "labels": labels(f"kd/{name}/labels", 5),
        }
        soft = soft_targets(inputs["student"], inputs["teacher"], temperature)
        settings = {"T": temperature}
        loss = soft
        if weights:
            settings.update(ce_weight=weights[0], kl_weight=weights[1])
            entropy = functional.cross_entropy(inputs["student"], inputs["labels"])
            loss = weights[0] * entropy + weights[1] * soft
        cases.append({"name": name, "settings": settings, **case(inputs, loss, ["student"])})
    return {"title": "soft targets", "cases": cases}


def attention(maps):
    """Zagoruyko and Komodakis 2017: the channels' mean energy at each position, as a unit vector."""
    return functional.normalize(maps.pow(2).mean(1).flatten(1), dim=1)


def attention_file():
    cases = []
    for name, own, other in [("equal", (3, 4, 3, 3), (3, 5, 3, 3)), ("finer", (2, 3, 6, 6), (2, 5, 3, 3))]:
        inputs = {
            "student": signed(f"at/{name}/student", own).requires_grad_(),
            "teacher": signed(f"at/{name}/teacher", other),
        }
        pooled = functional.adaptive_avg_pool2d(inputs["student"], other[2:])
        loss = (attention(pooled) - attention(inputs["teacher"])).pow(2).mean()
        cases.append({"name": name, **case(inputs, loss, ["student"])})
    return {"title": "attention transfer", "cases": cases}


def transmitting_matrix(front, back):
    """LONDON, section 3: G = F_i F_{i+1}^T / (H W), the front map pooled to the back map's size."""
    front = functional.adaptive_avg_pool2d(front, back.shape[2:])
    return front.flatten(2) @ back.flatten(2).mT / back[0, 0].numel()


def iterated(matrix, steps):
    """sqrt(|K v| / |v|) after `steps` steps v <- K v / |K v| from ones, K = G G^T."""
    gram = matrix @ matrix.mT
    vector = torch.ones(*gram.shape[:2], 1)
    for _ in range(steps):
        image = gram @ vector
        length = image.norm(dim=1, keepdim=True)
        vector = image / length
    return length.sqrt().flatten()


def largest(matrix):
    return torch.linalg.svdvals(matrix)[:, 0]


def lipschitz_file():
    cases = []
    for name, sides in [("equal", (3, 3)), ("pooled", (6, 3))]:
        shapes = {
            "student_front": (2, 3, sides[0], sides[0]), "student_back": (2, 4, sides[1], sides[1]),
            "teacher_front": (2, 4, sides[0], sides[0]), "teacher_back": (2, 5, sides[1], sides[1]),
        }
        inputs = {
            key: signed(f"lipschitz/{name}/{key}", shape).requires_grad_(key.startswith("student"))
            for key, shape in shapes.items()
        }
        item = {"name": name, "inputs": {key: stored(value) for key, value in inputs.items()}}
        own = transmitting_matrix(inputs["student_front"], inputs["student_back"])
        other = transmitting_matrix(inputs["teacher_front"], inputs["teacher_back"])
        norms = {
            "unrolled_10_steps_ones": lambda matrix: iterated(matrix, 10),
            "unrolled_1_step_ones": lambda matrix: iterated(matrix, 1),
            "exact_svd": largest,
        }
        for key, norm in norms.items():
            student, teacher = norm(own), norm(other).detach()
            loss = (student - teacher).pow(2).mean()
            names = ["student_front", "student_back"]
            gradients = torch.autograd.grad(loss, [inputs[n] for n in names], retain_graph=True)
            item[key] = {
                "loss": loss.item(), "sigma_student": full(student), "sigma_teacher": full(teacher),
                "gradients": {n: full(value) for n, value in zip(names, gradients)},
            }
        cases.append(item)
    return {"title": "Lipschitz term of one pair of maps", "cases": cases}


# A network

class Block(nn.Module):
    """Pre-activation residual block of Zagoruyko and Komodakis 2016."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        if inputs != outputs:
            self.convShortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, x):
        active = functional.relu(self.bn1(x))
        branch = self.conv2(functional.relu(self.bn2(self.conv1(active))))
        return branch + (self.convShortcut(active) if hasattr(self, "convShortcut") else x)


class Stage(nn.Module):
    def __init__(self, inputs, outputs, stride, count):
        super().__init__()
        self.layer = nn.Sequential(
            *(Block(inputs if i == 0 else outputs, outputs, stride if i == 0 else 1) for i in range(count)))

    def forward(self, x):
        return self.layer(x)


class WideResNet(nn.Module):
    def __init__(self, depth, width, classes):
        super().__init__()
        sizes = [16, 16 * width, 32 * width, 64 * width]
        count = (depth - 4) // 6
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.block1 = Stage(sizes[0], sizes[1], 1, count)
        self.block2 = Stage(sizes[1], sizes[2], 2, count)
        self.block3 = Stage(sizes[2], sizes[3], 2, count)
        self.bn1 = nn.BatchNorm2d(sizes[3])
        self.fc = nn.Linear(sizes[3], classes)

    def tap_norms(self):
        return {
            "block2.layer.0.bn1": self.block2.layer[0].bn1,
            "block3.layer.0.bn1": self.block3.layer[0].bn1, "bn1": self.bn1,
        }

    def forward(self, images, taps=None):
        """Logits; `taps` receives what the norms in front of the taps give, run once more as OFD does."""
        x = self.block1(self.conv1(images))
        for stage, norm in [(self.block2, self.block2.layer[0].bn1), (self.block3, self.block3.layer[0].bn1)]:
            if taps is not None:
                taps.append(norm(x))
            x = stage(x)
        if taps is not None:
            taps.append(self.bn1(x))
        return self.fc(functional.relu(self.bn1(x)).mean((2, 3)))


def filled(depth, width, prefix):
    network = WideResNet(depth, width, CLASSES)
    fill(network, prefix)
    return network


def margin(norm):
    """OFD, section 3.1: the mean of the negative part of a normal variable, mean bias and deviation weight."""
    values = []
    for mean, deviation in zip(norm.bias.tolist(), norm.weight.abs().tolist()):
        below = 0.5 * math.erfc(mean / deviation / math.sqrt(2))
        density = math.exp(-0.5 * (mean / deviation) ** 2) / math.sqrt(2 * math.pi)
        values.append(mean - deviation * density / below if below > 0.001 else -3 * deviation)
    return torch.tensor(values)


def multiply_adds(network, images):
    total = 0

    def count(module, inputs, output):
        nonlocal total
        total += output[0].numel() * module.weight[0].numel()

    hooks = [
        module.register_forward_hook(count)
        for module in network.modules() if isinstance(module, (nn.Conv2d, nn.Linear))
    ]
    network(images[:1])
    for hook in hooks:
        hook.remove()
    return total


def bits(tensor):
    values = tensor.detach().numpy().astype(numpy.float32).view(numpy.uint32)
    return str(int(values.astype(numpy.uint64).sum()))


def answer(network, images):
    taps = []
    output = network(images, taps)
    return output, taps, {"output": full(output), "taps": [summary(tap) for tap in taps]}


def network_file(depth, width):
    name = f"wrn-{depth}-{width}"
    prefix, input_name = f"vectors/{name}/", f"vectors/{name}/input"
    shape = (BATCH, 3, 32, 32)
    images = signed(input_name, shape)

    network = filled(depth, width, prefix).eval()
    content = {
        "model": name, "num_classes": CLASSES, "name_prefix": prefix,
        "parameter_count": sum(p.numel() for p in network.parameters()),
        "state_dict": [
            [key, list(value.shape), str(value.dtype), 0, bits(value)]
            for key, value in network.state_dict().items()
        ],
        "margins": [summary(margin(norm)) for norm in network.tap_norms().values()],
        "macs": {"input": [1, 3, 32, 32], "total": multiply_adds(network, images)},
    }
    with torch.no_grad():
        evaluated = answer(network, images)[2]

    network = filled(depth, width, prefix).train()
    target = labels(f"{prefix}labels", BATCH)
    output, _, trained = answer(network, images)
    loss = functional.cross_entropy(output, target)
    loss.backward()
    trained.update(
        labels=stored(target), loss=loss.item(), num_batches_tracked_not_1={},
        running_after=[
            {"bn": key, "running_mean": summary(norm.running_mean), "running_var": summary(norm.running_var)}
            for key, norm in network.tap_norms().items()
        ],
        gradients=[
            [key, p.grad.norm().item(), p.grad.sum().item(), p.grad.abs().sum().item()]
            for key, p in network.named_parameters()
        ])
    for key, norm in network.tap_norms().items():
        trained["num_batches_tracked_not_1"][key] = norm.num_batches_tracked.item()

    network = filled(depth, width, prefix)
    recalibrate(network, images)
    with torch.no_grad():
        recalibrated = answer(network.eval(), images)[2]
    content["cases"] = [{
        "name": "one", "input_shape": list(shape), "input_name": input_name, "eval": evaluated,
        "train": trained, "eval_recalibrated": recalibrated,
    }]
    return content


def recalibrate(network, images):
    """Sets the running statistics to those of one batch."""
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1
    with torch.no_grad():
        network.train()(images)
    for norm in norms:
        norm.momentum = 0.1


# A training

def training_file():
    prefix, batch, steps, rate, temperature = "vectors/training/", 4, 10, 0.05, 4
    batches = [
        (signed(f"{prefix}batch{i}", (batch, 3, 32, 32)), labels(f"{prefix}labels{i}", batch))
        for i in range(2)
    ]
    student = filled(10, 1, f"{prefix}student/").train()
    teacher = filled(10, 2, f"{prefix}teacher/")
    recalibrate(teacher, batches[0][0])
    teacher.eval()
    optimizer = torch.optim.SGD(
        student.parameters(), lr=rate, momentum=0.9, nesterov=True, weight_decay=5e-4)
    curves = {"ce": [], "kl": [], "total": [], "grad_norm_student": []}
    for step in range(steps):
        images, target = batches[step % 2]
        logits = student(images)
        with torch.no_grad():
            other = teacher(images)
        entropy = functional.cross_entropy(logits, target)
        soft = soft_targets(logits, other, temperature)
        total = 0.1 * entropy + 0.9 * soft
        optimizer.zero_grad()
        total.backward()
        squares = sum(p.grad.pow(2).sum() for p in student.parameters())
        optimizer.step()
        for key, value in [("ce", entropy), ("kl", soft), ("total", total), ("grad_norm_student", squares.sqrt())]:
            curves[key].append(value.item())
    with torch.no_grad():
        final = student.eval()(batches[0][0])
    run = {
        "name": "soft targets", "lr": rate, "teacher_mode": "eval", "steps": curves,
        "final_student": [row(key, value) for key, value in student.state_dict().items()],
        "final_student_eval_logits_batch0": full(final),
    }
    return {
        "title": "ten steps with soft targets, T = 4: 0.1 CE + 0.9 KL", "student": "wrn-10-1",
        "teacher": "wrn-10-2", "classes": CLASSES, "batch": batch, "steps": steps,
        "name_prefix": prefix, "labels": [stored(target) for _, target in batches], "runs": [run],
    }


if __name__ == "__main__":
    write("losses", "kd", soft_target_file())
    write("losses", "at", attention_file())
    write("losses", "london_lipschitz", lipschitz_file())
    write("models", "wrn-10-1", network_file(10, 1))
    write("training", "kd", training_file())
