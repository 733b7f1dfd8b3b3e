"""One question asked as three tasks: binary, multi-class of two, multi-label of one.

    python3 Benchmarks/tasks/equal.py ZOO FOLDER

Makes a phantom sample and trains an image encoder, a text encoder and both on it for each task and three
seeds, over four divisions by lists of ids that are the same for all tasks. Prints the mean test AUROC. The three
tasks should rank the combinations alike and differ by no more than seeds do.
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
FOLDS = 4
fold_of = {row["id"]: zlib.crc32(row["patient"].encode()) % FOLDS for row in rows}
# Patients of every seventh of what is not tested are the one patient of the validation subset, so that each task
# cuts the same one.
for fold in range(FOLDS):
    with open(sample / f"cases{fold}.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "image", "text", "label", "abnormal", "patient"])
        for row in rows:
            kept = zlib.crc32(("v" + row["patient"]).encode()) % 7 == 0
            group = "test" if fold_of[row["id"]] == fold else "validation" if kept else "training"
            writer.writerow([row["id"], row["image"], row["text"], row["label"],
                             int(row["label"] == "abnormal"), group])
    for name, isTested in (("training", False), ("test", True)):
        ids = [row["id"] for row in rows if (fold_of[row["id"]] == fold) == isTested]
        (sample / f"{name}{fold}.txt").write_text("\n".join(f"{i}.png" for i in ids) + "\n")

COLUMNS = {"id": "id", "image": "image", "text": "text", "patient": "patient"}
TASKS = {
    "binary": ({"labels": ["normal", "abnormal"]}, {"label": "label"}, "auroc"),
    "multi-class": ({"labels": ["normal", "abnormal"]}, {"label": "label"}, "macro-auroc"),
    "multi-label": ({}, {"labels": {"abnormal": "abnormal"}}, "macro-auroc"),
}


def study(task, seed, fold):
    data, columns, metric = TASKS[task]
    return {
        "schema": 2, "name": task, "seed": seed, "metric": metric,
        "data": {"format": "csv", "path": f"cases{fold}.csv", "task": task, "columns": COLUMNS | columns} | data,
        "folds": {"kind": "lists", "training": f"training{fold}.txt", "test": f"test{fold}.txt", "validation": 0.15,
                  "seed": 1, "groupByText": False},
        "image": {"name": "image", "encoder": "resnet18", "size": 64, "channels": 1,
                  "options": {"width": 16}, "training": {"epochs": 12, "batchSize": 16}},
        "text": {"name": "text", "encoder": "word2vec", "options": {"dimension": 50, "epochs": 10},
                 "training": {"epochs": 8}},
        "fusion": {"hidden": 0, "views": 1, "training": {"epochs": 5}, "fineTuning": {"epochs": 0}},
    }


NAMES = ("image", "text", "image + text")
print("task         seed  image   text    both")
divisions = {}
for task, (_, _, metric) in TASKS.items():
    for seed in (1, 2, 3):
        values = {}
        for fold in range(FOLDS):
            run = folder / f"{task}-{seed}-{fold}"
            path = folder / f"{task}-{seed}-{fold}.json"
            path.write_text(json.dumps(study(task, seed, fold)))
            if not (run / "results.csv").exists():
                subprocess.run(
                    [zoo, "compare", str(path), "--data", str(sample), "--output", str(run), "--quiet"],
                    check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            division = (run / "folds.csv").read_text()
            assert divisions.setdefault(fold, division) == division, f"{run} is divided otherwise"
            with open(run / "results.csv", newline="") as file:
                for row in csv.DictReader(file):
                    if row["subset"] == "test" and row["metric"] == metric:
                        values.setdefault(row["combination"], []).append(float(row["value"]))
        means = [sum(values[c]) / len(values[c]) for c in NAMES]
        print(f"{task:<12} {seed}     " + "   ".join(f"{m:.3f}" for m in means), flush=True)
