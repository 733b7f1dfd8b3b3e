"""Explanations of the program against Captum's and SciPy's.

Attributions: torchvision's DenseNet-121 and ResNet-50 (random weights, statistics of random images, one
logit) are written as a model that `zoo explain` reads, and Captum's integrated gradients run on the very
same weights and PNG: Gauss-Legendre, 50 nodes, baselines black and mean, nodes one by one and several at
once on both sides; zoo with --precision double and single (its default). Two maps (the sum over
the colours of each pixel) differ by |found - other| / |other|, in Euclidean norms and, in brackets, in
largest values. zoo and Captum in single precision are compared with each other, and both with Captum in
double precision.

What single precision can give is found at some nodes: its gradient beside that in double precision, as it
is and with every ReLU and maximum going the way it went in single precision. The latter is all but equal:
a value that rounding moves across zero lets its ReLU's gradient jump, and nothing else counts. So zoo must
be within 1e-3 of Captum in double precision; with --precision single, where it can't be that good,
at most 1.5 times as far from it as Captum's own. Peak memory is that of the whole zoo process.

Clusters: Ward's merges and cuts of generic points, by zoo-parity, against scipy.cluster.hierarchy.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from cpu_torchvision import torch, torchvision  # noqa: E402
from measured import measured  # noqa: E402
from saved_model import write_model  # noqa: E402
from captum.attr import IntegratedGradients  # noqa: E402
from torch.nn import functional  # noqa: E402
from torch.overrides import TorchFunctionMode  # noqa: E402
from PIL import Image  # noqa: E402
from safetensors.numpy import load_file, save_file  # noqa: E402
from scipy.cluster.hierarchy import fcluster, linkage  # noqa: E402

SIZE = 224
MEAN, DEVIATION = [0.48, 0.45, 0.41], [0.23, 0.22, 0.23]
NAMES = {"densenet121": "classifier", "resnet50": "fc"}
NODES, LIMIT, SLACK = 50, 1e-3, 1.5


def network(name, seed):
    """A network of one logit whose normalisations have the statistics of random images."""
    torch.manual_seed(seed)
    model = getattr(torchvision.models, name)(weights=None)
    width = getattr(model, NAMES[name]).in_features
    setattr(model, NAMES[name], torch.nn.Linear(width, 1))
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None
        if isinstance(module, torch.nn.ReLU):
            module.inplace = False
    model.train()
    with torch.no_grad():
        for _ in range(2):
            model(torch.randn(4, 3, SIZE, SIZE))
    return model.eval()


def picture(path, seed):
    """A smooth random picture with some grain, as a PNG; its pixels normalised."""
    random = numpy.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (14, 14, 3), dtype="uint8"))
    pixels = numpy.asarray(coarse.resize((SIZE, SIZE), Image.Resampling.BICUBIC)).astype("int32")
    pixels = numpy.clip(pixels + random.integers(-12, 13, pixels.shape), 0, 255).astype("uint8")
    Image.fromarray(pixels).save(path)
    return normalised(torch.tensor(pixels).permute(2, 0, 1)[None].double() / 255)


def normalised(pixels):
    mean, deviation = (torch.tensor(v).double().view(1, 3, 1, 1) for v in (MEAN, DEVIATION))
    return (pixels - mean) / deviation


def explain(zoo, model, image, output, precision, batch, baselines):
    """Runs the program; its maps, what it says of each path, seconds and peak memory in MB."""
    command = [zoo, "explain", model, "--image", image, "--output", output, "--quiet",
               "--method", "integrated-gradients", "--nodes", str(NODES),
               "--maximum-nodes", str(NODES), "--batch", str(batch)]
    command += ["--precision", precision]
    for baseline in baselines:
        command += ["--baseline", baseline]
    seconds, megabytes = measured(command)
    with open(f"{output}/explanation.json", encoding="utf-8") as file:
        methods = json.load(file)["image"]["methods"]
    paths = {m["method"].rsplit("-", 1)[1]: m["path"] for m in methods}
    tensors = load_file(f"{output}/attributions.safetensors")
    maps = {b: tensors[f"image.integrated-gradients-{b}"].astype("float64") for b in paths}
    return maps, paths, seconds, megabytes


def captum(model, image, baseline, batch, dtype):
    model = model.to(dtype)
    values = IntegratedGradients(model).attribute(
        image.to(dtype), baselines=baseline.to(dtype), n_steps=NODES, method="gausslegendre",
        target=0, internal_batch_size=batch)
    return values.double().sum(1)[0].numpy()


class Switches(TorchFunctionMode):
    """Keeps which way ReLUs and maxima go in a pass, or makes a pass go the way another went."""

    def __init__(self, kept=None):
        super().__init__()
        self.given, self.kept = kept, []

    def choice(self, own):
        self.kept.append(own)
        return own if self.given is None else self.given[len(self.kept) - 1]

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func in (torch.relu, functional.relu):
            return args[0] * self.choice(args[0] > 0)
        if func.__name__ == "max_pool2d":
            _, own = functional.max_pool2d(*args, **{**kwargs, "return_indices": True})
            places = self.choice(own)
            return args[0].flatten(2).gather(2, places.flatten(2)).view_as(places)
        return func(*args, **(kwargs or {}))


def gradient(model, pixels, switches):
    pixels = pixels.requires_grad_(True)
    with switches:
        score = model(pixels)
    return torch.autograd.grad(score.sum(), pixels)[0].double().sum(1)[0].numpy()


def rounding(model, image, baseline, count=5):
    """Means over some nodes: switches that turn, and both differences of single precision's gradient."""
    found = []
    for share in numpy.polynomial.legendre.leggauss(count)[0] / 2 + 0.5:
        pixels = (baseline + share * (image - baseline)).float()
        kept, free = Switches(), Switches()
        single = gradient(model.float(), pixels.clone(), kept)
        double = gradient(model.double(), pixels.double(), free)
        if not double.any():
            continue
        same = gradient(model, pixels.double(), Switches(kept.kept))
        turned = sum(int((a != b).sum()) for a, b in zip(kept.kept, free.kept))
        found.append((turned, error(single, double), error(single, same)))
    return [float(numpy.mean(column)) for column in zip(*found)]


def error(found, reference):
    return float(numpy.linalg.norm(found - reference) / numpy.linalg.norm(reference))


def both(found, reference):
    """The difference in Euclidean norms, and that of largest values in brackets."""
    largest = numpy.max(numpy.abs(found - reference)) / numpy.max(numpy.abs(reference))
    return f"{error(found, reference):.1e} ({largest:.1e})"


def attributions(arguments, folder):
    """Rows of both tables, and whether all pass."""
    rows, causes, passed = [], [], True
    image_path = f"{folder}/picture.png"
    image = picture(image_path, arguments.seed)
    baselines = {"black": normalised(torch.zeros_like(image)), "mean": torch.zeros_like(image)}
    for name in arguments.models:
        model = network(name, arguments.seed)
        write_model(model, name, NAMES[name], f"{folder}/{name}", SIZE, MEAN, DEVIATION)
        peers, exact, first = {}, {}, {}
        runs = [(precision, batch) for precision in ("double", "single") for batch in arguments.batches]
        for precision, batch in runs:
            maps, paths, seconds, memory = explain(
                arguments.zoo, f"{folder}/{name}", image_path, f"{folder}/{name}-{precision}-{batch}",
                precision, batch, arguments.baselines)
            for baseline, found in maps.items():
                start = baselines[baseline]
                if (baseline, batch) not in peers:
                    peers[baseline, batch] = captum(model, image, start, batch, torch.float32)
                if baseline not in exact:
                    exact[baseline] = captum(model, image, start, 5, torch.float64)
                peer, reference = peers[baseline, batch], exact[baseline]
                limit = LIMIT if precision == "double" else max(LIMIT, SLACK * error(peer, reference))
                alone = first.setdefault((baseline, precision), found)
                good = error(found, reference) <= limit and memory <= 1024
                passed &= good
                rows.append([
                    name, baseline, precision, str(batch), both(found, reference),
                    both(peer, reference), both(found, peer), f"{error(found, alone):.1e}",
                    f"{paths[baseline]['delta']:+.1e} of {paths[baseline]['change']:+.3f}",
                    f"{seconds:.0f} s", f"{memory:.0f} MB", "pass" if good else "FAIL"])
                print(" | ".join(rows[-1]), flush=True)
        for baseline in arguments.baselines:
            turned, free, bound = rounding(model, image, baselines[baseline])
            causes.append([name, baseline, f"{turned:.1f}", f"{free:.1e}", f"{bound:.1e}"])
            print(" | ".join(causes[-1]), flush=True)
    return rows, causes, passed


def clusters(arguments, folder):
    """Ward's merges and cuts against SciPy's."""
    rows, passed = [], True
    for index, count in enumerate([2, 17, 300, 1000, 4096]):
        random = numpy.random.default_rng(arguments.seed + index)
        points = random.normal(size=(count, 2)).astype("float32") * 40
        points[: count // 2] += 60
        place = f"{folder}/ward-{count}"
        os.makedirs(place)
        save_file({"points": points}, f"{place}/input.safetensors")
        subprocess.run([arguments.program, "ward", place], check=True)
        found = load_file(f"{place}/output.safetensors")
        tree = linkage(points.astype("float64"), "ward")
        losses = tree[:, 2] ** 2 / 2
        off = float(numpy.max(numpy.abs(found["losses"] - losses) / losses))
        same = 0
        most = min(8, count)
        for k in range(2, most + 1):
            own, peer = found["labels"][k - 2], fcluster(tree, k, "maxclust")
            pairs = set(zip(own.tolist(), peer.tolist()))
            same += len(pairs) == k == len(set(peer.tolist()))
        good = off <= 1e-6 and same == most - 1
        passed &= good
        rows.append([str(count), f"{off:.1e}", f"{same} of {most - 1}",
                     f"{float(found['seconds'][0]) * 1000:.0f} ms", "pass" if good else "FAIL"])
        print(" | ".join(rows[-1]), flush=True)
    return rows, passed


def table(head, rows):
    lines = [head, ["---"] * len(head)] + rows
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the path of zoo-parity; zoo lies beside it")
    parser.add_argument("--models", nargs="+", choices=list(NAMES), default=list(NAMES))
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 5],
                        help="nodes that run at once, on both sides")
    parser.add_argument("--baselines", nargs="+", choices=["black", "mean"],
                        default=["black", "mean"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--markdown", metavar="FILE", help="write the tables there, too")
    arguments = parser.parse_args()
    arguments.program = os.path.abspath(arguments.program)
    arguments.zoo = os.path.join(os.path.dirname(arguments.program), "zoo")
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as folder:
        ward, ward_passes = clusters(arguments, folder)
        maps, causes, maps_pass = attributions(arguments, folder)
    text = table(["points", "merges: largest error", "same clusters, k from 2 to 8", "time",
                  "verdict"], ward) + "\n"
    text += table(["model", "baseline", "zoo's precision", "at once", "zoo - double precision",
                   "Captum - double precision", "zoo - Captum", "zoo - zoo one by one",
                   "δ of the change", "zoo's time", "zoo's peak", "verdict"], maps) + "\n"
    text += table(["model", "baseline", "switches turned in a pass", "single - double precision",
                   "the same with single precision's switches"], causes)
    print("\n" + text)
    if arguments.markdown:
        with open(arguments.markdown, "w", encoding="utf-8") as file:
            file.write(text)
    print("pass" if ward_passes and maps_pass else "FAIL")
    sys.exit(0 if ward_passes and maps_pass else 1)


main()
