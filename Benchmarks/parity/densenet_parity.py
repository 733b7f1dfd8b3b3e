"""DenseNet here against torchvision's, with the same random weights and images.

The error of a tensor is |ours - reference| / |reference| (Euclidean norms), the reference being
PyTorch in double precision. Two criteria are reported, and --criterion says which of them decides the
exit status:

plain       A tensor passes at 1e-3, or, where PyTorch's own single precision is farther than that
            from its double precision, at twice PyTorch's error. The rows "PyTorch, ..." hold
            PyTorch's other ways of computing the same in single precision to the same.
same-relus  A value that rounding moves across zero changes what its ReLU lets through, and a gradient
            jumps. Here the reference makes our ReLUs' choices (and, for PyTorch's own error,
            PyTorch's), so only the arithmetic is compared, by the plain limits. In addition no choice
            may differ from double precision's where its value is farther than 1e-3 from zero.

Exit status 1 when a tensor of ours fails by the criterion, or a choice does.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

import numpy
import torch

_operators = torch.library.Library("torchvision", "DEF")  # the CPU wheel lacks compiled operators
for _name in ("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
              "qnms(Tensor a) -> Tensor"):
    try:
        _operators.define(_name)
    except RuntimeError:
        pass

from safetensors.torch import load_file, save_file  # noqa: E402
from torchvision.models.densenet import DenseNet  # noqa: E402

LIMIT = 1e-3
NEAR_ZERO = 1e-3
CASES = [
    ("DenseNet-121, 4 x 3 x 224 x 224", {},
     dict(growth_rate=32, block_config=(6, 12, 24, 16), num_init_features=64), 3, 224),
    ("growth 16, blocks 2 4 6 4, 4 x 1 x 96 x 96",
     {"growthRate": 16, "blocks": [2, 4, 6, 4], "initialFeatures": 32},
     dict(growth_rate=16, block_config=(2, 4, 6, 4), num_init_features=32), 1, 96),
]
GROUPS = [
    ("logits", lambda k: k == "logits"),
    ("loss", lambda k: k == "loss"),
    ("features", lambda k: k == "features"),
    ("gradient: convolutions", lambda k: k.startswith("grad.") and "conv" in k),
    ("gradient: scales", lambda k: k.startswith("grad.") and "norm" in k and k.endswith("weight")),
    ("gradient: shifts", lambda k: k.startswith("grad.") and "norm" in k and k.endswith("bias")),
    ("gradient: head", lambda k: k.startswith("grad.classifier")),
    ("running means", lambda k: k.endswith("running_mean")),
    ("running variances", lambda k: k.endswith("running_var")),
]
SUMMARY = ("model", "mode", "computed by", "logits", "loss", "gradients, median",
           "gradients, worst", "tensors that pass", "other ReLU choices", "same ReLUs: median",
           "same ReLUs: worst", "same ReLUs: pass")
DETAIL = ("tensors", "number", "median", "worst", "which", "PyTorch fp32 there",
          "worst from PyTorch fp32", "worst, same ReLUs", "fail (plain, same ReLUs)")


def make(configuration, channels, seed):
    """torchvision's network, every parameter and statistic random."""
    torch.manual_seed(seed)
    model = DenseNet(num_classes=1, **configuration)
    if channels != 3:
        model.features.conv0 = torch.nn.Conv2d(
            channels, configuration["num_init_features"], 7, 2, 3, bias=False)
        torch.nn.init.kaiming_normal_(model.features.conv0.weight)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.uniform_(module.bias, -0.3, 0.3)
            torch.nn.init.uniform_(module.running_mean, -0.2, 0.2)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
    return model


def run(model, images, labels, mode, dtype, choices=None, layout=torch.contiguous_format):
    """What the network gives, and the outputs of its normalisations in order.

    With choices (a tensor of booleans for each ReLU, in order) the ReLUs let exactly those through.
    """
    model = model.to(dtype=dtype, memory_format=layout)
    images = images.to(dtype=dtype, memory_format=layout)
    model.train(mode == "training")
    before = []

    def hook(_module, _input, output):
        before.append(output.detach())
        return None if choices is None else output * choices[len(before) - 1]

    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.register_forward_hook(hook)
        if isinstance(module, torch.nn.ReLU):
            module.inplace = False  # else what the hook keeps would change
            if choices is not None:
                module.forward = lambda x: x
    maps = model.features(images)
    features = (torch.relu(maps) if choices is None else maps).mean((2, 3))
    logits = model.classifier(features)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits[:, 0], labels.to(dtype))
    loss.backward()
    values = {"logits": logits, "loss": loss.reshape(1), "features": features}
    values |= {f"grad.{k}": p.grad for k, p in model.named_parameters()}
    values |= {f"stat.{k}": b for k, b in model.named_buffers() if "num_batches" not in k}
    return {k: v.detach().double().clone() for k, v in values.items()}, before


def run_ours(arguments, options, state, images, labels, mode, kernels, shapes):
    """What zoo-parity gives, and the choices of its ReLUs, whose shapes are given."""
    with tempfile.TemporaryDirectory() as folder:
        save_file(state, f"{folder}/weights.safetensors")
        save_file({"images": images, "labels": labels}, f"{folder}/input.safetensors")
        subprocess.run([arguments.program, "densenet121", folder, "--mode", mode, "--kernels",
                        kernels, "--options", json.dumps(options)], check=True)
        ours = {k: v.double() for k, v in load_file(f"{folder}/output.safetensors").items()}
        data = numpy.fromfile(f"{folder}/relus.bits", dtype=numpy.uint8)
    choices, offset = [], 0
    for n, c, h, w in shapes:
        count = n * c * h * w
        packed = data[offset:offset + (count + 7) // 8]
        if 8 * packed.size < count:
            sys.exit(f"relus.bits ends within ReLU {len(choices) + 1} of {len(shapes)}")
        bits = numpy.unpackbits(packed, count=count, bitorder="little").astype(bool)
        choices.append(torch.from_numpy(bits).reshape(n, h, w, c).permute(0, 3, 1, 2))
        offset += packed.size
    if offset != data.size:
        sys.exit(f"relus.bits has {data.size} bytes; expected {offset}")
    return ours, choices


def errors(values, reference):
    if set(values) != set(reference):
        sys.exit(f"other tensors: {sorted(set(values) ^ set(reference))[:5]}")
    for key, value in reference.items():
        if values[key].shape != value.shape:
            sys.exit(f"{key} has shape {list(values[key].shape)}; expected {list(value.shape)}")
    # Not a number must not pass for small.
    found = {k: float((values[k] - v).norm() / v.norm().clamp_min(1e-30))
             for k, v in reference.items()}
    return {k: v if v == v else float("inf") for k, v in found.items()}


def failures(found, own):
    return [k for k in found if not found[k] <= max(LIMIT, 2 * own[k])]


def differing(choices, exact):
    """How many choices are not double precision's, and the farthest of these from zero."""
    count, farthest = 0, 0.0
    for chosen, values in zip(choices, exact):
        other = chosen != (values > 0)
        count += int(other.sum())
        if other.any():
            farthest = max(farthest, float(values[other].abs().max()))
    return count, farthest


def table(head, rows):
    return "".join("| " + " | ".join(map(str, row)) + " |\n"
                   for row in (head, ["---"] * len(head), *rows))


def summary(title, mode, name, found, bad, flips, same, same_bad):
    gradients = [k for k in found if k.startswith("grad.")]
    return (title, mode, name, f"{found['logits']:.1e}", f"{found['loss']:.1e}",
            f"{statistics.median(found[k] for k in gradients):.1e}",
            f"{max(found[k] for k in gradients):.1e}", f"{len(found) - len(bad)} of {len(found)}",
            f"{flips[0]}, within {flips[1]:.0e}",
            f"{statistics.median(same[k] for k in gradients):.1e}",
            f"{max(same[k] for k in gradients):.1e}", f"{len(found) - len(same_bad)} of {len(found)}")


def detail(found, own, from_single, same, bad, same_bad):
    rows = []
    for name, belongs in GROUPS:
        keys = [k for k in found if belongs(k)]
        worst = max(keys, key=found.get)
        rows.append((name, len(keys), f"{statistics.median(found[k] for k in keys):.1e}",
                     f"{found[worst]:.1e}", worst, f"{own[worst]:.1e}",
                     f"{max(from_single[k] for k in keys):.1e}",
                     f"{max(same[k] for k in keys):.1e}",
                     f"{sum(k in bad for k in keys)}, {sum(k in same_bad for k in keys)}"))
    if sum(row[1] for row in rows) != len(found):
        sys.exit("a tensor belongs to no group, or to two")
    return rows


def compare(arguments, case, mode, document):
    """Compares one network in one mode; the rows of the summary, and whether ours pass."""
    title, options, configuration, channels, size = case
    network = lambda: make(configuration, channels, arguments.seed)  # noqa: E731
    torch.manual_seed(arguments.seed + 1)
    images = torch.randn(4, channels, size, size)
    labels = torch.tensor([1.0, 0.0, 0.0, 1.0])
    state = {k: v.contiguous() for k, v in network().state_dict().items()
             if "num_batches" not in k}

    def single(**more):
        values, before = run(network(), images, labels, mode, torch.float32, **more)
        return values, [b > 0 for b in before]

    def imposed(choices):
        return run(network(), images, labels, mode, torch.float64, choices)[0]

    exact, before = run(network(), images, labels, mode, torch.float64)
    plain, choices = single()
    own, same_own = errors(plain, exact), errors(plain, imposed(choices))
    rows = [summary(title, mode, "PyTorch", own, [], differing(choices, before), same_own, [])]
    print(*rows[-1], sep=" | ", flush=True)
    for name, oneDNN, layout in [("PyTorch, channels-last", True, torch.channels_last),
                                 ("PyTorch, without oneDNN", False, torch.contiguous_format)]:
        torch.backends.mkldnn.set_flags(oneDNN)
        values, choices = single(layout=layout)
        torch.backends.mkldnn.set_flags(True)
        found, same = errors(values, exact), errors(values, imposed(choices))
        rows.append(summary(title, mode, name, found, failures(found, own),
                            differing(choices, before), same, failures(same, same_own)))
        print(*rows[-1], sep=" | ", flush=True)
    passed = True
    for kernels in ("onednn", "openblas"):
        ours, choices = run_ours(arguments, options, state, images, labels, mode, kernels,
                                 [b.shape for b in before])
        found, same = errors(ours, exact), errors(ours, imposed(choices))
        flips = differing(choices, before)
        bad, same_bad = failures(found, own), failures(same, same_own)
        deciding = bad if arguments.criterion == "plain" else same_bad
        passed &= not deciding and flips[1] <= NEAR_ZERO
        rows.append(summary(title, mode, f"ours, {kernels}", found, bad, flips, same, same_bad))
        print(*rows[-1], sep=" | ")
        groups = table(DETAIL, detail(found, own, errors(ours, plain), same, bad, same_bad))
        print(groups, flush=True)
        document.append(f"{title}, {mode}, {kernels}:\n\n{groups}")
    return rows, passed


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the path of zoo-parity")
    parser.add_argument("--markdown", metavar="FILE", help="write the tables there, too")
    parser.add_argument("--only", choices=["training", "evaluation"], help="one mode alone")
    parser.add_argument("--criterion", choices=["plain", "same-relus"], default="plain")
    parser.add_argument("--seed", type=int, default=1, help="of the weights and images")
    arguments = parser.parse_args()
    arguments.program = os.path.abspath(arguments.program)
    document, rows, passed = [], [], True
    print(*SUMMARY, sep=" | ")
    for case in CASES:
        for mode in [arguments.only] if arguments.only else ["training", "evaluation"]:
            more, passes = compare(arguments, case, mode, document)
            rows += more
            passed &= passes
    if arguments.markdown:
        with open(arguments.markdown, "w", encoding="utf-8") as file:
            file.write(table(SUMMARY, rows) + "\n" + "\n".join(document))
    print(f"{arguments.criterion}: {'pass' if passed else 'FAIL'}")
    sys.exit(0 if passed else 1)


main()
