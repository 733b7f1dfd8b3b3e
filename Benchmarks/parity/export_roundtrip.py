"""What `zoo weights export` writes, loaded into torchvision with strict=True: the same logits?

    python export_roundtrip.py ZOO

Trains a model of each kind for an epoch on a small synthetic sample, in grey and in colour, exports it,
loads it into torchvision's model, and compares the logits that `zoo predict` gives. The images have the
models' own size, so that no resizing comes between. Ends with status 1 where a logit differs by more
than 1e-4, relative to the largest.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cpu_torchvision import torchvision  # noqa: E402

SIZE = 64
MODELS = [("resnet18", 3), ("resnet18", 1), ("densenet121", 3), ("vgg11_bn", 3), ("resnet50", 3)]


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return done.stdout


def peer(name, channels, outputs):
    model = getattr(torchvision.models, name)(weights=None, num_classes=outputs)
    if channels == 1:
        model.conv1 = torch.nn.Conv2d(1, 64, kernel_size=7, stride=2, padding=3, bias=False)
    return model


def main():
    zoo = sys.argv[1]
    worst_of_all = 0.0
    print("| model | channels | strict | largest difference of logits, relative |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        run(zoo, "data", "sample", "--output", f"{folder}/sample", "--count", "24", "--size", str(SIZE))
        for name, channels in MODELS:
            place = folder / f"{name}-{channels}"
            place.mkdir()
            study = {
                "schema": 1, "name": name, "seed": 1,
                "data": {
                    "format": "csv", "path": f"{folder}/sample/cases.csv",
                    "columns": {"id": "id", "image": "image", "label": "label", "patient": "patient"},
                    "labels": ["normal", "abnormal"],
                },
                "folds": {"kind": "k-fold", "count": 2, "validation": 0.2},
                "image": {
                    "encoder": name, "size": SIZE, "channels": channels,
                    "training": {"epochs": 1, "batchSize": 6, "learningRate": 1e-4},
                },
                "fusion": {"hidden": 0},
            }
            (place / "study.json").write_text(json.dumps(study))
            run(zoo, "train", f"{place}/study.json", "--output", f"{place}/model", "--quiet")
            file = f"{place}/{name}.safetensors"
            run(zoo, "weights", "export", f"{place}/model", "--output", file)
            run(zoo, "weights", "import", file, "--for", name)
            model = peer(name, channels, 1)
            model.load_state_dict(load_file(file), strict=True)
            model.eval()
            with safe_open(file, framework="pt") as opened:
                fitted = json.loads(opened.metadata()["input"])
            mean = torch.tensor(fitted["mean"]).view(-1, 1, 1)
            deviation = torch.tensor(fitted["deviation"]).view(-1, 1, 1)
            ours, theirs = [], []
            for path in sorted((folder / "sample" / "images").iterdir())[:6]:
                said = json.loads(run(zoo, "predict", f"{place}/model", "--image", str(path), "--json"))
                ours.append(said["logit"])
                pixels = Image.open(path).convert("RGB" if channels == 3 else "L")
                array = numpy.asarray(pixels, dtype=numpy.float32).reshape(SIZE, SIZE, channels) / 255
                image = (torch.from_numpy(array).permute(2, 0, 1) - mean) / deviation
                with torch.no_grad():
                    theirs.append(model(image[None]).item())
            difference = max(abs(a - b) for a, b in zip(ours, theirs)) / max(map(abs, theirs))
            worst_of_all = max(worst_of_all, difference)
            print(f"| {name} | {channels} | yes | {difference:.1e} |", flush=True)
    if worst_of_all > 1e-4:
        sys.exit(1)


main()
