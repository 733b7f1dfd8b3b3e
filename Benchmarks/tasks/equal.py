"""One question asked as three tasks: binary, multi-class of two, multi-label of one.

    python3 Benchmarks/tasks/equal.py ZOO FOLDER

Makes a phantom sample, trains an image encoder, a text encoder and both on it for each task and three
seeds, and prints the mean test AUROC over splits. The test subsets are the same for all (folds by a column of
four values), validation subsets are cut by each task's own rule. The three tasks should rank the combinations
alike and differ by no more than seeds do.
"""
import csv
import json
import pathlib
import subprocess
import sys
import zlib

zoo, folder = sys.argv[1], pathlib.Path(sys.argv[2])
sample = folder / "sample"
if not sample.exists():
    subprocess.run([zoo, "data", "sample", "--count", "300", "--output", str(sample)], check=True)
with open(sample / "cases.csv", newline="") as file:
    rows = list(csv.DictReader(file))
with open(sample / "one.csv", "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["id", "image", "text", "label", "abnormal", "patient", "fold"])
    for row in rows:
        writer.writerow([row["id"], row["image"], row["text"], row["label"],
                         int(row["label"] == "abnormal"), row["patient"],
                         zlib.crc32(row["patient"].encode()) % 4])

COLUMNS = {"id": "id", "image": "image", "text": "text", "patient": "patient"}
TASKS = {
    "binary": ({"labels": ["normal", "abnormal"]}, {"label": "label"}, "auroc"),
    "multi-class": ({"labels": ["normal", "abnormal"]}, {"label": "label"}, "macro-auroc"),
    "multi-label": ({}, {"labels": {"abnormal": "abnormal"}}, "macro-auroc"),
}


def study(task, seed):
    data, columns, metric = TASKS[task]
    return {
        "schema": 2, "name": task, "seed": seed, "metric": metric,
        "data": {"format": "csv", "path": "one.csv", "task": task, "columns": COLUMNS | columns} | data,
        "folds": {"kind": "group-out", "column": "fold", "validation": 0.15, "seed": seed},
        "image": {"name": "image", "encoder": "resnet18", "size": 64, "channels": 1,
                  "options": {"width": 16}, "training": {"epochs": 12, "batchSize": 16}},
        "text": {"name": "text", "encoder": "word2vec", "options": {"dimension": 50, "epochs": 10},
                 "training": {"epochs": 8}},
        "fusion": {"hidden": 0, "views": 1, "training": {"epochs": 5}, "fineTuning": {"epochs": 0}},
    }


print("task         seed  image   text    both")
for task, (_, _, metric) in TASKS.items():
    for seed in (1, 2, 3):
        name = f"{task}-{seed}"
        path = folder / f"{name}.json"
        path.write_text(json.dumps(study(task, seed)))
        run = folder / name
        if not (run / "results.csv").exists():
            subprocess.run(
                [zoo, "compare", str(path), "--data", str(sample), "--output", str(run), "--quiet"],
                check=True, stdout=subprocess.DEVNULL)
        values = {}
        with open(run / "results.csv", newline="") as file:
            for row in csv.DictReader(file):
                if row["subset"] == "test" and row["metric"] == metric:
                    values.setdefault(row["combination"], []).append(float(row["value"]))
        means = [sum(values[c]) / len(values[c]) for c in ("image", "text", "image + text")]
        print(f"{task:<12} {seed}     " + "   ".join(f"{m:.3f}" for m in means), flush=True)
