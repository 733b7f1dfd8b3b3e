"""Writes the tables of Examples/findings.json and Examples/classes.json.

    python3 Benchmarks/tasks/tables.py DATA OUTPUT

DATA holds chestxray14/Data_Entry_2017_v2020.csv, chestxray14/images and pairs.csv. OUTPUT gets
findings.csv (pairs.csv with the findings of each radiograph) and classes.csv (view and sex), image
paths absolute.
"""

import csv
import os
import sys


def main(data, output):
    os.makedirs(output, exist_ok=True)
    with open(f"{data}/chestxray14/Data_Entry_2017_v2020.csv", newline="") as file:
        entries = {row["Image Index"][:-4]: row for row in csv.DictReader(file)}
    with open(f"{data}/pairs.csv", newline="") as file:
        pairs = list(csv.DictReader(file))
    with open(f"{output}/findings.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "image", "patient", "findings", "Finding Labels"])
        for pair in pairs:
            writer.writerow(
                [
                    pair["id"],
                    os.path.abspath(f"{data}/{pair['image']}"),
                    pair["patient"],
                    pair["findings"],
                    entries[pair["id"]]["Finding Labels"],
                ]
            )
    with open(f"{output}/classes.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "image", "patient", "class"])
        for name, row in entries.items():
            writer.writerow(
                [
                    name,
                    os.path.abspath(f"{data}/chestxray14/images/{name}.png"),
                    row["Patient ID"],
                    f"{row['View Position']}, {row['Patient Gender']}",
                ]
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
