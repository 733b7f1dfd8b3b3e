"""Times depthwise convolutions alone against PyTorch's, channels-last, in billions of operations a second.

    depthwise.py PATH/TO/zoo-bench [--rounds 5]

Each round runs each side once, in turn, as a process of its own; a figure is the median over rounds of the medians
(best in brackets). A multiplication and an addition count as two operations; taps outside of the image count, too.
"""
import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

# channels, side, kernel: of ConvNeXt-T, MobileNetV2, and two layers of EfficientNet-B0.
SHAPES = [(96, 56, 7), (144, 56, 3), (672, 14, 5), (1152, 7, 5)]


def theirs(channels, side, kernel, threads):
    """Seconds of one convolution, by PyTorch."""
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
    from cpu_torchvision import torch

    torch.set_num_threads(threads)
    layer = torch.nn.Conv2d(channels, channels, kernel, padding=kernel // 2, groups=channels, bias=False)
    layer = layer.to(memory_format=torch.channels_last)
    x = torch.randn(1, channels, side, side).to(memory_format=torch.channels_last)

    def seconds(count):
        start = time.perf_counter()
        for _ in range(count):
            layer(x)
        return (time.perf_counter() - start) / count

    with torch.inference_mode():
        seconds(3)
        count = max(1, int(0.02 / seconds(3)))
        print(json.dumps({"seconds": [seconds(count) for _ in range(15)]}))


def timed(command):
    done = subprocess.run(command, capture_output=True, text=True, check=True,
                          env={**os.environ, "OMP_NUM_THREADS": "2"})
    return json.loads(done.stdout.strip().splitlines()[-1])["seconds"]


def main():
    if sys.argv[1] == "--theirs":
        return theirs(*map(int, sys.argv[2:]))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the path of zoo-bench")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, load {os.getloadavg()[0]:.1f}\n")
    print("| channels, side, kernel | threads | EncoderZoo | PyTorch, channels-last | ratio |\n|---|---|---|---|---|")
    for channels, side, kernel in SHAPES:
        for threads in (1, 2):
            operations = 2e-9 * channels * side ** 2 * kernel ** 2
            ours = [arguments.program, "depthwise", str(channels), "--size", str(side), "--kernel", str(kernel),
                    "--threads", str(threads)]
            peer = [sys.executable, __file__, "--theirs", *map(str, (channels, side, kernel, threads))]
            rounds = [(timed(ours), timed(peer)) for _ in range(arguments.rounds)]
            speeds = [[operations / statistics.median(side_) for side_ in sides] for sides in zip(*rounds)]
            best = [operations / min(min(side_) for side_ in sides) for sides in zip(*rounds)]
            ratios = sorted(a / b for a, b in zip(*speeds))
            cells = [f"{statistics.median(s):.1f} ({b:.1f})" for s, b in zip(speeds, best)]
            print(f"| {channels}, {side} × {side}, {kernel} × {kernel} | {threads} | {cells[0]} | {cells[1]} | "
                  f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f}) |", flush=True)


main()
