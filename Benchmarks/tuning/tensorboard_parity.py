"""Reads what `zoo compare --tensorboard` wrote with TensorBoard's own reader, and compares every scalar.

    python Benchmarks/tuning/tensorboard_parity.py RUN

Each value of epochs.csv, and of results.csv on the test subset, must stand in the cell's file in single precision, and
nothing else. Where jsonschema is installed, results.json is held against docs/results.schema.json, too.
"""
import csv
import json
import pathlib
import sys
import warnings

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

run = pathlib.Path(sys.argv[1])
expected = {}
with open(run / "epochs.csv") as file:
    for row in csv.DictReader(file):
        if row["value"]:
            expected.setdefault((row["split"], row["combination"]), {})[
                (f"{row['subset']}/{row['metric']}", int(row["epoch"]))] = np.float32(row["value"])
last = {cell: max(step for _, step in values) for cell, values in expected.items()}
with open(run / "results.csv") as file:
    for row in csv.DictReader(file):
        cell = (row["split"], row["combination"])
        if cell in expected and row["value"] and row["subset"] not in ("training", "validation"):
            expected[cell][(f"{row['subset']}/{row['metric']}", last[cell])] = np.float32(row["value"])

count = 0
for (split, combination), values in expected.items():
    reader = EventAccumulator(str(run / "tensorboard" / split / combination), size_guidance={"scalars": 0})
    reader.Reload()
    found = {(tag, event.step): np.float32(event.value)
             for tag in reader.Tags()["scalars"] for event in reader.Scalars(tag)}
    wrong = [key for key in values.keys() | found.keys() if values.get(key) != found.get(key)]
    if wrong:
        sys.exit(f"{split} {combination}: {len(wrong)} of {len(values)} differ, the first {wrong[0]}: "
                 f"{values.get(wrong[0])} in the table, {found.get(wrong[0])} read")
    count += len(values)
print(f"{count} scalars of {len(expected)} cells are equal")

try:
    import jsonschema
except ImportError:
    warnings.warn("jsonschema is not installed; results.json is not held against its schema")
else:
    schema = pathlib.Path(__file__).parents[2] / "docs" / "results.schema.json"
    jsonschema.validate(json.loads((run / "results.json").read_text()), json.loads(schema.read_text()))
    print("results.json follows its schema")
