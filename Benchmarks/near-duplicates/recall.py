"""Recall of planted near-duplicates by transform, and links between different patients.

  python recall.py PROGRAM DATA [--pictures 250] [--keep FOLDER]

PROGRAM is the built `near-duplicates`, DATA a folder as ../shared/data: ChestX-ray14 and Hannover radiographs.
"""
import argparse
import csv
import glob
import io
import os
import subprocess
import tempfile

import numpy
from PIL import Image, ImageOps


def changed(image, rng, crop=0, rotation=0, flip=False, gamma=1, contrast=1, quality=None):
    width, height = image.size
    if rotation:
        image = image.rotate(rotation, Image.BICUBIC)
    left, top, right, bottom = numpy.broadcast_to(crop, 4)
    image = image.crop((round(width * left), round(height * top),
                        round(width * (1 - right)), round(height * (1 - bottom))))
    if flip:
        image = ImageOps.mirror(image)
    if gamma != 1 or contrast != 1:
        grey = numpy.asarray(image, dtype=float) / 255
        grey = numpy.clip((grey ** gamma - 0.5) * contrast + 0.5, 0, 1)
        image = Image.fromarray((grey * 255 + 0.5).astype("uint8"))
    if quality:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality)
        image = Image.open(file).convert("L")
    return image


def kinds(rng):
    """What is planted, by name; random within the stated range."""
    def sides():
        return rng.uniform(0, 0.1, 4)

    def angle():
        return rng.uniform(-5, 5)

    def gamma():
        return float(2 ** rng.uniform(-0.8, 0.8))

    def quality():
        return int(rng.integers(20, 90))

    end = float(rng.choice([-5, 5]))
    return {
        "crop, 10 % of each side": dict(crop=0.1),
        "crop, 0 to 10 % of each side": dict(crop=sides()),
        "mirrored": dict(flip=True),
        "JPEG of quality 20 to 90": dict(quality=quality()),
        "gamma .57 to 1.74": dict(gamma=gamma()),
        "contrast .6 to 1.6": dict(contrast=rng.uniform(0.6, 1.6)),
        "turned by up to 5°": dict(rotation=angle()),
        "turned by 5°": dict(rotation=end),
        "crop, mirrored": dict(crop=sides(), flip=True),
        "crop, turned": dict(crop=sides(), rotation=angle()),
        "crop, JPEG": dict(crop=sides(), quality=quality()),
        "crop, gamma": dict(crop=sides(), gamma=gamma()),
        "mirrored, turned": dict(flip=True, rotation=angle()),
        "mirrored, JPEG": dict(flip=True, quality=quality()),
        "mirrored, gamma": dict(flip=True, gamma=gamma()),
        "turned, JPEG": dict(rotation=angle(), quality=quality()),
        "turned, gamma": dict(rotation=angle(), gamma=gamma()),
        "JPEG, gamma": dict(quality=quality(), gamma=gamma()),
        "all five at their ends": dict(crop=0.1, rotation=end, flip=True, gamma=gamma(), quality=30),
    }


def links(program, paths, threads):
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(paths))
        file.flush()
        lines = subprocess.run([program, "links", file.name, str(threads)], check=True,
                               capture_output=True, text=True).stdout.splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(int(a), int(b), float(c), d) for a, b, c, d in rows], lines[-1]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("data")
    options.add_argument("--pictures", type=int, default=250)
    options.add_argument("--keep")
    options = options.parse_args()
    paths = sorted(glob.glob(f"{options.data}/chestxray14/images/*")) + sorted(
        glob.glob(f"{options.data}/hannover/images/*"))
    with open(f"{options.data}/hannover/cases.csv") as file:
        hannover = {row["id"]: "h" + row["patient"] for row in csv.DictReader(file)}
    names = [os.path.splitext(os.path.basename(path))[0] for path in paths]
    patients = [hannover.get(name, name.split("_")[0]) for name in names]
    found, counts = links(options.program, paths, 2)
    pairs = sum(patients[i] != patients[j] for i in range(len(paths)) for j in range(i))
    false = [link for link in found if patients[link[0]] != patients[link[1]]]
    print(counts)
    print(f"links: {len(found)}; between different patients: {len(false)} of {pairs} pairs"
          f" ({len(false) / pairs:.1e})")
    for one, other, correlation, sentence in sorted(found, key=lambda link: -link[2]):
        same = patients[one] == patients[other]
        print(f"  {correlation:.3f} {names[one]} {names[other]}"
              f" {'one patient' if same else 'different patients'}: {sentence}")
    rng = numpy.random.default_rng(1)
    chosen = sorted(rng.choice(len(paths), options.pictures, replace=False))
    if options.keep:
        recall(options, paths, names, patients, chosen, rng, options.keep)
    else:
        with tempfile.TemporaryDirectory() as folder:
            recall(options, paths, names, patients, chosen, rng, folder)


def recall(options, paths, names, patients, chosen, rng, folder):
    """Plants each kind of change in `folder` and says how many are linked."""
    planted, of, number = [], [], {}
    for kind in kinds(rng):
        os.makedirs(f"{folder}/{kind}", exist_ok=True)
        for index in chosen:
            number[kind, index] = len(paths) + len(planted)
            of.append(index)
            planted.append(f"{folder}/{kind}/{index}.png")
            if not os.path.exists(planted[-1]):
                own = numpy.random.default_rng(index)
                image = Image.open(paths[index]).convert("L")
                changed(image, own, **kinds(own)[kind]).save(planted[-1])
    found, counts = links(options.program, paths + planted, 2)
    print(counts)
    good = {link[:2]: link[2] for link in found}
    source = list(range(len(paths))) + of
    for kind in kinds(rng):
        own = [good[index, number[kind, index]] for index in chosen
               if (index, number[kind, index]) in good]
        print(f"{kind:32} recall {len(own) / len(chosen):.4f} ({len(own)} of {len(chosen)}),"
              f" least correlation {min(own, default=0):.2f}")
    wrong = {(source[a], source[b]) for a, b, _, _ in found
             if patients[source[a]] != patients[source[b]]}
    print(f"patients linked by a planted picture: {sorted((names[a], names[b]) for a, b in wrong)}")


if __name__ == "__main__":
    main()
