"""Times EncoderZoo and its peers in turn, and writes docs/benchmarks.md.

Every round runs every side once, each as a process of its own, so that a slow minute of the machine
meets all of them. A side's figure is the median of its rounds' medians; the ratio is ours to the best
peer's, with the lowest and highest of the rounds. A round in which something else took the processors is
made again, twice at most.
"""
import argparse
import csv
import datetime
import importlib.util
import json
import os
import platform
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
from measured import measured  # noqa: E402

# Every engine, with all threads for one batch or a stream a thread. --peers leaves some out.
EVERY = ["onnxruntime", "sessions", "openvino", "streams", "pytorch", "compiled"]
BF16 = ["openvino", "streams", "pytorch", "compiled"]
# name: what it is, arguments of both sides, peers, images a step, goal (ratio, memory ratio)
ROWS = {
    "densenet121-16": ("DenseNet-121, evaluation, batch 16", "evaluate densenet121 --batch 16",
                       EVERY, 16, 1.6, None),
    "densenet121-1": ("DenseNet-121, evaluation, batch 1", "evaluate densenet121 --batch 1 --repeats 15",
                      EVERY, 1, 1.6, None),
    "resnet50-16": ("ResNet-50, evaluation, batch 16", "evaluate resnet50 --batch 16",
                    EVERY, 16, 1.25, None),
    "vgg16-16": ("VGG-16, evaluation, batch 16", "evaluate vgg16 --batch 16 --repeats 3",
                 EVERY, 16, 2.2, None),
    "densenet121-16-bf16": ("DenseNet-121, evaluation, batch 16, bf16",
                            "evaluate densenet121 --batch 16 --precision bf16 --repeats 15",
                            BF16, 16, 1.25, None),
    "resnet50-16-bf16": ("ResNet-50, evaluation, batch 16, bf16",
                         "evaluate resnet50 --batch 16 --precision bf16 --repeats 10", BF16, 16, 1.1, None),
    "densenet121-train": ("DenseNet-121, training step, batch 16", "train densenet121 --batch 16 --repeats 3",
                          ["pytorch", "compiled"], 16, 1.5, 0.6),
    "densenet121-train-bf16": ("DenseNet-121, training step, batch 16, bf16 (weights in single precision)",
                               "train densenet121 --batch 16 --precision bf16 --repeats 3", ["pytorch"], 16, 1.3,
                               None),
    "mobilenetv2-1": ("MobileNetV2, evaluation, batch 1", "evaluate mobilenetv2_100 --batch 1 --repeats 15",
                 EVERY, 1, 1.1, None),
    "mobilenetv2-16": ("MobileNetV2, evaluation, batch 16", "evaluate mobilenetv2_100 --batch 16",
                 EVERY, 16, 1.1, None),
    "efficientnet_b0-1": ("EfficientNet-B0, evaluation, batch 1", "evaluate efficientnet_b0 --batch 1 --repeats 15",
                 EVERY, 1, 1.1, None),
    "efficientnet_b0-16": ("EfficientNet-B0, evaluation, batch 16", "evaluate efficientnet_b0 --batch 16",
                 EVERY, 16, 1.1, None),
    "convnext_tiny-1": ("ConvNeXt-T, evaluation, batch 1", "evaluate convnext_tiny --batch 1 --repeats 15",
                 EVERY, 1, 1.1, None),
    "convnext_tiny-16": ("ConvNeXt-T, evaluation, batch 16", "evaluate convnext_tiny --batch 16",
                 EVERY, 16, 1.1, None),
    "vit_small-1": ("ViT-S/16, evaluation, batch 1", "evaluate vit_small_patch16_224 --batch 1 --repeats 15",
                    EVERY, 1, 1.1, None),
    "vit_small-16": ("ViT-S/16, evaluation, batch 16", "evaluate vit_small_patch16_224 --batch 16", EVERY, 16, 1.1,
                     None),
    "vit_base-16": ("ViT-B/16, evaluation, batch 16", "evaluate vit_base_patch16_224 --batch 16 --repeats 3", EVERY,
                    16, 1.1, None),
    "swin_tiny-16": ("Swin-T, evaluation, batch 16", "evaluate swin_tiny_patch4_window7_224 --batch 16", EVERY, 16, 1.1,
                     None),
    **{f"{name}-16-bf16": (f"{title}, evaluation, batch 16, bf16",
                           f"evaluate {model} --batch 16 --precision bf16 --repeats {repeats}", BF16, 16, 1.1, None)
       for name, title, model, repeats in (
           ("mobilenetv2", "MobileNetV2", "mobilenetv2_100", 10),
           ("efficientnet_b0", "EfficientNet-B0", "efficientnet_b0", 10),
           ("convnext_tiny", "ConvNeXt-T", "convnext_tiny", 5),
           ("vit_small", "ViT-S/16", "vit_small_patch16_224", 5),
           ("vit_base", "ViT-B/16", "vit_base_patch16_224", 3),
           ("swin_tiny", "Swin-T", "swin_tiny_patch4_window7_224", 5),
           ("minilm", "MiniLM-L6, 128 tokens", "minilm-l6 --tokens 128", 5),
           ("bert-base", "BERT-base, 128 tokens", "bert-base --tokens 128", 3))},
    "vit_small-train": ("ViT-S/16, training step, batch 16", "train vit_small_patch16_224 --batch 16 --repeats 3",
                        ["pytorch", "compiled"], 16, 1.2, 0.7),
    "minilm-16": ("MiniLM-L6, 128 tokens, evaluation, batch 16", "evaluate minilm-l6 --batch 16 --tokens 128", EVERY,
                  16, 1.1, None),
    "bert-base-16": ("BERT-base, 128 tokens, evaluation, batch 16",
                     "evaluate bert-base --batch 16 --tokens 128 --repeats 3", EVERY, 16, 1.1, None),
}
STUDY = "a study: 2 frozen image encoders × 2 text encoders × 1 head, 5 splits × 10 epochs, 600 cases "
# One thread is faster over small models, two for wide ones: the better one counts.
STUDY_PEERS = {f"PyTorch, features kept, {count} thread{'s' if count > 1 else ''} for texts and heads":
               ("--threads", count) for count in (1, 2)}
# Whole commands: what it is, arguments of each variant of the peer, goal (ratio, memory ratio).
TASKS = {
    "gradients": ("integrated gradients, DenseNet-121, 50 nodes (`zoo explain`, whole)",
                  {f"Captum 0.9, {count} nodes at once": ("--batch", count) for count in (5, 10)}, 1.6, 0.5),
    "word2vec": ("skip-gram, 300 dimensions, window 5, 5 negatives, 20 passes (`zoo vectors train`, whole)",
                 {"gensim 4.4, 2 workers": ()}, 3, None),
    "text": ("1-D CNN over texts, an epoch of training",
             {"PyTorch, 1 thread": ("--threads", 1), "PyTorch, 2 threads": ("--threads", 2)}, 5, None),
    "study": (STUDY + "(`zoo compare`, whole), weights given", STUDY_PEERS, 4, None),
    "study-drawn": (STUDY + "(`zoo compare`, whole), image encoders without weights", STUDY_PEERS, 2, None),
    "reading": ("reading 64 PNG of 1024 × 1024 to 224 × 224", {"Pillow, 2 processes": ()}, 1.5, None),
    "list": ("`zoo list`", {}, 0.05, None),
}
NAMES = {"zoo": "EncoderZoo", "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO",
         "pytorch": "PyTorch, channels-last", "compiled": "PyTorch, compiled",
         "sessions": "ONNX Runtime, a session a thread", "streams": "OpenVINO, a stream a thread"}


# A share of the processors that others may take before a round counts as disturbed.
QUIET = 0.05
REPEATS = 2


class Others:
    """What share of the processors went to others since the start: other programs here, and a neighbour on the same
    machine (the time that the kernel calls stolen)."""

    def __init__(self):
        self.start = self.now()

    @staticmethod
    def now():
        with open("/proc/stat") as file:
            user, nice, system, idle, wait, interrupt, soft, steal = map(int, file.readline().split()[1:9])
        tick = os.sysconf("SC_CLK_TCK")
        own = sum(resource.getrusage(who).ru_utime + resource.getrusage(who).ru_stime
                  for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        busy = (user + nice + system + interrupt + soft) / tick
        if BESIDE:
            # The process that keeps a processor busy on purpose is no disturbance.
            with open(f"/proc/{BESIDE[0].pid}/stat") as file:
                own += sum(map(int, file.read().rsplit(")", 1)[1].split()[11:13])) / tick
        return busy - own, steal / tick, busy + (idle + wait + steal) / tick

    def share(self):
        other, stolen, whole = (b - a for a, b in zip(self.start, self.now()))
        return max(0, other) / max(whole, 1e-9), stolen / max(whole, 1e-9)


disturbed = []
# The process of --beside.
BESIDE = []
# A peer at less than this share of the fastest's speed in the first round is not run in the others.
NEAR = 0.8


def undisturbed(name, measure):
    """A round's figures; where something else ran meanwhile, those of another try."""
    for attempt in range(REPEATS + 1):
        others = Others()
        found = measure()
        other, stolen = others.share()
        if other + stolen <= QUIET:
            return found
        kept = attempt == REPEATS
        print(f"{name}: {other:.0%} of the processors went to others and {stolen:.0%} to neighbours"
              + (": kept all the same" if kept else ": once more"), file=sys.stderr, flush=True)
        disturbed.append(kept)
    return found


def timed(command):
    result = answer(command)
    return statistics.median(result["seconds"]), result["megabytes"]


def answer(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with status {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def bounds():
    """What the processors do at best, both at once (see peak.c); nothing without a compiler."""
    compiler = shutil.which("cc") or shutil.which("clang")
    if not compiler:
        print("no C compiler: the machine's bounds are not measured", file=sys.stderr)
        return {}
    with tempfile.TemporaryDirectory() as folder:
        try:
            subprocess.run(
                [compiler, "-O2", "-pthread", os.path.join(HERE, "peak.c"), "-o", f"{folder}/peak"], check=True)
            found = json.loads(
                subprocess.run([f"{folder}/peak", "2"], check=True, capture_output=True, text=True).stdout)
        except subprocess.CalledProcessError as error:
            print(f"the machine's bounds are not measured: {error}", file=sys.stderr)
            return {}
        if "amx_bf16" in machine():
            # Its tiles do more than what is measured.
            found.pop("bf16", None)
        return found


def share_of_bound(arguments, seconds, multiply_adds):
    """What share of the multiply-adds that the processors could do in its time a row did. A step of training is three
    passes. Kernels that take fewer products than convolutions have by definition may come above 1."""
    peak = PEAK.get("bf16" if "bf16" in arguments else "fp32")
    if not peak or not multiply_adds:
        return "–"
    passes = 3 if arguments.startswith("train") else 1
    return f"{2e-9 * multiply_adds * passes / seconds / peak:.2f}"


def side(name, program, arguments):
    if name == "zoo":
        return [program] + arguments
    return [sys.executable, os.path.join(HERE, "peer.py")] + arguments + ["--engine", name, "--exports", EXPORTS]


def compare(row, program, rounds):
    title, arguments, named, images, goal, memory_goal = ROWS[row]
    modules = {"pytorch": "torch", "compiled": "torch", "sessions": "onnxruntime", "streams": "openvino"}
    peers = [p for p in named if p in options.peers and importlib.util.find_spec(modules.get(p, p))]
    for name in set(named) & set(options.peers) - set(peers):
        print(f"{row}: {NAMES[name]} is not installed", file=sys.stderr)
    if not peers:
        return f"| {title} | not measured: none of its peers is here or among --peers | – | – | – | – |"
    runs = {name: [] for name in ["zoo"] + peers}
    multiply_adds = 0
    asked = list(runs)
    for index in range(rounds):
        found = undisturbed(
            row, lambda: {name: answer(side(name, program, arguments.split())) for name in asked})
        multiply_adds = found["zoo"].get("multiplyAdds", 0)
        for name, made in found.items():
            runs[name].append((statistics.median(made["seconds"]), made["megabytes"]))
            print(f"{row}, round {index + 1}: {NAMES[name]} {images / runs[name][-1][0]:.1f} images/s, "
                  f"{runs[name][-1][1]} MB", file=sys.stderr, flush=True)
        if index == 0:
            fastest = min(runs[name][0][0] for name in peers)
            asked = ["zoo"] + [name for name in peers if fastest >= NEAR * runs[name][0][0]]
    speed = {n: statistics.median(images / s for s, _ in r) for n, r in runs.items()}
    memory = {n: statistics.median(m for _, m in r) for n, r in runs.items()}
    best = max(asked[1:], key=speed.get)
    ratios = [b[0] / a[0] for a, b in zip(runs["zoo"], runs[best])]
    cells = " · ".join(
        f"{'**' * (n == best)}{NAMES[n]} {speed[n]:.1f}{'**' * (n == best)} ({memory[n]:.0f} MB)" for n in peers)
    wanted = "–"
    if goal:
        reached = statistics.median(ratios) >= goal and (
            memory_goal is None or memory["zoo"] <= memory_goal * memory[best])
        wanted = (f"≥ {goal}" + (f", ≤ {memory_goal} of the memory" if memory_goal else "")
                  + (": reached" if reached else ": missed"))
    bound = share_of_bound(arguments, images / speed["zoo"], multiply_adds)
    return (f"| {title} | {speed['zoo']:.1f} ({memory['zoo']:.0f} MB) | {cells} "
            f"| {statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f}) | {bound} | {wanted} |")


def peer_command(*arguments):
    return [sys.executable, os.path.join(HERE, "task_peer.py"), *map(str, arguments)]


def peer_work(*arguments):
    subprocess.run(peer_command(*arguments), check=True)


def peer_task(*arguments):
    return timed(peer_command(*arguments))


class Tasks:
    """Both sides of the rows of whole commands, in a folder of their own: ours, and each variant of the peer."""

    def __init__(self, bench, folder, reports):
        self.bench, self.zoo = bench, os.path.join(os.path.dirname(bench), "zoo")
        self.folder, self.count = folder, 0
        self.cases, self.texts = f"{folder}/cases.csv", f"{folder}/texts.txt"
        rows = self.read(reports)
        with open(self.cases, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "text", "label"])
            writer.writerows(rows)
        with open(self.texts, "w", encoding="utf-8") as file:
            file.writelines(text + "\n" for _, text, _ in rows)
        self.documents = len(rows) // 2

    def read(self, reports):
        """Open-i's findings in Kaggle's table, or the synthetic sample's."""
        if reports is None:
            measured([self.zoo, "data", "sample", "--output", f"{self.folder}/sample", "--count", "3000",
                   "--size", "64"])
            reports = f"{self.folder}/sample/cases.csv"
        with open(reports, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        if "findings" in rows[0]:
            return [(row["uid"], " ".join(row["findings"].split()),
                     "normal" if row["MeSH"].lower() == "normal" else "abnormal")
                    for row in rows if row["findings"].strip()]
        return [(row["id"], row["text"], row["label"]) for row in rows]

    def new(self):
        self.count += 1
        return f"{self.folder}/made{self.count}"

    def gradients(self):
        model = f"{self.folder}/network"
        if not os.path.exists(model):
            peer_work("prepare", model)
        ours = measured([self.zoo, "explain", f"{model}/model", "--image", f"{model}/picture.png", "--output",
                      self.new(), "--method", "integrated-gradients", "--baseline", "black", "--quiet"])
        return ours, self.peers("gradients", "gradients", model)

    @staticmethod
    def peers(row, *arguments):
        return {name: peer_task(*arguments, *more) for name, more in TASKS[row][1].items()}

    def word2vec(self):
        ours = measured([self.zoo, "vectors", "train", self.texts, "--output", self.new(), "--dimension", "300",
                      "--window", "5", "--negatives", "5", "--epochs", "20", "--minimum-count", "2", "--quiet"])
        return ours, self.peers("word2vec", "word2vec", self.texts)

    def text(self):
        def train(epochs):
            study = {
                "schema": 1, "name": "text", "seed": 1,
                "data": {"format": "csv", "path": self.cases, "labels": ["normal", "abnormal"],
                         "columns": {"id": "id", "text": "text", "label": "label"}},
                "folds": {"kind": "k-fold", "count": 2, "validation": 0.01},
                "text": {"encoder": "word2vec", "options": {"dimension": 300, "epochs": 1},
                         "training": {"epochs": epochs, "batchSize": 50}},
                "fusion": {"head": "concat", "hidden": 0},
            }
            path = self.new()
            with open(f"{path}.json", "w", encoding="utf-8") as file:
                json.dump(study, file)
            return measured([self.zoo, "train", f"{path}.json", "--output", path, "--quiet"])
        (few, _), (many, megabytes) = train(1), train(9)
        return ((many - few) / 8, megabytes), self.peers(
            "text", "text", self.cases, "--documents", self.documents)

    def study(self, row="study"):
        sample = f"{self.folder}/pairs"
        if not os.path.exists(sample):
            measured([self.zoo, "data", "sample", "--output", sample, "--count", "600", "--size", "224"])
            peer_work("weights", sample)
            with open(f"{sample}/cases.csv", newline="", encoding="utf-8") as file:
                words = {word for row in csv.DictReader(file) for word in re.findall("[a-z']+", row["text"].lower())}
            draw = random.Random(1)
            with open(f"{sample}/vectors.txt", "w", encoding="utf-8") as file:
                for word in sorted(words):
                    file.write(word + "".join(f" {draw.gauss(0, 0.3):.5f}" for _ in range(100)) + "\n")
        training = {"epochs": 10, "batchSize": 32}
        ours = self.compare(sample, {
            "folds": {"kind": "splits", "count": 5, "test": 0.2, "validation": 0.1},
            "image": [{"encoder": name, "size": 224, "channels": 3, "freeze": "all", "training": training}
                      | ({"weights": f"{sample}/{name}.pth", "normalization": {"mean": [0.5] * 3, "deviation": [0.25] * 3}}
                         if row == "study" else {})
                      for name in ("resnet18", "densenet121")],
            "text": [{"encoder": "word2vec", "options": {"dimension": 100, "epochs": 5, "filters": 64},
                      "training": training},
                     {"encoder": "glove", "vectors": f"{sample}/vectors.txt", "options": {"filters": 64},
                      "training": training}],
            "fusion": {"head": "concat", "hidden": 0, "training": training, "fineTuning": {"epochs": 0}},
        })
        return ours, self.peers(row, "study", sample)

    def study_drawn(self):
        return self.study("study-drawn")

    def compare(self, sample, members):
        """A whole comparison over a sample's cases, with no features from another run."""
        study = {
            "schema": 1, "name": "study", "seed": 1,
            "data": {"format": "csv", "path": f"{sample}/cases.csv", "labels": ["normal", "abnormal"],
                     "columns": {"id": "id", "image": "image", "text": "text", "label": "label"}},
        } | members
        path = self.new()
        with open(f"{path}.json", "w", encoding="utf-8") as file:
            json.dump(study, file)
        found = measured([self.zoo, "compare", f"{path}.json", "--output", path, "--quiet"],
                         {"XDG_CACHE_HOME": f"{path}-cache"})
        shutil.rmtree(path)
        shutil.rmtree(f"{path}-cache", ignore_errors=True)
        return found

    def reading(self):
        sample = f"{self.folder}/large"
        if not os.path.exists(sample):
            measured([self.zoo, "data", "sample", "--output", sample, "--count", "64", "--size", "1024"])
        return timed([self.bench, "read", f"{sample}/images"]), self.peers(
            "reading", "read", f"{sample}/images")

    def list(self):
        return min(measured([self.zoo, "list"]) for _ in range(5)), {}


def task(row, tasks, rounds):
    title, variants, goal, memory_goal = TASKS[row]
    found = []
    for index in range(rounds):
        found.append(undisturbed(row, getattr(tasks, row.replace("-", "_"))))
        print(f"{row}, round {index + 1}: {found[-1]}", file=sys.stderr, flush=True)
    ours = [statistics.median(side[n] for side, _ in found) for n in (0, 1)]
    if not variants:
        verdict = "reached" if ours[0] <= goal else "missed"
        return f"| {title} | {ours[0]:.3f} s ({ours[1]:.0f} MB) | – | – | ≤ {goal} s: {verdict} |"
    peers = {name: [statistics.median(side[name][n] for _, side in found) for n in (0, 1)] for name in variants}
    best = min(peers, key=lambda name: peers[name][0])
    theirs = peers[best]
    ratios = [b[best][0] / a[0] for a, b in found]
    reached = statistics.median(ratios) >= goal and (memory_goal is None or ours[1] <= memory_goal * theirs[1])
    wanted = f"≥ {goal}" + (f", ≤ {memory_goal} of the memory" if memory_goal else "")
    cells = " · ".join(
        f"{'**' * (n == best)}{n} {s:.2f} s{'**' * (n == best)} ({m:.0f} MB)" for n, (s, m) in peers.items())
    return (f"| {title} | {ours[0]:.2f} s ({ours[1]:.0f} MB) | {cells} "
            f"| {statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f}) "
            f"| {wanted}: {'reached' if reached else 'missed'} |")


def growth(program, picture):
    """What DenseNet-121 costs by batch, side and threads; with `picture` also drawn there."""
    lines = ["| batch | side | threads | images/s | peak MB |", "|---|---|---|---|---|"]
    batches, sides = (1, 2, 4, 8, 16, 32, 64), (128, 224, 320, 448)
    cases = [(b, 224, t) for t in (2, 1) for b in batches] + [(16, side, 2) for side in sides if side != 224]
    found = {}
    for batch, size, threads in cases:
        seconds, megabytes = timed(
            [program, "evaluate", "densenet121", "--batch", str(batch), "--size", str(size),
             "--threads", str(threads), "--repeats", "3"])
        found[batch, size, threads] = batch / seconds, megabytes
        print(f"growth: batch {batch}, side {size}, {threads} threads: {batch / seconds:.1f}",
              file=sys.stderr, flush=True)
        lines.append(f"| {batch} | {size} | {threads} | {batch / seconds:.1f} | {megabytes} |")
    if picture:
        draw(found, batches, sides, picture)
        lines += ["", f"![Images a second and memory by batch, side and threads]({os.path.basename(picture)})"]
    return lines


def growth_of_transformers(program):
    """What a vision transformer costs by its picture's side, and one over texts by their length, beside the peers that
    are here."""
    modules = {"openvino": "openvino", "pytorch": "torch"}
    peers = [name for name in modules if name in options.peers and importlib.util.find_spec(modules[name])]
    if not peers:
        return ["Not measured: none of its peers is here or among --peers."]
    lines = ["| batch of 8 | " + " | ".join(NAMES[name] for name in ["zoo"] + peers) + " | ratio to the fastest |",
             "|---" * (len(peers) + 3) + "|"]
    cases = ([("ViT-S/16", "evaluate vit_small_patch16_224 --size", side, f"{side} pixels, {(side // 16) ** 2 + 1} tokens")
              for side in (224, 336, 448, 672)]
             + [("MiniLM-L6", "evaluate minilm-l6 --tokens", count, f"{count} tokens") for count in (32, 128, 256, 512)])
    for title, command, value, words in cases:
        arguments = f"{command} {value} --batch 8 --repeats 3".split()
        found = {name: timed(side(name, program, arguments)) for name in ["zoo"] + peers}
        speed = {name: 8 / seconds for name, (seconds, _) in found.items()}
        cells = " | ".join(f"{speed[name]:.1f} ({found[name][1]} MB)" for name in found)
        lines.append(f"| {title}, {words} | {cells} | {speed['zoo'] / max(speed[name] for name in peers):.2f} |")
        print(lines[-1], file=sys.stderr, flush=True)
    return lines


def plotter():
    # Here, since most rows draw nothing.
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot


def draw(found, batches, sides, picture):
    pyplot = plotter()
    figure, axes = pyplot.subplots(1, 3, figsize=(11, 3.2), constrained_layout=True)
    for threads, mark in ((2, "o-"), (1, "s--")):
        axes[0].plot(batches, [found[b, 224, threads][0] for b in batches], mark, label=f"threads: {threads}")
    axes[0].set(xlabel="batch", ylabel="images a second", xscale="log", ylim=(0, None), title="224 × 224")
    axes[0].legend()
    axes[1].plot(batches, [found[b, 224, 2][1] for b in batches], "o-")
    axes[1].set(xlabel="batch", ylabel="peak memory, MB", xscale="log", ylim=(0, None), title="224 × 224")
    axes[2].plot(sides, [1000 / found[16, side, 2][0] for side in sides], "o-", label="measured")
    whole = 1000 / found[16, 224, 2][0]
    axes[2].plot(sides, [whole * (side / 224) ** 2 for side in sides], ":", label="by the number of pixels")
    axes[2].set(xlabel="side, pixels", ylabel="ms an image", ylim=(0, None), title="batch 16, two threads")
    axes[2].legend()
    for axis in axes[:2]:
        axis.set_xticks(batches, batches)
        axis.minorticks_off()
    axes[2].set_xticks(sides, sides)
    figure.savefig(picture, dpi=110)


def cases(tasks, picture):
    """What a frozen study costs by its number of cases; with `picture` also drawn there."""
    lines = ["| cases | seconds | ms a case | peak MB |", "|---|---|---|---|"]
    found = {}
    for count in (1000, 10000, 100000):
        sample = tasks.new()
        measured([tasks.zoo, "data", "sample", "--output", sample, "--count", str(count), "--size", "64"])
        peer_work("weights", sample)
        seconds, megabytes = tasks.compare(sample, {
            "folds": {"kind": "splits", "count": 1, "test": 0.2, "validation": 0.1},
            "image": {"encoder": "resnet18", "size": 64, "channels": 3, "weights": f"{sample}/resnet18.pth",
                      "preprocessing": "own", "freeze": "all", "training": {"epochs": 5}},
            "text": {"encoder": "word2vec", "options": {"dimension": 50, "epochs": 2, "filters": 32},
                     "training": {"epochs": 2}},
            "fusion": {"head": "concat", "hidden": 0, "training": {"epochs": 5}, "fineTuning": {"epochs": 0}},
        })
        shutil.rmtree(sample)
        found[count] = seconds, megabytes
        print(f"cases: {count}: {seconds:.1f} s, {megabytes} MB", file=sys.stderr, flush=True)
        lines.append(f"| {count:,} | {seconds:.1f} | {1000 * seconds / count:.1f} | {megabytes} |")
    if picture:
        draw_cases(found, picture)
        lines += ["", f"![Seconds and memory by cases]({os.path.basename(picture)})"]
    return lines


def draw_cases(found, picture):
    pyplot = plotter()
    counts = list(found)
    figure, axes = pyplot.subplots(1, 2, figsize=(7.4, 3.2), constrained_layout=True)
    seconds = [found[count][0] for count in counts]
    axes[0].plot(counts, seconds, "o-", label="measured")
    axes[0].plot(counts, [seconds[0] * count / counts[0] for count in counts], ":", label="by the number of cases")
    axes[0].set(xlabel="cases", ylabel="seconds", xscale="log", yscale="log", title="a frozen study")
    axes[0].legend()
    axes[1].plot(counts, [found[count][1] for count in counts], "o-")
    axes[1].set(xlabel="cases", ylabel="peak memory, MB", xscale="log", ylim=(0, None), title="its memory")
    for axis in axes:
        axis.set_xticks(counts, [f"{count:,}" for count in counts])
        axis.minorticks_off()
    figure.savefig(picture, dpi=110)


def machine():
    with open("/proc/cpuinfo") as file:
        lines = [line.split(":", 1) for line in file if ":" in line]
    model = next((value.strip() for key, value in lines if key.strip() == "model name"), "unknown")
    flags = next((value.split() for key, value in lines if key.strip() == "flags"), [])
    vectors = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "neither AVX-512 nor AVX2"
    vectors += "".join(f", {name}" for name in ("avx512_bf16", "amx_bf16") if name in flags)
    return f"{os.cpu_count()} processors ({model}, {vectors}), {platform.system()} {platform.machine()}"


def has_bf16():
    with open("/proc/cpuinfo") as file:
        return "avx512_bf16" in file.read()


OWN = ("Whole tasks", "How cost grows with cases", "How cost grows (DenseNet-121, evaluation)",
       "How cost grows with tokens", "What this does not measure")


def by_hand(path):
    """The sections of an earlier page that were written by hand: their headings are none of this script's."""
    if not path or not os.path.exists(path):
        return []
    with open(path) as file:
        sections = file.read().split("\n## ")[1:]
    return [f"## {section.rstrip()}\n" for section in sections if section.split("\n")[0] not in OWN]


ALL = [*ROWS, *TASKS, "growth", "transformers", "cases"]
parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("program", help="the path of zoo-bench")
parser.add_argument("--rows", nargs="+", choices=ALL, default=ALL)
parser.add_argument("--reports", metavar="CSV", help="Open-i's indiana_reports.csv for the rows of texts; else synthetic ones")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--peers", nargs="+", choices=EVERY, default=EVERY, help="of rows of single networks")
parser.add_argument("--beside", action="store_true", help="while another process keeps a processor busy")
parser.add_argument("--output", metavar="FILE", help="write the page there; else it is printed")
options = parser.parse_args()
with open(os.path.join(HERE, "requirements.txt")) as file:
    versions = ", ".join(line.strip().replace("==", " ") for line in file if line.strip()) + ", captum 0.9.0"
page = ["# Benchmarks", "",
        "Speed and memory against other programs, one page for each width of vectors: [AVX-512](benchmarks.md), "
        "[AVX2](benchmarks-avx2.md).", "",
        "```sh", "make bench", "bash Benchmarks/run.sh --rows densenet121-16   # one row", "```", "",
        f"Measured on {datetime.date.today():%-d %B %Y}, {machine()}, two threads, images of 224 × 224 unless said. "
        f"Peers: {versions}; Python {platform.python_version()}.", "",
        "Every round runs each program once, in a process of its own. Images a second are medians over rounds, with "
        "the peak of resident memory in brackets. The ratio is to the fastest peer: median (lowest–highest round).", ""]
rows = [row for row in options.rows if row in ROWS]
if not has_bf16():
    rows = [row for row in rows if not row.endswith("bf16")]
PEAK = bounds() if rows else {}
# Removed with this program.
EXPORTED = tempfile.TemporaryDirectory()
EXPORTS = EXPORTED.name
if options.beside:
    # Ends with this program, however that ends.
    BESIDE.append(subprocess.Popen(
        [sys.executable, "-c", "import os\nparent = os.getppid()\nwhile os.getppid() == parent: pass"]))
    page += ["Another process kept one of the processors busy all the time.", ""]
if rows:
    page += ["| work | EncoderZoo | peers | ratio | share of the bound | goal |", "|---|---|---|---|---|---|"]
    page += [compare(row, options.program, options.rounds) for row in rows] + [""]
rows = [row for row in options.rows if row in TASKS]
with tempfile.TemporaryDirectory() as folder:
    if rows or "cases" in options.rows:
        tasks = Tasks(os.path.abspath(options.program), folder, options.reports)
    if rows:
        texts = "Open-i's findings" if options.reports else "synthetic texts"
        page += ["## Whole tasks", "",
                 f"EncoderZoo's figure is of a whole process, with start, reading, and writing of pages and files (of "
                 f"reading pictures: the work alone). The peer's is of the work alone, without imports and reading. "
                 f"Texts are {texts}. Epoch time = (time of 9 epochs − time of 1) / 8. The study's images and reports "
                 f"are synthetic, the image encoders frozen. Its peer makes features of pictures once, one text model "
                 f"a split and text encoder, and heads over what both gave; batches are padded to their longest text; "
                 f"it writes no models, tables or pages, and does no tests between combinations.", "",
                 "| work | EncoderZoo | peers | ratio | goal |", "|---|---|---|---|---|"]
        page += [task(row, tasks, options.rounds) for row in rows] + [""]
    if "cases" in options.rows:
        page += ["## How cost grows with cases", "",
                 "A whole `zoo compare` of synthetic cases of 64 × 64 pixels: a frozen ResNet-18, a 1-D CNN on word "
                 "vectors that are trained in the run, and both joined; one split, five epochs of each head, two of the text.", ""]
        page += cases(tasks, options.output and os.path.splitext(options.output)[0] + "-cases.png") + [""]
if "growth" in options.rows:
    picture = options.output and os.path.splitext(options.output)[0] + ".png"
    page += ["## How cost grows (DenseNet-121, evaluation)", ""] + growth(options.program, picture) + [""]
if "transformers" in options.rows:
    page += ["## How cost grows with tokens", "",
             "Evaluation in batches of 8, one round: images or texts a second, and the peak of memory.", ""]
    page += growth_of_transformers(options.program) + [""]
if not has_bf16():
    page += ["## What this does not measure", "", "bf16: this processor has no bf16 multiplication."]
page += by_hand(options.output)
if PEAK:
    page[13:13] = [
        f"The share of the bound: multiply-adds of a row in its time over what both processors do out of registers, "
        f"{PEAK['fp32']:.0f} billion operations a second in single precision"
        + (f" and {PEAK['bf16']:.0f} in bf16" if "bf16" in PEAK else "")
        + f" (`Benchmarks/speed/peak.c`, measured at the start; a sum of two arrays moves {PEAK['bandwidth']:.1f} GB/s). "
        f"A step of training counts as three passes. The peer that won is bold.", ""]
page[13:13] = [
    f"A round in which more than {QUIET:.0%} of the processors went to others was made again, {REPEATS} times at "
    f"most: {disturbed.count(False)} tries were, and {disturbed.count(True)} disturbed rounds are in the tables all the "
    f"same. A network's peer at less than {NEAR} of the fastest's speed in the first round was not run in the others. "
    f"Batches of one of engines with streams or sessions are two at once; EncoderZoo answers one after another.", ""]
text = "\n".join(page) + "\n"
if options.beside:
    BESIDE[0].kill()
if options.output:
    with open(options.output + ".part", "w") as file:
        file.write(text)
    os.replace(options.output + ".part", options.output)
else:
    print(text)
