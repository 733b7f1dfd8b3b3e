#!/usr/bin/env python3
"""Kills `zoo` at random moments and compares every file that is left in the end.

    python3 Benchmarks/reliability/kills.py --zoo PROGRAM --sample demo/sample [--kills 100] [COMMAND …]

For compare, pretrain, explain and detect: one run that nobody disturbs, then runs that are killed (SIGKILL,
now and then SIGTERM or SIGINT) after a random share of that run's time and gone on with --resume, until the
number of kills is reached and a run has ended by itself. Its files must equal the undisturbed run's byte for
byte, but for what is time: "seconds" of scores.json (and so its line in digests.json), timings.csv, and the
report, which shows them. No file may be left beside the outputs.
"""
import argparse
import csv
import hashlib
import json
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "prevalence"))
import prevalence  # noqa: E402  the small study of an image encoder, a text encoder and both


def cases(place, sample, count):
    """A folder with a small table of cases over the sample's images, and the rows."""
    (place / "images").symlink_to((sample / "images").resolve())
    shutil.copy(sample / "boxes.csv", place / "boxes.csv")
    rows = list(csv.DictReader((sample / "cases.csv").open()))
    chosen = prevalence.subset(rows, 0.5, count)
    with (place / "cases.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(chosen)
    images = {row["image"] for row in chosen}
    boxes = list(csv.DictReader((sample / "boxes.csv").open()))
    with (place / "boxes.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, boxes[0].keys())
        writer.writeheader()
        writer.writerows(row for row in boxes if row["image"] in images)
    return chosen


def prepare(place, sample):
    chosen = cases(place, sample, 60)
    study = prevalence.study(2)
    (place / "study.json").write_text(json.dumps(study))
    # The same images with two columns of findings: what the boxes name, and what the report says.
    with (place / "findings.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "image", "patient", "abnormal", "normal"])
        for row in chosen:
            abnormal = int(row["label"] == "abnormal")
            writer.writerow([row["id"], row["image"], row["patient"], abnormal, 1 - abnormal])
    findings = {
        "schema": 1, "name": "Findings", "seed": 1,
        "data": {
            "format": "csv", "path": "findings.csv", "synthetic": True,
            "columns": {"id": "id", "image": "image", "patient": "patient",
                        "findings": ["abnormal", "normal"]}},
        "folds": study["folds"], "image": dict(study["image"])}
    findings["image"]["training"] = dict(study["image"]["training"], epochs=6)
    (place / "findings.json").write_text(json.dumps(findings))


def content(path):
    """A file's bytes, without what tells the time."""
    data = path.read_bytes()
    if path.name == "scores.json":
        data = re.sub(rb'"seconds": [0-9.e-]+', b'"seconds": 0', data)
    if path.name == "digests.json":
        document = json.loads(data)
        text = json.dumps(document, sort_keys=True)
        data = re.sub(r'("scores\.json"[^0-9a-f]*)[0-9a-f]{64}', r"\1", text).encode()
    return data


TIMED = {"timings.csv", "report.html"}


def listing(folder):
    if not folder.exists():
        return {}
    files = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in TIMED:
            files[str(path.relative_to(folder))] = hashlib.sha256(content(path)).hexdigest()
    for name in TIMED:
        if (folder / name).exists():
            files[name] = "there"
    return files


def strays(place, known):
    """What stands beside the outputs, locks aside."""
    return sorted(p.name for p in place.iterdir() if p.name not in known and not p.name.endswith(".lock"))


def run(arguments, place, resume):
    return subprocess.Popen(
        arguments + (["--resume"] if resume else []), cwd=place,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process):
    out, err = process.communicate(timeout=600)
    return process.returncode, out + err


def series(name, arguments, place, output, resumes, kills, draw):
    """Runs, kills and compares; returns the number of runs that ended and of those that differed."""
    arguments = [str(a) for a in arguments]
    known = {p.name for p in place.iterdir()} | {"clean", output}
    plain = run([*arguments, "--output", "clean"], place, False)
    started = time.monotonic()
    status, text = finish(plain)
    whole = time.monotonic() - started
    if status != 0:
        sys.exit(f"{name}: the undisturbed run ended with {status}:\n{text}")
    expected = listing(place / "clean")
    done, ended, differing, refused = 0, 0, [], []
    begun = False
    while done < kills:
        process = run([*arguments, "--output", output], place, begun and resumes)
        how = draw.choice([signal.SIGKILL] * 3 + [signal.SIGTERM, signal.SIGINT])
        # A run that goes on has less to do; a short wait now and then hits the start.
        time.sleep(draw.choice([draw.uniform(0, whole), draw.uniform(0, whole / 4)]))
        killed = process.poll() is None
        if killed:
            process.send_signal(how)
            done += 1
        status, text = finish(process)
        if not killed or status == 0:
            if status != 0:
                refused.append(f"exit {status}: {text.strip()[-300:]}")
            elif listing(place / output) != expected:
                found = listing(place / output)
                differing.append(sorted(
                    k for k in found.keys() | expected.keys() if found.get(k) != expected.get(k)))
            ended += 1
            shutil.rmtree(place / output, ignore_errors=True)
        begun = (place / output).exists()
        if begun and not resumes:
            # Nothing to go on with: what is there must be whole, and a new start needs a new folder.
            if listing(place / output) != expected:
                differing.append(["left half-written"])
            shutil.rmtree(place / output)
            begun = False
    status, text = finish(run([*arguments, "--output", output], place, begun and resumes))
    ended += 1
    if status != 0:
        refused.append(f"exit {status}: {text.strip()[-300:]}")
    elif listing(place / output) != expected:
        found = listing(place / output)
        differing.append(sorted(k for k in found.keys() | expected.keys() if found.get(k) != expected.get(k)))
    left = strays(place, known)
    print(f"| {name} | {whole:.1f} | {done} | {ended} | {len(differing)} | {len(refused)} | {len(left)} |",
          flush=True)
    for item in differing[:5]:
        print(f"  differs: {item[:8]}")
    for item in refused[:5]:
        print(f"  refused: {item}")
    if left:
        print(f"  left beside: {left}")
    shutil.rmtree(place / output, ignore_errors=True)
    return not (differing or refused or left)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--zoo", required=True, type=pathlib.Path)
    parser.add_argument("--sample", required=True, type=pathlib.Path)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("commands", nargs="*", default=["compare", "pretrain", "explain", "detect"])
    arguments = parser.parse_args()
    zoo = arguments.zoo.resolve()
    draw = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        prepare(place, arguments.sample)
        status, text = finish(run([str(zoo), "compare", "study.json", "--output", "model"], place, False))
        if status != 0:
            sys.exit(text)
        looking = [zoo, "explain", "model", "--combination", "image", "--study", "study.json",
                   "--method", "grad-cam", "--quiet"]
        boxes = [zoo, "detect", "model", "--combination", "image", "--study", "study.json",
                 "--boxes", "boxes.csv", "--method", "grad-cam", "--quiet"]
        commands = {
            "compare": ([zoo, "compare", "study.json", "--quiet"], True),
            "pretrain": ([zoo, "pretrain", "findings.json", "--quiet"], True),
            "explain": (looking, True),
            "detect": (boxes, False),
        }
        print("| command | seconds undisturbed | kills | runs ended | differ | refused | left beside |")
        print("|---|---|---|---|---|---|---|")
        good = True
        for name in arguments.commands:
            line, resumes = commands[name]
            good = series(name, line, place, "out", resumes, arguments.kills, draw) and good
            shutil.rmtree(place / "clean")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
