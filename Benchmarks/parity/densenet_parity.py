"""DenseNet here against torchvision's, in detail: both kernel sets, PyTorch's other ways, kinds of tensor.

Every parameter and statistic is random, normalisation's scales and shifts too. The rows "PyTorch, ..."
judge PyTorch's other ways of computing the same in single precision as ours are, but by one run of
PyTorch alone: they show how much of a lottery that yardstick is.
"""
import argparse
import os
import statistics
import sys
import tempfile

import peer
import torch
from torchvision.models.densenet import DenseNet

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
SUMMARY = ("model", "mode", "computed by", "logits", "loss", "gradients, median", "worst",
           "pass", "by one run", "choices that differ", "same choices: median", "worst", "pass")
DETAIL = ("tensors", "number", "median", "worst", "which", "PyTorch's worst there",
          "worst, same choices", "fail (ways, same choices)")


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


def summary(title, mode, name, found, ways=True):
    gradients, same = found.gradients(), found.gradients(same=True)
    return (title, mode, name, peer.brief(found.errors["logits"]), peer.brief(found.errors["loss"]),
            peer.brief(statistics.median(gradients)), peer.brief(max(gradients)),
            found.passing(found.bad_ways) if ways else "", found.passing(found.bad_one),
            str(found.differing), peer.brief(statistics.median(same)), peer.brief(max(same)),
            found.passing(found.bad_choices))


def detail(found, yardstick):
    rows = []
    for name, belongs in GROUPS:
        keys = [k for k in found.errors if belongs(k)]
        worst = max(keys, key=found.errors.get)
        rows.append((name, len(keys), peer.brief(statistics.median(found.errors[k] for k in keys)),
                     peer.brief(found.errors[worst]), worst, peer.brief(yardstick.ways[worst]),
                     peer.brief(max(found.same[k] for k in keys)),
                     f"{sum(k in found.bad_ways for k in keys)}, "
                     f"{sum(k in found.bad_choices for k in keys)}"))
    if sum(row[1] for row in rows) != len(found.errors):
        sys.exit("a tensor belongs to no group, or to two")
    return rows


def compare(arguments, title, options, configuration, channels, size, mode, document):
    """Compares one network in one mode; the rows of the summary, and whether ours pass."""
    model = make(configuration, channels, arguments.seed)
    torch.manual_seed(arguments.seed + 1)
    case = peer.Case("densenet121", model, torch.randn(4, channels, size, size),
                     torch.tensor([1.0, 0.0, 0.0, 1.0]), options)
    yardstick = peer.Yardstick(case, mode)
    rows, passed = [], True

    def add(row):
        rows.append(row)
        print("| " + " | ".join(row) + " |", flush=True)

    for way in peer.KINDS:
        values, choices, _ = peer.run(case, mode, way)
        add(summary(title, mode, f"PyTorch, {way.name}",
                    peer.judge(yardstick, values, choices, widens=False), ways=False))
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as folder:
        files = peer.save(case, folder)
        for kernels in ("auto", "native", "reference"):
            ours = peer.run_ours(arguments.program, case, folder, mode, kernels, files)
            found = peer.judge(yardstick, ours, peer.read_choices(folder, yardstick.shapes))
            passed &= found.passes
            add(summary(title, mode, f"ours, {kernels}", found))
            groups = peer.table(DETAIL, detail(found, yardstick))
            document.append(f"{title}, {mode}, {kernels}, after {len(yardstick.found)} of PyTorch's "
                            f"ways:\n\n{groups}")
    return rows, passed


def main():
    parser = argparse.ArgumentParser(description=__doc__ + "\n" + peer.__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the path of zoo-parity")
    parser.add_argument("--markdown", metavar="FILE", help="write the tables there, too")
    parser.add_argument("--only", choices=["training", "evaluation"], help="one mode alone")
    parser.add_argument("--seed", type=int, default=1, help="of the weights and images")
    parser.add_argument("--scratch", metavar="FOLDER", help="for the weight files; 0.3 GB")
    arguments = parser.parse_args()
    arguments.program = os.path.abspath(arguments.program)
    document, rows, passed = [], [], True
    print(peer.setting() + "\n\n" + peer.table(SUMMARY, []), end="")
    for case in CASES:
        for mode in [arguments.only] if arguments.only else ["evaluation", "training"]:
            more, passes = compare(arguments, *case, mode, document)
            rows += more
            passed &= passes
    print("\n" + "\n".join(document))
    if arguments.markdown:
        with open(arguments.markdown, "w", encoding="utf-8") as file:
            file.write("\n".join([peer.setting() + "\n", peer.table(SUMMARY, rows), *document]))
    print("pass" if passed else "FAIL")
    sys.exit(0 if passed else 1)


main()
