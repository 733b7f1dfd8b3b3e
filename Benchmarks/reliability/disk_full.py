#!/usr/bin/env python3
"""Runs `zoo` on file systems that are too small, at many sizes, and then goes on with more room.

    sudo python3 Benchmarks/reliability/disk_full.py --zoo PROGRAM --sample demo/sample [--sizes 40] [COMMAND …]

For compare, pretrain, explain and detect: a tmpfs of a size between nothing and what an undisturbed run needs
holds the output folder. The command must end with a non-zero code and a sentence that says that the disk is
full; then the file system grows, and the same command (with --resume where it has it) must end with 0 and the
undisturbed run's files. Mounting needs root.
"""
import argparse
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

from kills import finish, listing, prepare, run


def mount(place, kibibytes, again=False):
    options = f"size={kibibytes}k" + (",remount" if again else "")
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--zoo", required=True, type=pathlib.Path)
    parser.add_argument("--sample", required=True, type=pathlib.Path)
    parser.add_argument("--sizes", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("commands", nargs="*", default=["compare", "pretrain", "explain", "detect"])
    arguments = parser.parse_args()
    zoo = str(arguments.zoo.resolve())
    draw = random.Random(arguments.seed)
    good = True
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        prepare(place, arguments.sample)
        status, text = finish(run([zoo, "compare", "study.json", "--output", "model"], place, False))
        if status != 0:
            sys.exit(text)
        looks = ["model", "--combination", "image", "--study", "study.json", "--method", "grad-cam"]
        commands = {
            "compare": (["compare", "study.json"], True),
            "pretrain": (["pretrain", "findings.json"], True),
            "explain": (["explain", *looks], True),
            "detect": (["detect", *looks, "--boxes", "boxes.csv"], False),
        }
        small = place / "small"
        small.mkdir()
        print("| command | KiB undisturbed | sizes | said | silent or other | same files after |")
        print("|---|---|---|---|---|---|")
        for name in arguments.commands:
            line, resumes = commands[name]
            line = [zoo, *line, "--quiet", "--output", "small/out"]
            mount(small, 1 << 20)
            status, text = finish(run(line, place, False))
            if status != 0:
                sys.exit(text)
            expected = listing(small / "out")
            used = subprocess.run(["du", "-sk", str(small)], capture_output=True, text=True, check=True)
            need = int(used.stdout.split()[0])
            subprocess.run(["umount", str(small)], check=True)
            said, other, same = 0, [], 0
            for index in range(arguments.sizes):
                size = 4 + (need - 8) * index // arguments.sizes // 4 * 4 + draw.choice([0, 4])
                mount(small, max(4, size))
                status, text = finish(run(line, place, False))
                if status != 0 and "No space left on device" in text:
                    said += 1
                else:
                    other.append((size, status, text.strip()[-200:]))
                mount(small, 1 << 20, again=True)
                there = (small / "out").exists()
                status, text = finish(run(line, place, there and resumes))
                if status == 0 and listing(small / "out") == expected:
                    same += 1
                else:
                    other.append((size, "gone on", status, text.strip()[-300:]))
                subprocess.run(["umount", str(small)], check=True)
            print(f"| {name} | {need} | {arguments.sizes} | {said} | {len(other)} | {same} |", flush=True)
            for item in other[:6]:
                print(f"  {item}")
            good = good and not other
        shutil.rmtree(small)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
