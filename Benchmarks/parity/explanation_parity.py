"""Explanations of the program against Captum's and SciPy's.

Attributions: torchvision's DenseNet-121 and ResNet-50 (random weights, statistics of random images, one
logit) are written as a model that `zoo explain` reads, and Captum's integrated gradients run on the very
same weights and PNG: Gauss-Legendre, as many nodes as zoo reports, baselines black and mean, nodes one
by one and several at once on both sides. A map (the sum over the colours of each pixel) passes when
|found - Captum| / |Captum| (Euclidean norms) is at most 1e-3. How far Captum's own single precision is
from its double precision stands beside it. Peak memory is that of the whole zoo process.

Clusters: Ward's merges and cuts of generic points, by zoo-parity, against scipy.cluster.hierarchy.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from cpu_torchvision import torch, torchvision  # noqa: E402
from captum.attr import IntegratedGradients  # noqa: E402
from PIL import Image  # noqa: E402
from safetensors.numpy import load_file, save_file  # noqa: E402
from scipy.cluster.hierarchy import fcluster, linkage  # noqa: E402

SIZE = 224
MEAN, DEVIATION = [0.48, 0.45, 0.41], [0.23, 0.22, 0.23]
NAMES = {"densenet121": "classifier", "resnet50": "fc"}
LIMIT = 1e-3


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


def write_model(model, name, folder):
    """The folder of a model that the program reads."""
    os.makedirs(folder)
    tensors = {}
    for key, value in model.state_dict().items():
        if key.endswith("num_batches_tracked"):
            continue
        head = key.startswith(NAMES[name] + ".")
        own = "head.output." + key.split(".")[-1] if head else "image." + key
        tensors[own] = value.detach().numpy().astype("float32")
    save_file(tensors, f"{folder}/model.safetensors", metadata={"format": "pt"})
    description = {
        "schema": 1, "task": "binary", "labels": ["normal", "abnormal"], "threshold": 0.5,
        "image": {"name": name, "encoder": name, "size": SIZE, "channels": 3, "fit": "stretch",
                  "options": {}, "augmentation": {}, "training": {},
                  "normalization": {"mean": MEAN, "deviation": DEVIATION}},
        "text": None, "tokenizer": {}, "decoder": {"hidden": 0},
    }
    with open(f"{folder}/model.json", "w", encoding="utf-8") as file:
        json.dump(description, file)


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


def explain(zoo, model, image, output, batch):
    """Runs the program; its maps, what it says of each path, seconds and peak memory in MB."""
    command = [zoo, "explain", model, "--image", image, "--output", output, "--quiet",
               "--method", "integrated-gradients", "--baseline", "black", "--baseline", "mean",
               "--nodes", "50", "--batch", str(batch)]
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(command)} failed")
    with open(f"{output}/explanation.json", encoding="utf-8") as file:
        methods = json.load(file)["image"]["methods"]
    paths = {m["method"].rsplit("-", 1)[1]: m["path"] for m in methods}
    tensors = load_file(f"{output}/attributions.safetensors")
    maps = {b: tensors[f"image.integrated-gradients-{b}"].astype("float64") for b in paths}
    return maps, paths, time.monotonic() - start, usage.ru_maxrss / 1024


def captum(model, image, baseline, nodes, batch, dtype):
    model = model.to(dtype)
    values = IntegratedGradients(model).attribute(
        image.to(dtype), baselines=baseline.to(dtype), n_steps=nodes, method="gausslegendre",
        target=0, internal_batch_size=batch)
    return values.double().sum(1)[0].numpy()


def error(found, reference):
    return float(numpy.linalg.norm(found - reference) / numpy.linalg.norm(reference))


def attributions(arguments, folder):
    """Rows of the table, and whether all pass."""
    rows, passed = [], True
    image_path = f"{folder}/picture.png"
    image = picture(image_path, arguments.seed)
    baselines = {"black": normalised(torch.zeros_like(image)), "mean": torch.zeros_like(image)}
    for name in arguments.models:
        model = network(name, arguments.seed)
        write_model(model, name, f"{folder}/{name}")
        exact = {}
        for batch in arguments.batches:
            maps, paths, seconds, memory = explain(
                arguments.zoo, f"{folder}/{name}", image_path, f"{folder}/{name}-{batch}", batch)
            for baseline, found in maps.items():
                nodes = paths[baseline]["nodes"]
                peer = captum(model, image, baselines[baseline], nodes, batch, torch.float32)
                if (baseline, nodes) not in exact:
                    exact[baseline, nodes] = captum(
                        model, image, baselines[baseline], nodes, 5, torch.float64)
                off = error(found, peer)
                passed &= off <= LIMIT
                rows.append([
                    name, baseline, str(nodes), str(batch), f"{off:.1e}",
                    f"{error(found, exact[baseline, nodes]):.1e}",
                    f"{error(peer, exact[baseline, nodes]):.1e}",
                    f"{paths[baseline]['delta']:+.1e} of {paths[baseline]['change']:+.3f}",
                    f"{memory:.0f} MB", "pass" if off <= LIMIT else "FAIL"])
                print(" | ".join(rows[-1]), flush=True)
                passed &= memory <= 1024
    return rows, passed


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
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 10],
                        help="nodes that run at once, on both sides")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--markdown", metavar="FILE", help="write the tables there, too")
    arguments = parser.parse_args()
    arguments.program = os.path.abspath(arguments.program)
    arguments.zoo = os.path.join(os.path.dirname(arguments.program), "zoo")
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as folder:
        ward, ward_passes = clusters(arguments, folder)
        maps, maps_pass = attributions(arguments, folder)
    text = table(["points", "merges: largest error", "same clusters, k from 2 to 8", "time",
                  "verdict"], ward) + "\n"
    text += table(["model", "baseline", "nodes", "at once", "zoo - Captum", "zoo - double precision",
                   "Captum - double precision", "δ of the change", "zoo's peak", "verdict"], maps)
    print("\n" + text)
    if arguments.markdown:
        with open(arguments.markdown, "w", encoding="utf-8") as file:
            file.write(text)
    print("pass" if ward_passes and maps_pass else "FAIL")
    sys.exit(0 if ward_passes and maps_pass else 1)


main()
