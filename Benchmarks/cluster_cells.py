"""How well cells of a comparison fill several workers: the times of a finished run, dealt out as zoo cell --all does.

    cluster_cells.py RUN [--workers 8] [--overhead SECONDS]

Each worker takes the first cell in the plan's order that nobody has and whose parts are finished; where there is none it
waits for the next to finish. OVERHEAD is what a worker takes before its first cell (start, reading pictures). Printed are
the time of one worker, that of all, and the share of the ideal: time of one / (workers × time of all).
"""
import argparse
import csv
import heapq
import json
import pathlib

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("run", type=pathlib.Path)
parser.add_argument("--workers", type=int, nargs="+", default=[2, 4, 8])
parser.add_argument("--overhead", type=float, default=0)
options = parser.parse_args()

with open(options.run / "timings.csv", newline="", encoding="utf-8") as file:
    seconds = {(row["split"], row["combination"]): float(row["seconds"]) for row in csv.DictReader(file)}
plan = json.loads((options.run / "plan.json").read_text())["cells"]
cells = [(cell["split"], cell["combination"], [(cell["split"], part) for part in cell["needs"]]) for cell in plan]
missing = [cell[:2] for cell in cells if cell[:2] not in seconds]
if missing:
    raise SystemExit(f"{options.run}/timings.csv has no time of {len(missing)} cells, the first {missing[0]}")


def duration(workers):
    """Seconds until the last cell is finished."""
    left, finished = list(cells), set()
    free = [options.overhead] * workers
    heapq.heapify(free)
    running = []
    now = 0.0
    while left or running:
        now = max(now, free[0]) if free else running[0][0]
        while running and running[0][0] <= now:
            finished.add(heapq.heappop(running)[1])
        ready = next((cell for cell in left if all(part in finished for part in cell[2])), None)
        if ready and free and free[0] <= now:
            heapq.heappop(free)
            left.remove(ready)
            end = now + seconds[ready[:2]]
            heapq.heappush(running, (end, ready[:2]))
            heapq.heappush(free, end)
        elif running:
            now = running[0][0]
            # Who is free waits as long.
            free = [max(time, now) for time in free]
            heapq.heapify(free)
    return now


alone = options.overhead + sum(seconds[cell[:2]] for cell in cells)
print(f"{len(cells)} cells, {alone:.0f} s by one worker")
for workers in options.workers:
    time = duration(workers)
    print(f"{workers} workers: {time:.0f} s, {alone / (workers * time):.2f} of the ideal")
