"""Gives the logits of a model trained with EncoderZoo, as `zoo predict` does.

    python load_in_python.py --text TEXT (or --text-file FILE) [--folder MODEL]

Without inputs: compares the golden logits of a bundle. Needs torch, safetensors.
Labels: ["normal","abnormal"]. No medical device.
"""
import argparse
import json
import pathlib
import os
import re
import unicodedata

import torch
from safetensors.torch import load_file
from torch.nn import functional as F


def kind(c):
    if c.isdecimal():
        return "D"
    if c.isalpha() or unicodedata.category(c) in ("Mn", "Mc", "Nl"):
        return "L"
    return {"'": "A", "\u2019": "A", ".": "P", "!": "E", "?": "E"}.get(c, "O")


def words(text):
    kinds, found = "".join(map(kind, text)), []
    for match in re.finditer(r"(?:D+P(?=D))?(?:[LD]|(?<=L)A(?=L))+", kinds):
        word = text[match.start():match.end()].lower().replace("\u2019", "'")
        if len(word) > 3 and set(word) == {"x"}:
            word = "xxxx"
        found.append(word)
    return found


def text_features(tensors, folder, text):
    vocabulary = (pathlib.Path(folder) / "vocabulary.txt").read_text(encoding="utf-8").split("\n")
    index = {word: number for number, word in enumerate(vocabulary)}
    indices = torch.tensor([index.get(word, 1) for word in words(text)][:140] or [1])
    parts = []
    for prefix in ("text.",):
        x = F.embedding(indices, tensors[prefix + "embedding.weight"]).T[None]
        for key in (f"{prefix}convolutions.{number}." for number in range(3)):
            weight, bias = tensors[key + "weight"], tensors[key + "bias"]
            y = F.conv1d(F.pad(x, (0, weight.shape[2] - 1)), weight, bias)
            parts.append(F.relu(y).amax(2))
    return torch.cat(parts, 1)


def logits(folder, image=None, text=None):
    tensors = load_file(pathlib.Path(folder) / "model.safetensors")
    with torch.no_grad():
        x = text_features(tensors, folder, text)
        return F.linear(x, tensors["head.output.weight"], tensors["head.output.bias"])[0].tolist()


def golden(folder):
    for case in json.loads((pathlib.Path(folder) / "golden.json").read_text(encoding="utf-8"))["cases"]:
        image = case.get("image") and pathlib.Path(folder) / case["image"]
        found = logits(folder, image, case.get("text"))
        apart = max(abs(a - b) / max(1, abs(b)) for a, b in zip(found, case["logits"], strict=True))
        print(f"{found}, expected {case['logits']}: {apart:.1e} apart")
        if not apart <= 1e-4:
            raise SystemExit("the golden logits are not reproduced")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", default=pathlib.Path(__file__).parent)
    parser.add_argument("--image")
    parser.add_argument("--text", help="the report itself")
    parser.add_argument("--text-file", help="a UTF-8 file that holds the report")
    given = parser.parse_args()
    if given.text_file is not None:
        given.text = pathlib.Path(given.text_file).read_text(encoding="utf-8-sig")
    elif given.text and os.path.exists(given.text):
        parser.error("--text takes the report itself; for a file write --text-file")
    if given.image is None and given.text is None:
        golden(given.folder)
    else:
        print(logits(given.folder, given.image, given.text))
