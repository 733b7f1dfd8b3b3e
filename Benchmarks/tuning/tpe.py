"""Compares the samplers with Optuna's, at equal trials.

    swift build -c release --product evaluation-parity
    python Benchmarks/tuning/tpe.py .build/release/evaluation-parity

On Branin's function and Hartmann's of six dimensions: for each sampler the best value after 20, 50 and 100 trials,
mean and standard deviation over the seeds, and how the two sides' TPE differ (Mann-Whitney).
"""
import argparse
import json
import math
import subprocess
import warnings

import numpy as np
import optuna
from scipy import stats

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
arguments = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
arguments.add_argument("program")
arguments.add_argument("--seeds", type=int, default=50)
arguments.add_argument("--count", type=int, default=100)
arguments = arguments.parse_args()
zoo = subprocess.Popen([arguments.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ours(function, sampler, seed):
    print(json.dumps({"kind": "search", "function": function, "sampler": sampler, "seed": seed,
                      "trials": arguments.count}), file=zoo.stdin, flush=True)
    return json.loads(zoo.stdout.readline())


def branin(x):
    inner = x[1] - 5.1 / (4 * math.pi ** 2) * x[0] ** 2 + 5 / math.pi * x[0] - 6
    return inner ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x[0]) + 10


WIDTHS = np.array([[10, 3, 17, 3.5, 1.7, 8], [.05, 10, 17, .1, 8, 14], [3, 3.5, 1.7, 10, 17, 8],
                   [17, 8, .05, 10, .1, 14]])
PLACES = np.array([[.1312, .1696, .5569, .0124, .8283, .5886], [.2329, .4135, .8307, .3736, .1004, .9991],
                   [.2348, .1451, .3522, .2883, .3047, .6650], [.4047, .8828, .8732, .5743, .1091, .0381]])


def hartmann6(x):
    return -float(np.array([1, 1.2, 3, 3.2]) @ np.exp(-(WIDTHS * (np.array(x) - PLACES) ** 2).sum(1)))


FUNCTIONS = {"branin": (branin, [(-5, 10), (0, 15)], 0.397887), "hartmann6": (hartmann6, [(0, 1)] * 6, -3.32237)}


def theirs(function, sampler, seed):
    value, ranges, _ = FUNCTIONS[function]
    made = {"tpe": optuna.samplers.TPESampler, "random": optuna.samplers.RandomSampler,
            "sobol": lambda seed: optuna.samplers.QMCSampler(seed=seed, scramble=True)}[sampler](seed=seed)
    study = optuna.create_study(sampler=made)
    study.optimize(lambda trial: value([trial.suggest_float(f"x{i}", *r) for i, r in enumerate(ranges)]),
                   n_trials=arguments.count)
    return np.minimum.accumulate([trial.value for trial in study.trials]).tolist()


for function, (_, _, least) in FUNCTIONS.items():
    print(f"{function}, least value {least}, {arguments.seeds} seeds")
    for sampler in ["random", "sobol", "tpe"]:
        both = {"zoo": np.array([ours(function, sampler, seed) for seed in range(arguments.seeds)]),
                "optuna": np.array([theirs(function, sampler, seed) for seed in range(arguments.seeds)])}
        for side, runs in both.items():
            cells = [f"{runs[:, n - 1].mean():8.3f} ± {runs[:, n - 1].std(ddof=1):.3f}"
                     for n in (20, 50, 100) if n <= arguments.count]
            print(f"  {sampler:7s}{side:7s} after 20, 50, 100: {'   '.join(cells)}")
        p = [stats.mannwhitneyu(both["zoo"][:, n - 1], both["optuna"][:, n - 1]).pvalue
             for n in (20, 50, 100) if n <= arguments.count]
        print(f"  {sampler:7s}Mann-Whitney p: {', '.join(f'{x:.2f}' for x in p)}")
