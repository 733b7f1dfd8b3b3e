"""Sends a run to an MLflow server by `zoo runs mlflow`, and reads all of it back by MLflow's own client.

    python Benchmarks/tuning/mlflow_parity.py ZOO RUN [RUN ...]

The server is started for it, in a temporary folder. Every value of epochs.csv, every value of results.csv and every mean
must stand there, and nothing else; every file must have the bytes that it has here. The command is given twice: nothing
may come twice. Then a run of a broken try is put there by hand, and must be replaced.
"""
import csv
import hashlib
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import mlflow
from mlflow.tracking import MlflowClient

zoo, runs = sys.argv[1], [pathlib.Path(path) for path in sys.argv[2:]]


def rows(path):
    with open(path) as file:
        return [row for row in csv.DictReader(file) if row["value"]]


def name(row):
    """What docs/runs.md says: no commas, `_` for what MLflow does not take."""
    text = f"{row['subset']}/{row['metric']}".replace(", ", " ")
    head, tail = text.split("/", 1)
    return head + "/" + "".join(c if c.isalnum() or c in "_-.: " else "_" for c in tail)


def send(address, run):
    return subprocess.run([zoo, "runs", "mlflow", str(run), "--server", address, "--quiet"],
                          check=True, capture_output=True, text=True).stdout.strip()


with tempfile.TemporaryDirectory() as folder:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = open(pathlib.Path(folder) / "log", "w")
    server = subprocess.Popen(
        [str(pathlib.Path(sys.executable).parent / "mlflow"), "server", "--host", "127.0.0.1", "--port", str(port),
         "--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", f"{folder}/files",
         "--serve-artifacts"], stdout=log, stderr=log, env=dict(os.environ, MLFLOW_DISABLE_TELEMETRY="true"))
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(240):
            try:
                urllib.request.urlopen(address + "/health", timeout=1)
                break
            except OSError:
                time.sleep(0.5)
        else:
            sys.exit("the server did not start: " + open(pathlib.Path(folder) / "log").read()[-800:])
        mlflow.set_tracking_uri(address)
        client = MlflowClient(address)
        for run in runs:
            print(send(address, run))
            again = send(address, run)
            assert ": 0 runs sent with 0 numbers" in again, again
            title = json.loads((run / "study.json").read_text())["name"]
            experiment = client.get_experiment_by_name(title)
            found = client.search_runs([experiment.experiment_id], max_results=50000)
            results, epochs = rows(run / "results.csv"), rows(run / "epochs.csv")
            drawn = {(row["combination"], row["split"], name(row)) for row in epochs}
            last = {}
            for row in epochs:
                key = (row["combination"], row["split"])
                last[key] = max(last.get(key, 0), int(row["epoch"]))
            expected = {}
            for row in epochs:
                expected.setdefault((row["combination"], row["split"]), set()).add(
                    (name(row), int(row["epoch"]), float(row["value"])))
            means = {}
            for row in results:
                key = (row["combination"], row["split"])
                called = name(row) + (" selected" if (*key, name(row)) in drawn else "")
                expected.setdefault(key, set()).add((called, last.get(key, 0), float(row["value"])))
                # Splits that were trained from several seeds count once.
                split = row["split"].rsplit("-seed", 1)[0]
                means.setdefault((row["combination"], name(row)), {}).setdefault(split, []).append(float(row["value"]))
            for (combination, metric), splits in means.items():
                values = [statistics.fmean(of) for of in splits.values()]
                expected.setdefault((combination, None), set()).add((metric + " mean", 0, statistics.fmean(values)))
                if len(values) > 1:
                    expected[(combination, None)].add((metric + " sd", 0, statistics.stdev(values)))
            ids = {one.info.run_id: one for one in found}
            count, files = 0, 0
            seen = set()
            for one in found:
                split = one.data.tags.get("encoderzoo.split")
                parent = one.data.tags.get("mlflow.parentRunId")
                combination = (ids[parent] if parent else one).data.tags["encoderzoo.key"]
                key = (combination, split)
                assert key not in seen and key in expected and one.info.status == "FINISHED", key
                assert (parent is None) == (split is None), key
                seen.add(key)
                there = {(metric, point.step, point.value) for metric in one.data.metrics
                         for point in client.get_metric_history(one.info.run_id, metric)}
                close = lambda a, b: a[:2] == b[:2] and abs(a[2] - b[2]) <= 1e-12 * max(1, abs(b[2]))
                if split is None:
                    wanted = sorted(expected[key])
                    assert len(there) == len(wanted) and all(close(a, b) for a, b in zip(sorted(there), wanted)), key
                else:
                    assert there == expected[key], (key, sorted(there ^ expected[key])[:4])
                count += len(there)
                stack = [""]
                while stack:
                    for item in client.list_artifacts(one.info.run_id, stack.pop() or None):
                        if item.is_dir:
                            stack.append(item.path)
                            continue
                        local = run / item.path if split is None else run / "cells" / split / combination / item.path
                        copy = pathlib.Path(folder) / "files" / one.info.experiment_id / one.info.run_id / "artifacts"
                        digest = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (local, copy / item.path)]
                        assert digest[0] == digest[1], item.path
                        files += 1
            assert seen == set(expected), sorted(map(str, set(expected) - seen))[:4]
            settings = [len(one.data.params) for one in found if "mlflow.parentRunId" not in one.data.tags]
            print(f"{run}: {count} numbers and {files} files of {len(found)} runs are equal; "
                  f"{min(settings)} to {max(settings)} settings a combination; nothing comes twice")
            # A broken try: a parent that was never finished, and its children gone.
            broken = [one for one in found if "mlflow.parentRunId" not in one.data.tags][0]
            client.update_run(broken.info.run_id, status="RUNNING")
            line = send(address, run)
            again = client.search_runs([experiment.experiment_id], max_results=50000)
            assert len(again) == len(found) and all(one.info.status == "FINISHED" for one in again), line
            print("an earlier try is replaced: " + line.split(": ", 1)[1])
    finally:
        server.terminate()
        server.wait()
