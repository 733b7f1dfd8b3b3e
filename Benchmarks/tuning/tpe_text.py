"""Compares TPE with Optuna's over the settings of a text encoder, as trained on real cases.

    zoo tune STUDY.json --combination word2vec --output RUN      # with "sampler": "random" and many trials
    swift build -c release --product evaluation-parity
    python Benchmarks/tuning/tpe_text.py .build/release/evaluation-parity RUN

A random forest over the trials of RUN stands in for training, as in Eggensperger et al. 2015
(https://doi.org/10.1609/aaai.v29i1.9375): so both sides can search it many times. Printed are how well it predicts trials
that it has not seen, the best value after 20, 50 and 100 trials, and how the two sides differ (Mann-Whitney).
"""
import argparse
import json
import pathlib
import subprocess
import warnings

import numpy as np
import optuna
from scipy import stats
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import cross_val_predict

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
arguments = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
arguments.add_argument("program")
arguments.add_argument("run", type=pathlib.Path)
arguments.add_argument("--seeds", type=int, default=30)
arguments.add_argument("--count", type=int, default=100)
arguments = arguments.parse_args()

space = list(json.loads((arguments.run / "study.json").read_text())["tuning"]["space"].values())[0]
keys = sorted(space)
trials = [json.loads(path.read_text()) for path in sorted((arguments.run / "trials").rglob("*.json"))]
trials = [trial for trial in trials if trial.get("settings") and trial.get("value") is not None and trial["number"] > 1]


def point(settings):
    return [space[key]["choices"].index(settings[key]) if "choices" in space[key]
            else np.log(settings[key]) if space[key].get("log") else settings[key] for key in keys]


inputs = np.array([point(trial["settings"]) for trial in trials])
values = np.array([trial["value"] for trial in trials])
forest = RandomForestRegressor(500, random_state=0, n_jobs=2)
guessed = cross_val_predict(forest, inputs, values, cv=10)
print(f"{len(trials)} trials, values {values.min():.3f} to {values.max():.3f}; the forest on trials it has not seen: "
      f"rank correlation {stats.spearmanr(guessed, values)[0]:.2f}, "
      f"R² {1 - ((guessed - values) ** 2).sum() / ((values - values.mean()) ** 2).sum():.2f}")
# One tree after another, without threads: quicker for one point.
forest.fit(inputs, values).set_params(n_jobs=1)
trees = [tree.tree_ for tree in forest.estimators_]


def score(settings):
    row = np.array([point(settings)], dtype=np.float32)
    return float(np.mean([tree.predict(row)[0, 0] for tree in trees]))


zoo = subprocess.Popen([arguments.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ours(sampler, seed):
    made = []
    for _ in range(arguments.count):
        print(json.dumps({"kind": "ask", "sampler": sampler, "seed": seed, "space": space, "trials": made}),
              file=zoo.stdin, flush=True)
        settings = json.loads(zoo.stdout.readline())
        made.append({"settings": settings, "value": score(settings)})
    return np.maximum.accumulate([trial["value"] for trial in made])


def theirs(sampler, seed):
    def objective(trial):
        return score({key: trial.suggest_categorical(key, spec["choices"]) if "choices" in spec else
                      trial.suggest_float(key, spec["low"], spec["high"], log=spec.get("log", False))
                      for key, spec in space.items()})

    made = {"tpe": lambda: optuna.samplers.TPESampler(seed=seed, multivariate=True),
            "random": lambda: optuna.samplers.RandomSampler(seed=seed)}[sampler]()
    study = optuna.create_study(sampler=made, direction="maximize")
    study.optimize(objective, n_trials=arguments.count)
    return np.maximum.accumulate([trial.value for trial in study.trials])


steps = [n for n in (20, 50, 100) if n <= arguments.count]
runs = {("zoo", sampler): np.array([ours(sampler, seed) for seed in range(arguments.seeds)])
        for sampler in ("random", "tpe")}
runs |= {("optuna", sampler): np.array([theirs(sampler, seed) for seed in range(arguments.seeds)])
         for sampler in ("random", "tpe")}
for (side, sampler), found in runs.items():
    print(f"  {side:7s}{sampler:11s}" + "   ".join(
        f"{found[:, n - 1].mean():.4f} ± {found[:, n - 1].std(ddof=1):.4f}" for n in steps))
for sampler in ("random", "tpe"):
    p = [stats.mannwhitneyu(runs["zoo", sampler][:, n - 1], runs["optuna", sampler][:, n - 1]).pvalue
         for n in steps]
    print(f"  Mann-Whitney p, {sampler}: {', '.join(f'{x:.2f}' for x in p)}")
