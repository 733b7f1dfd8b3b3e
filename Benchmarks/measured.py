"""Seconds and peak of resident memory of a whole command.

Linux counts the peak of whoever starts a process as that process's own, so a starter that holds a
network would be measured with it: this file starts the command from an interpreter of its own.
"""
import json
import os
import subprocess
import sys
import time


def measured(command, environment=None):
    """Runs a command, its output kept to itself; ends the program with what it wrote where it fails.

    `environment` is added to the program's own.
    """
    done = subprocess.run([sys.executable, os.path.abspath(__file__)] + command, capture_output=True,
                          text=True, check=False, env=os.environ | (environment or {}))
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with status {done.returncode}:\n{done.stderr}")
    return tuple(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    start = time.perf_counter()
    process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    print(json.dumps([seconds, usage.ru_maxrss // 1024]))
    sys.exit(os.waitstatus_to_exitcode(status))
