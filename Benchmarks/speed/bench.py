"""Times EncoderZoo and its peers in turn, and writes docs/benchmarks.md.

Every round runs every side once, each as a process of its own, so that a slow minute of the machine
meets all of them. A side's figure is the median of its rounds' medians; the ratio is ours to the best
peer's, with the lowest and highest of the rounds.
"""
import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# name: what it is, arguments of both sides, peers, images a step, goal (ratio, memory ratio)
ROWS = {
    "densenet121-16": ("DenseNet-121, evaluation, batch 16", "evaluate densenet121 --batch 16",
                       ["onnxruntime", "openvino", "pytorch"], 16, 1.25, None),
    "densenet121-1": ("DenseNet-121, evaluation, batch 1", "evaluate densenet121 --batch 1 --repeats 15",
                      ["onnxruntime", "openvino", "pytorch"], 1, 1.1, None),
    "resnet50-16": ("ResNet-50, evaluation, batch 16", "evaluate resnet50 --batch 16",
                    ["onnxruntime", "openvino", "pytorch"], 16, 1.25, None),
    "vgg16-16": ("VGG-16, evaluation, batch 16", "evaluate vgg16 --batch 16 --repeats 3",
                 ["onnxruntime", "openvino", "pytorch"], 16, 2, None),
    "densenet121-train": ("DenseNet-121, training step, batch 16", "train densenet121 --batch 16 --repeats 3",
                          ["pytorch"], 16, 1.4, 0.6),
}
NAMES = {"zoo": "EncoderZoo", "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO",
         "pytorch": "PyTorch, channels-last"}


def timed(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with status {done.returncode}:\n{done.stderr}")
    result = json.loads(done.stdout.strip().splitlines()[-1])
    return statistics.median(result["seconds"]), result["megabytes"]


def side(name, program, arguments):
    if name == "zoo":
        return [program] + arguments
    return [sys.executable, os.path.join(HERE, "peer.py")] + arguments + ["--engine", name]


def compare(row, program, rounds):
    title, arguments, peers, images, goal, memory_goal = ROWS[row]
    runs = {name: [] for name in ["zoo"] + peers}
    for index in range(rounds):
        for name in runs:
            runs[name].append(timed(side(name, program, arguments.split())))
            print(f"{row}, round {index + 1}: {NAMES[name]} {images / runs[name][-1][0]:.1f} images/s, "
                  f"{runs[name][-1][1]} MB", file=sys.stderr, flush=True)
    speed = {n: statistics.median(images / s for s, _ in r) for n, r in runs.items()}
    memory = {n: statistics.median(m for _, m in r) for n, r in runs.items()}
    best = max(peers, key=speed.get)
    ratios = [b[0] / a[0] for a, b in zip(runs["zoo"], runs[best])]
    verdict = "reached" if statistics.median(ratios) >= goal and (
        memory_goal is None or memory["zoo"] <= memory_goal * memory[best]) else "missed"
    cells = " · ".join(f"{NAMES[n]} {speed[n]:.1f} ({memory[n]:.0f} MB)" for n in peers)
    wanted = f"≥ {goal}" + (f", ≤ {memory_goal} of the memory" if memory_goal else "")
    return (f"| {title} | {speed['zoo']:.1f} ({memory['zoo']:.0f} MB) | {cells} "
            f"| {statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f}) | {wanted}: {verdict} |")


def growth(program):
    lines = ["| batch | side | threads | images/s | peak MB |", "|---|---|---|---|---|"]
    cases = [(b, 224, 2) for b in (1, 2, 4, 8, 16, 32, 64)] + [(16, 224, 1), (1, 224, 1)]
    cases += [(16, side, 2) for side in (128, 320, 448)]
    for batch, size, threads in cases:
        seconds, megabytes = timed(
            [program, "evaluate", "densenet121", "--batch", str(batch), "--size", str(size),
             "--threads", str(threads), "--repeats", "3"])
        print(f"growth: batch {batch}, side {size}, {threads} threads: {batch / seconds:.1f}",
              file=sys.stderr, flush=True)
        lines.append(f"| {batch} | {size} | {threads} | {batch / seconds:.1f} | {megabytes} |")
    return lines


def machine():
    with open("/proc/cpuinfo") as file:
        lines = [line.split(":", 1) for line in file if ":" in line]
    model = next((value.strip() for key, value in lines if key.strip() == "model name"), "unknown")
    flags = next((value.split() for key, value in lines if key.strip() == "flags"), [])
    vectors = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "neither AVX-512 nor AVX2"
    return f"{os.cpu_count()} processors ({model}, {vectors}), {platform.system()} {platform.machine()}"


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("program", help="the path of zoo-bench")
parser.add_argument("--rows", nargs="+", choices=list(ROWS) + ["growth"], default=list(ROWS) + ["growth"])
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--output", metavar="FILE", help="write the page there; else it is printed")
options = parser.parse_args()
with open(os.path.join(HERE, "requirements.txt")) as file:
    versions = ", ".join(line.strip().replace("==", " ") for line in file if line.strip())
page = ["# Benchmarks", "",
        f"Measured on {datetime.date.today():%-d %B %Y}, {machine()}, two threads, 224 × 224 unless said. "
        f"Peers: {versions}; Python {platform.python_version()}.", "",
        "    make bench", "",
        "Processors with [AVX-512](benchmarks.md), [with AVX2 alone](benchmarks-avx2.md).", "",
        "One row alone: `bash Benchmarks/run.sh --rows densenet121-16`. Every round runs every side once, as a "
        "process of its own. Images a second are medians over rounds, with the peak of resident memory; the "
        "ratio is to the fastest peer, with its lowest and highest round.", ""]
rows = [row for row in options.rows if row != "growth"]
if rows:
    page += ["| work | EncoderZoo | peers | ratio | goal |", "|---|---|---|---|---|"]
    page += [compare(row, options.program, options.rounds) for row in rows] + [""]
if "growth" in options.rows:
    page += ["## How cost grows (DenseNet-121, evaluation)", ""] + growth(options.program) + [""]
page += ["## What this does not measure yet", "",
         "Single precision alone: there is no bf16. Not in this command: integrated gradients against Captum, "
         "word vectors against gensim (`Benchmarks/glove`, docs/results.md), a text model's epoch, a whole "
         "study, reading of pictures."]
text = "\n".join(page) + "\n"
if options.output:
    with open(options.output + ".part", "w") as file:
        file.write(text)
    os.replace(options.output + ".part", options.output)
else:
    print(text)
