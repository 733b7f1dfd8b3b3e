#!/usr/bin/env python3
"""How short and long trainings answer at unequal classes: phantom studies at three prevalences.

    python3 Benchmarks/prevalence/prevalence.py --sample demo/sample --zoo NAME=PROGRAM [NAME=PROGRAM …]

For each program, prevalence (.5, .77, .95) and number of epochs (5, 30) it runs one small study of an image
encoder, a text encoder and both together, and prints for each, over all splits' test subsets, accuracy and log
loss at 0.5, and the mean probability from logits.csv, which should be the prevalence.
"""
import argparse
import csv
import json
import math
import pathlib
import random
import subprocess
import tempfile

PREVALENCES = [0.5, 0.77, 0.95]
EPOCHS = [5, 30]


def subset(rows, prevalence, count, seed=1):
    """As many cases as asked for, of which the share is abnormal."""
    draw = random.Random(seed)
    chosen = []
    for label, share in (("abnormal", prevalence), ("normal", 1 - prevalence)):
        mine = [r for r in rows if r["label"] == label]
        chosen += draw.sample(mine, min(len(mine), round(share * count)))
    return sorted(chosen, key=lambda r: r["id"])


def study(epochs):
    training = {"epochs": epochs, "batchSize": 16, "learningRate": 0.002}
    return {
        "schema": 1, "name": "Prevalence", "seed": 1,
        "data": {
            "format": "csv", "path": "cases.csv", "synthetic": True,
            "columns": {"id": "id", "image": "image", "text": "text", "label": "label",
                        "patient": "patient"},
            "labels": ["normal", "abnormal"]},
        "folds": {"kind": "k-fold", "count": 3, "validation": 0.2},
        "image": {
            "name": "image", "encoder": "resnet18", "size": 64, "channels": 1,
            "options": {"blocks": [1, 1, 1, 1], "width": 16, "stemKernel": 3, "stemPool": False},
            "training": training},
        "text": {"name": "text", "encoder": "word2vec",
                 "options": {"dimension": 32, "epochs": 5, "filters": 16}, "training": training},
        "fusion": {"head": "concat", "training": {"epochs": min(epochs, 10)}},
    }


def scores(run, combination):
    """Accuracy, log loss and mean probability of the test subsets together."""
    targets, logits = [], []
    for table in sorted(run.glob(f"cells/*/{combination}/logits.csv")):
        for row in csv.DictReader(table.open()):
            if row.get("subset", row.get("part")) == "test":
                targets.append(int(row["target"]))
                logits.append(float(row["logit"]))
    probabilities = [1 / (1 + math.exp(-max(-700, min(700, x)))) for x in logits]
    clipped = [min(max(p, 1e-12), 1 - 1e-12) for p in probabilities]
    return {
        "cases": len(targets),
        "prevalence": sum(targets) / len(targets),
        "accuracy": sum((p >= 0.5) == (t == 1) for p, t in zip(probabilities, targets)) / len(targets),
        "log loss": -sum(math.log(p if t else 1 - p) for p, t in zip(clipped, targets)) / len(targets),
        "mean probability": sum(probabilities) / len(probabilities),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", required=True, type=pathlib.Path)
    parser.add_argument("--zoo", required=True, nargs="+", help="NAME=PROGRAM")
    parser.add_argument("--count", type=int, default=160)
    arguments = parser.parse_args()
    rows = list(csv.DictReader((arguments.sample / "cases.csv").open()))
    print("| prevalence | epochs | combination | program | accuracy | log loss | mean probability |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for prevalence in PREVALENCES:
            for epochs in EPOCHS:
                place = pathlib.Path(folder) / f"p{prevalence}e{epochs}"
                place.mkdir()
                (place / "images").symlink_to((arguments.sample / "images").resolve())
                chosen = subset(rows, prevalence, arguments.count)
                with (place / "cases.csv").open("w", newline="") as file:
                    writer = csv.DictWriter(file, rows[0].keys())
                    writer.writeheader()
                    writer.writerows(chosen)
                (place / "study.json").write_text(json.dumps(study(epochs)))
                for pair in arguments.zoo:
                    name, program = pair.split("=", 1)
                    run = place / name
                    subprocess.run(
                        [program, "compare", str(place / "study.json"), "--output", str(run), "--quiet"],
                        check=True, capture_output=True)
                    for combination in ("image", "text", "image + text"):
                        s = scores(run, combination)
                        print(f"| {s['prevalence']:.3f} | {epochs} | {combination} | {name} "
                              f"| {s['accuracy']:.3f} | {s['log loss']:.3f} "
                              f"| {s['mean probability']:.3f} |", flush=True)


if __name__ == "__main__":
    main()
