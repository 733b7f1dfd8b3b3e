#!/usr/bin/env python3
"""Starts two different studies into one output folder at nearly the same moment, many times, with a slow fsync.

    python3 Benchmarks/reliability/two_processes.py --zoo PROGRAM --sample demo/sample [--times 100]

Each time exactly one must end with 0 and its own undisturbed run's files, and the other must refuse with a
non-zero code and a sentence. Every third time both go on with a run that was killed, with --resume.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from kills import finish, listing, prepare, run


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--zoo", required=True, type=pathlib.Path)
    parser.add_argument("--sample", required=True, type=pathlib.Path)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    zoo = str(arguments.zoo.resolve())
    draw = random.Random(arguments.seed)
    source = pathlib.Path(__file__).parent / "slow_fsync.c"
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        prepare(place, arguments.sample)
        study = json.loads((place / "study.json").read_text())
        for side in ("image", "text"):
            study[side]["training"]["epochs"] = 1
        expected = {}
        for seed in (1, 2):
            (place / f"study{seed}.json").write_text(json.dumps(dict(study, seed=seed)))
            status, text = finish(run(
                [zoo, "compare", f"study{seed}.json", "--output", f"clean{seed}", "--quiet"], place, False))
            if status != 0:
                sys.exit(text)
            expected[seed] = listing(place / f"clean{seed}")
        if expected[1] == expected[2]:
            sys.exit("both studies give the same files; nothing would be told apart")
        library = place / "slow_fsync.so"
        subprocess.run(["gcc", "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
        os.environ["LD_PRELOAD"] = str(library)
        one, sentences, faults = 0, {}, []
        for turn in range(arguments.times):
            resume = turn % 3 == 2
            order = [1, 2]
            draw.shuffle(order)
            if resume:
                first = run([zoo, "compare", f"study{order[0]}.json", "--output", "out", "--quiet"], place, False)
                deadline = time.monotonic() + 60
                while not (place / "out" / "run.json").exists() and time.monotonic() < deadline:
                    time.sleep(0.02)
                time.sleep(draw.uniform(0, 0.5))
                first.send_signal(signal.SIGKILL)
                finish(first)
                order = [order[0], order[0]]  # another study would be refused for itself
            processes = []
            for seed in order:
                line = [zoo, "compare", f"study{seed}.json", "--output", "out", "--quiet"]
                processes.append((seed, run(line, place, resume)))
                time.sleep(draw.choice([0, draw.uniform(0, 0.3)]))
            results = [(seed, *finish(process)) for seed, process in processes]
            winners = [seed for seed, status, _ in results if status == 0]
            if len(winners) == 1 and listing(place / "out") == expected[winners[0]]:
                one += 1
            else:
                faults.append((turn, resume, [(s, c, t[-200:]) for s, c, t in results]))
            for _, status, text in results:
                if status != 0:
                    words = " ".join(text.split())[:90]
                    sentences[words] = sentences.get(words, 0) + 1
            shutil.rmtree(place / "out", ignore_errors=True)
        print(f"{arguments.times} times two processes: {one} times one ended with its own files and the other refused")
        for words, count in sorted(sentences.items(), key=lambda pair: -pair[1]):
            print(f"  {count} × {words}")
        for fault in faults[:5]:
            print(f"  fault: {fault}")
    sys.exit(0 if not faults else 1)


if __name__ == "__main__":
    main()
