"""What the parity scripts share: PyTorch's passes, ours, and how tensors are compared.

The error of a tensor is |found - reference| / |reference| (Euclidean norms); the reference is PyTorch
in double precision. Where a gradient is zero in theory (the bias of a convolution before a batch
normalisation, in training) the error is |found - reference| / |gradient of that convolution's weights|.

Three limits are held against it, each 1e-3 or twice an error of PyTorch's own single precision:

ways       the largest error of that tensor over PyTorch's ordinary ways to run on this machine: as it
           comes, channels-last, without oneDNN, with two threads and with one, and the same network
           with the colours in another order (its first kernels ordered alike). Ways are tried until
           every tensor of ours passes or none is left; one more can only widen the limit, so stopping
           there changes no verdict. This limit decides.
one run    the error of PyTorch as it comes, with two threads, alone.
choices    A value that rounding moves across zero changes what its ReLU lets through, and one that
           moves past another changes which place wins a maximum pooling: a gradient then jumps. Here
           the reference makes the very choices of the run it is compared with (ours, or PyTorch's as
           it comes for PyTorch's own error), so the arithmetic alone is compared.
"""
import contextlib
import copy
import filecmp
import hashlib
import itertools
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace

import numpy
import torch

_register = torch.library.register_fake  # the CPU wheel lacks torchvision's compiled operators
torch.library.register_fake = (
    lambda name, *a, **k: (lambda f: f) if name.startswith("torchvision::")
    else _register(name, *a, **k))

from safetensors.torch import load_file, save_file  # noqa: E402
import torchvision  # noqa: E402

LIMIT = 1e-3
# Of the typical value: a choice that differs is about rounding when it is nearer than that, or than
# twice the farthest that PyTorch's own single precision moves.
NEAR = 1e-3


@dataclass(frozen=True)
class Way:
    """How PyTorch runs."""
    name: str
    dtype: torch.dtype = torch.float32
    layout: torch.memory_format = torch.contiguous_format
    onednn: bool = True
    threads: int = 2
    colours: tuple = (0, 1, 2)


EXACT = Way("double precision", dtype=torch.float64)
KINDS = [Way("as it comes"), Way("channels-last", layout=torch.channels_last),
         Way("without oneDNN", onednn=False)]
WAYS = (KINDS + [replace(way, threads=1, name=f"{way.name}, one thread") for way in KINDS]
        + [replace(way, colours=order, name=way.name + ", " + "".join("RGB"[c] for c in order))
           for order in itertools.permutations(range(3)) if order != (0, 1, 2) for way in KINDS])


@dataclass
class Choices:
    """What each ReLU let through and which place won in each maximum pooling, in the order of a pass."""
    relus: list = field(default_factory=list)  # booleans, channels first
    pools: list = field(default_factory=list)  # y * width + x, channels first


@dataclass
class Differing:
    """Choices that double precision, given all the choices before, would not have made."""
    relus: int = 0
    pools: int = 0
    farthest: float = 0.0  # from the boundary, in root mean squares of the values there

    def add(self, kind, distances, values):
        setattr(self, kind, getattr(self, kind) + distances.numel())
        if distances.numel():
            scale = values.square().mean().sqrt().clamp_min(1e-30)
            self.farthest = max(self.farthest, float(distances.max() / scale))

    def __str__(self):
        if not self.relus + self.pools:
            return "none"
        pools = f" + {self.pools}" if self.pools else ""
        return f"{self.relus}{pools}, within {brief(self.farthest)}"


@contextlib.contextmanager
def choosing(imposed=None):
    """Inside, ReLUs and maximum poolings note their choices, or make those that are imposed.

    Gives (the choices made, Differing). A ReLU never works in place here.
    """
    functions = torch.nn.functional
    relu, pool, hardtanh = functions.relu, functions.max_pool2d, functions.hardtanh
    made, differing = Choices(), Differing()

    def chosen_relu(x, inplace=False):
        values = x.detach()
        choice = values > 0
        if imposed is not None:
            wanted = imposed.relus[len(made.relus)]
            differing.add("relus", values[wanted != choice].abs(), values)
            choice = wanted
        made.relus.append(choice)
        return relu(x) if imposed is None else x * choice

    def chosen_relu6(x, low=-1.0, high=1.0, inplace=False):
        return chosen_relu(x).clamp(max=high) if (low, high) == (0, 6) else hardtanh(x, low, high)

    def chosen_pool(x, *arguments, return_indices=False, **named):
        output, places = functions.max_pool2d_with_indices(x, *arguments, **named)
        if imposed is not None:
            places = imposed.pools[len(made.pools)].long()
            wanted = x.flatten(2).gather(2, places.flatten(2)).reshape(output.shape)
            gaps = (output - wanted).detach()
            differing.add("pools", gaps[gaps > 0], x.detach())
            output = wanted
        made.pools.append(places.int())
        return output

    functions.relu, functions.max_pool2d, functions.hardtanh = chosen_relu, chosen_pool, chosen_relu6
    try:
        yield made, differing
    finally:
        functions.relu, functions.max_pool2d, functions.hardtanh = relu, pool, hardtanh


@dataclass
class Case:
    """A network of PyTorch with its weights, and what it is shown."""
    encoder: str
    model: torch.nn.Module  # single precision; never run itself
    images: torch.Tensor
    labels: torch.Tensor  # a value for each logit
    options: dict = field(default_factory=dict)  # of our encoder
    shifts: tuple = ()  # normalisations whose bias a later one takes away in training

    def zeros(self, mode):
        """The gradients that are zero in theory, each with the gradient that gives the scale."""
        if mode != "training":
            return {}
        found, previous = {f"grad.{n}.bias": f"grad.{n}.weight" for n in self.shifts}, None
        for name, module in self.model.named_modules():
            if (isinstance(module, torch.nn.BatchNorm2d) and previous is not None
                    and previous[1].bias is not None):
                found[f"grad.{previous[0]}.bias"] = f"grad.{previous[0]}.weight"
            previous = (name, module) if isinstance(module, torch.nn.Conv2d) else None
        return found


def settle(model, images):
    """Gives normalisations the statistics of some images, moved by up to a fifth: evaluation then
    sees values of the size that it sees in a trained network."""
    normalizations = [m for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    momenta = [m.momentum for m in normalizations]
    model.train()
    for module in normalizations:
        module.momentum = 1.0
    with torch.no_grad():
        model(images)
    for module, momentum in zip(normalizations, momenta):
        module.momentum = momentum
        deviation = module.running_var.sqrt()
        module.running_mean += deviation * torch.empty_like(deviation).uniform_(-0.2, 0.2)
        module.running_var *= torch.empty_like(deviation).uniform_(0.8, 1.2)
        module.num_batches_tracked.zero_()


def run(case, mode, way, imposed=None):
    """What PyTorch's network gives, its choices, and those imposed that it would not have made."""
    torch.set_num_threads(way.threads)
    torch.backends.mkldnn.set_flags(way.onednn)
    model = copy.deepcopy(case.model).to(dtype=way.dtype, memory_format=way.layout)
    images = case.images
    first = next(m for m in model.modules() if isinstance(m, torch.nn.Conv2d)).weight
    if images.shape[1] == len(way.colours):
        order = list(way.colours)
        images, first.data = images[:, order], first.data[:, order]
    images = images.to(dtype=way.dtype, memory_format=way.layout)
    model.train(mode == "training")
    last = [m for m in model.modules() if isinstance(m, torch.nn.Linear)][-1]
    kept = {}
    last.register_forward_hook(lambda _m, inputs, _o: kept.update(features=inputs[0]))
    with choosing(imposed) as (choices, differing):
        logits = model(images)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(
        logits, case.labels.reshape(logits.shape).to(way.dtype))
    loss.backward()
    if images.shape[1] == len(way.colours):
        first.grad = first.grad[:, numpy.argsort(way.colours)]
    torch.set_num_threads(2)
    torch.backends.mkldnn.set_flags(True)
    values = {"logits": logits, "loss": loss.reshape(1), "features": kept["features"]}
    values |= {f"grad.{k}": p.grad for k, p in model.named_parameters()}
    values |= {f"stat.{k}": b for k, b in model.named_buffers() if k.rsplit(".")[-1] in
               ("running_mean", "running_var")}
    return {k: v.detach() for k, v in values.items()}, choices, differing


def errors(values, reference, zeros):
    """The error of every tensor; a tensor too many, too few or of another shape ends the script."""
    if set(values) != set(reference):
        sys.exit(f"other tensors: {sorted(set(values) ^ set(reference))[:5]}")
    found = {}
    for key, wanted in reference.items():
        if values[key].shape != wanted.shape:
            sys.exit(f"{key} has shape {list(values[key].shape)}; expected {list(wanted.shape)}")
        scale = reference[zeros.get(key, key)].norm().clamp_min(1e-30)
        error = float((values[key].double() - wanted).norm() / scale)
        found[key] = error if error == error else float("inf")  # not a number is not small
    return found


def failures(found, own):
    """The tensors beyond 1e-3 and beyond twice PyTorch's own error."""
    return [k for k in found if not found[k] <= max(LIMIT, 2 * own[k])]


class Yardstick:
    """PyTorch in double precision, and how far its own single precision is from that."""

    def __init__(self, case, mode):
        self.case, self.mode, self.zeros = case, mode, case.zeros(mode)
        self.exact, self.shapes, _ = run(case, mode, EXACT)  # choices: for their shapes
        self.found = {}  # errors by way
        values, choices, _ = run(case, mode, WAYS[0])
        self.one = self.found[WAYS[0]] = self.errors(values)
        self.choices, self.differing = self.same_choices(values, choices)
        self.ways = dict(self.one)

    def errors(self, values):
        return errors(values, self.exact, self.zeros)

    def same_choices(self, values, choices):
        """The errors from a reference that makes the given choices, and how these differ."""
        reference, _, differing = run(self.case, self.mode, EXACT, imposed=choices)
        return errors(values, reference, self.zeros), differing

    def widen(self, *ours):
        """Tries more of PyTorch's ways until all of these errors pass."""
        for way in WAYS:
            if not any(failures(found, self.ways) for found in ours):
                return
            if way in self.found or (way.colours != EXACT.colours
                                     and self.case.images.shape[1] != len(way.colours)):
                continue
            self.found[way] = self.errors(run(self.case, self.mode, way)[0])
            self.ways = {k: max(v, self.found[way][k]) for k, v in self.ways.items()}


@dataclass
class Verdict:
    """Errors of one run of ours, or of PyTorch's, and what fails by each limit."""
    errors: dict
    same: dict
    differing: Differing
    bad_ways: list
    bad_one: list
    bad_choices: list
    nearness: float

    @property
    def passes(self):
        return (not self.bad_ways and not self.bad_choices
                and self.differing.farthest <= self.nearness)

    def passing(self, bad):
        return f"{len(self.errors) - len(bad)} of {len(self.errors)}"

    def gradients(self, same=False):
        return [v for k, v in (self.same if same else self.errors).items() if k.startswith("grad.")]


def judge(yardstick, values, choices, widens=True):
    """Errors of a run, PyTorch's ways being tried as far as it needs them, or not."""
    found = yardstick.errors(values)
    same, differing = yardstick.same_choices(values, choices)
    if widens:
        yardstick.widen(found)
    return Verdict(found, same, differing, failures(found, yardstick.ways),
                   failures(found, yardstick.one), failures(same, yardstick.choices),
                   max(NEAR, 2 * yardstick.differing.farthest))


def save(case, folder):
    """Writes what zoo-parity reads, the weights in every format; the names of the weight files."""
    save_file({"images": case.images, "labels": case.labels}, f"{folder}/input.safetensors")
    state = case.model.state_dict()
    save_file({k: v.contiguous() for k, v in state.items()}, f"{folder}/weights.safetensors")
    torch.save(state, f"{folder}/weights.zip.pth")
    torch.save(state, f"{folder}/weights.legacy.pth", _use_new_zipfile_serialization=False)
    return ["weights.safetensors", "weights.zip.pth", "weights.legacy.pth"]


def run_ours(program, case, folder, mode, kernels, files):
    """What zoo-parity gives, and its choices; every file must give the same bits."""
    results = ("output.safetensors", "relus.bits", "pools.i32")
    first = None
    for file in files:
        subprocess.run(
            [program, case.encoder, folder, "--mode", mode, "--kernels", kernels, "--options",
             json.dumps(case.options), "--weights", file], check=True)
        if first is None:
            first = file
            for name in results:
                os.replace(f"{folder}/{name}", f"{folder}/first.{name}")
        elif not all(filecmp.cmp(f"{folder}/first.{name}", f"{folder}/{name}", shallow=False)
                     for name in results):
            sys.exit(f"{case.encoder}, {mode}, {kernels}: {file} and {first} give different bits")
    return load_file(f"{folder}/first.output.safetensors")


def read_choices(folder, shapes):
    """What zoo-parity's ReLUs and maximum poolings chose, by shapes of PyTorch's."""
    bits = numpy.fromfile(f"{folder}/first.relus.bits", dtype=numpy.uint8)
    places = numpy.fromfile(f"{folder}/first.pools.i32", dtype=numpy.int32)
    choices, offset = Choices(), 0
    for relu in shapes.relus:
        packed = bits[offset:offset + (relu.numel() + 7) // 8]
        if 8 * packed.size < relu.numel():
            sys.exit(f"relus.bits ends within ReLU {len(choices.relus) + 1} of {len(shapes.relus)}")
        values = numpy.unpackbits(packed, count=relu.numel(), bitorder="little").astype(bool)
        choices.relus.append(channels_first(torch.from_numpy(values), relu.shape))
        offset += packed.size
    if offset != bits.size:
        sys.exit(f"relus.bits has {bits.size} bytes; expected {offset}")
    if sum(p.numel() for p in shapes.pools) != places.size:
        sys.exit(f"pools.i32 has {places.size} places; expected those of {len(shapes.pools)} poolings")
    for part, pool in zip(numpy.split(places, numpy.cumsum([p.numel() for p in shapes.pools])[:-1])
                          if shapes.pools else [], shapes.pools):
        choices.pools.append(channels_first(torch.from_numpy(part.copy()), pool.shape))
    return choices


def channels_first(values, shape):
    if len(shape) == 2:
        return values.reshape(shape)
    n, c, h, w = shape
    return values.reshape(n, h, w, c).permute(0, 3, 1, 2).contiguous()


def digest(tensors):
    """One hash over names, shapes and bytes of tensors, in the order of names."""
    total = hashlib.sha256()
    for name in sorted(tensors):
        total.update(f"{name} {list(tensors[name].shape)}".encode())
        total.update(tensors[name].contiguous().numpy().tobytes())
    return total.hexdigest()


def brief(error):
    return f"{error:.1e}".replace("e-0", "e-").replace("e+00", "")


def table(head, rows):
    return "".join("| " + " | ".join(map(str, row)) + " |\n"
                   for row in (head, ["---"] * len(head), *rows))


def setting(**others):
    """A line that tells when, where and with what it was measured."""
    processor = platform.processor() or platform.machine()
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as file:
        processor = next((line.split(":", 1)[1].strip() for line in file
                          if line.startswith("model name")), processor)
    versions = {"Python": platform.python_version(), "torch": torch.__version__,
                "torchvision": torchvision.__version__} | others
    return (f"{time.strftime('%Y-%m-%d')}; {processor}, {os.cpu_count()} processors; "
            + ", ".join(f"{k} {v}" for k, v in versions.items()))
