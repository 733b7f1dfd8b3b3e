"""Compares metrics, simple models, calibration, conformal sets, tests and stratification with others.

    Benchmarks/parity/run.sh evaluation            # about a minute
    Benchmarks/parity/run.sh evaluation --draws 1000   # and the coverage of intervals and sets, some minutes
    Benchmarks/parity/run.sh evaluation --asah asah.csv   # and pROC's published tests of its example

`asah.csv` is pROC's data set aSAH (GPL, not kept here), in R: write.csv(pROC::aSAH, "asah.csv").

scikit-learn, SciPy, statsmodels, MAPIE, dcurves, uncertainty-calibration and iterative-stratification
answer the same questions on random inputs with ties, absent classes, unknown answers, one class
alone. The largest difference is printed for each figure; metrics must agree to 1e-12 on 500 inputs, the rest
to 1e-9 on 200, fitted probabilities of logistic regressions to 1e-6. Where one side says "undefined", the other must, too.
"""
import argparse
import csv
import json
import math
import subprocess
import warnings
from fractions import Fraction

import numpy as np
import scipy.optimize
import scipy.special
import scipy.stats
import statsmodels.api as sm
from sklearn import calibration, isotonic, linear_model, metrics
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

warnings.filterwarnings("ignore")
arguments = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
arguments.add_argument("program")
arguments.add_argument("--draws", type=int, default=0, help="simulated draws of each interval")
arguments.add_argument("--share", type=float, default=1.0, help="of the inputs, for a first look")
arguments.add_argument("--seed", type=int, default=1)
arguments.add_argument("--asah", help="pROC's data set aSAH as CSV")
arguments = arguments.parse_args()
rng = np.random.default_rng(arguments.seed)
zoo = subprocess.Popen([arguments.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
worst, failures = {}, []


def ask(kind, **question):
    def plain(value):
        if isinstance(value, np.ndarray):
            return plain(value.tolist())
        if isinstance(value, list):
            return [plain(v) for v in value]
        return int(value) if isinstance(value, (bool, np.bool_)) else value
    print(json.dumps({"kind": kind} | {k: plain(v) for k, v in question.items()}), file=zoo.stdin,
          flush=True)
    line = zoo.stdout.readline()
    if not line:
        raise SystemExit(f"no answer to {kind}")
    return json.loads(line)


def compare(name, found, expected, limit, against):
    """Counts a difference, relative above 1; None is "undefined"."""
    entry = worst.setdefault(name, {"count": 0, "undefined": 0, "most": 0.0, "limit": limit,
                                    "against": against})
    found = np.atleast_1d(np.array(found, dtype=float))
    expected = np.atleast_1d(np.array(expected, dtype=float))
    entry["count"] += 1
    if found.shape != expected.shape or (np.isnan(found) != np.isnan(expected)).any():
        failures.append(f"{name}: {found} against {expected}")
        return
    if np.isnan(found).all():
        entry["undefined"] += 1
        return
    gap = np.nanmax(np.abs(found - expected) / np.maximum(1, np.abs(expected)))
    entry["most"] = max(entry["most"], float(gap))
    if gap > limit:
        failures.append(f"{name}: {found} against {expected}: {gap:.2e}")


def scores(count):
    """Probabilities, many of them tied now and then."""
    values = rng.random(count)
    return values if rng.random() < 0.5 else np.round(values * rng.integers(2, 9)) / 8


def undefined(condition, value):
    return None if condition else value()


# Metrics.

def multiclass():
    classes = int(rng.integers(2, 7))
    count = int(rng.choice([1, 2, 5, 30, 200]))
    present = rng.permutation(classes)[:rng.integers(1, classes + 1)]
    y = rng.choice(present, count)
    p = rng.dirichlet(np.ones(classes), count)
    if rng.random() < 0.4:
        p = np.maximum(rng.integers(0, 4, (count, classes)), rng.random() < 0.5)
        p = np.where(p.sum(1, keepdims=True) == 0, 1, p) / np.maximum(
            p.sum(1, keepdims=True) + classes * (p.sum(1, keepdims=True) == 0), 1)
    found = ask("multiclass", labels=y, probabilities=p.ravel(), classes=classes)
    answer = p.argmax(1)
    every, occurring = range(classes), sorted(set(y.tolist()))
    one = len(occurring) < 2
    pairs = {
        "accuracy": metrics.accuracy_score(y, answer),
        "balanced-accuracy": undefined(one, lambda: metrics.balanced_accuracy_score(y, answer)),
        "macro-f1": undefined(one, lambda: metrics.f1_score(
            y, answer, labels=occurring, average="macro", zero_division=0)),
        "weighted-f1": undefined(one, lambda: metrics.f1_score(
            y, answer, labels=occurring, average="weighted", zero_division=0)),
        "macro-auroc": undefined(one, lambda: np.mean(
            [metrics.roc_auc_score(y == k, p[:, k]) for k in occurring])),
        "log-loss": metrics.log_loss(y, p, labels=every),
    }
    constant = one and set(answer.tolist()) == set(occurring)
    for name, weights in (("kappa", None), ("quadratic-kappa", "quadratic")):
        pairs[name] = undefined(constant, lambda: metrics.cohen_kappa_score(
            y, answer, labels=list(every), weights=weights))
    for name, value in pairs.items():
        compare(f"multi-class {name}", found[name], value, 1e-12, "scikit-learn")
    compare("confusion matrix", found["confusion"],
            metrics.confusion_matrix(y, answer, labels=list(every)).ravel(), 0, "scikit-learn")


def multilabel():
    labels, count = int(rng.integers(1, 7)), int(rng.choice([1, 3, 20, 150]))
    y = rng.random((count, labels)) < rng.choice([0, 0.1, 0.5, 0.9, 1], labels)
    mask = rng.random((count, labels)) >= rng.choice([0, 0.3, 1], p=[0.5, 0.45, 0.05])
    p = scores(count * labels).reshape(count, labels)
    t = rng.choice([0.3, 0.5, 0.7], labels)
    found = ask("multilabel", answers=y.ravel(), mask=mask.ravel(), probabilities=p.ravel(),
                thresholds=t, labels=labels)
    called = p >= t

    def each(function, values, needs_both=True):
        out = []
        for k in range(labels):
            own = y[mask[:, k], k]
            lacks = own.size == 0 or not own.any() or (needs_both and own.all())
            out.append(None if lacks else function(own, values[mask[:, k], k]))
        return out

    def macro(values):
        defined = [v for v in values if v is not None]
        return np.mean(defined) if defined else None
    aurocs, precisions = each(metrics.roc_auc_score, p), each(metrics.average_precision_score, p)
    f1s = each(lambda a, b: metrics.f1_score(a, b, zero_division=0), called, needs_both=False)
    flat, ranks = y[mask], p[mask]
    lacking = flat.size == 0 or flat.all() or not flat.any()
    rows = mask.any(1)
    none = flat.size == 0
    pairs = {
        "aurocs": aurocs, "precisions": precisions, "f1s": f1s,
        "prevalences": [y[mask[:, k], k].mean() if mask[:, k].any() else None
                        for k in range(labels)],
        "macro-auroc": macro(aurocs), "macro-average-precision": macro(precisions),
        "macro-f1": macro(f1s),
        "micro-auroc": undefined(lacking, lambda: metrics.roc_auc_score(flat, ranks)),
        "micro-average-precision": undefined(
            lacking, lambda: metrics.average_precision_score(flat, ranks)),
        "micro-f1": undefined(none or not flat.any(), lambda: metrics.f1_score(
            flat, called[mask], zero_division=0)),
        # Unknown answers are made right ones; rows of nothing else are left out.
        "exact-match": undefined(none, lambda: metrics.accuracy_score(
            y[rows], np.where(mask, called, y)[rows]) if labels > 1 else metrics.accuracy_score(
            y[rows].ravel(), called[rows].ravel())),
        "hamming-loss": undefined(none, lambda: metrics.hamming_loss(flat, called[mask])),
        "log-loss": undefined(none, lambda: metrics.log_loss(flat, ranks, labels=[0, 1])),
    }
    for name, value in pairs.items():
        compare(f"multi-label {name}", found[name], value, 1e-12, "scikit-learn")


# Simple models.

def simple():
    task = str(rng.choice(["binary", "multi-class", "multi-label"]))
    outputs = {"binary": 1, "multi-class": int(rng.integers(2, 7)),
               "multi-label": int(rng.integers(1, 5))}[task]
    count, width = int(rng.choice([20, 60, 200])), int(rng.integers(1, 12))
    x = rng.normal(size=(count, width)).astype(np.float32).astype(float)
    asked = rng.normal(size=(10, width)).astype(np.float32).astype(float)
    drive = x @ rng.normal(size=(width, outputs)) + rng.gumbel(size=(count, outputs))
    if task == "multi-class":
        classes = drive.argmax(1)
        classes[:outputs] = range(outputs)
        y, mask = np.eye(outputs)[classes], np.ones((count, outputs), bool)
    else:
        y = drive > rng.choice([-9, 0, 1, 9], outputs) if task == "multi-label" else drive > 0
        y = y.astype(float)
        mask = rng.random((count, outputs)) >= (0.4 if task == "multi-label" else 0)
        if task == "binary":
            y[:2, 0] = 0, 1
    strength, k = 10.0 ** rng.integers(-3, 3), int(rng.integers(1, 15))
    found = ask("simple", task=task, answers=y.ravel().astype(int), mask=mask.ravel(),
                outputs=outputs, width=width, rows=x.ravel(), asked=asked.ravel(),
                strength=strength, neighbours=k)

    def fitted(rows, labels):
        model = linear_model.LogisticRegression(
            C=strength, tol=1e-12, solver="newton-cholesky", max_iter=1000)
        return model.fit(rows, labels).predict_proba(asked)
    constant = []
    if task == "multi-class":
        expected = fitted(x, classes)
    else:
        columns = []
        for label in range(outputs):
            own = y[mask[:, label], label]
            if 0 < own.sum() < own.size:
                columns.append(fitted(x[mask[:, label]], own)[:, 1])
            else:
                constant.append(label)
                columns.append(np.full(10, (own.sum() + 0.5) / (own.size + 1)))
        expected = np.stack(columns, 1)
    compare(f"{task} logistic regression", found["linear"], expected.ravel(), 1e-6, "scikit-learn")
    compare("labels of one answer", found["constant"], constant, 0, "NumPy") if constant else None
    known = np.where(mask, y, np.nan)
    shares = np.array([np.nanmean(c) if np.isfinite(c).any() else 0.5 for c in known.T])
    compare("majority", found["majority"], shares, 1e-12, "NumPy")
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    order = np.argsort(-(asked @ unit.T), axis=1, kind="stable")[:, :k]
    votes = np.nansum(known[order], 1)
    near = (votes + shares) / (np.isfinite(known[order]).sum(1) + 1)
    # Of one feature all directions on a side are equally near.
    if width > 1:
        compare("nearest neighbours", found["neighbours"], near.ravel(), 1e-12, "NumPy")


def threshold():
    count = int(rng.integers(2, 60))
    y, p = rng.random(count) < 0.4, scores(count)
    if y.all() or not y.any():
        return
    found = ask("threshold", labels=y, probabilities=p)
    cuts = np.concatenate([np.unique(p), [2]])
    best = max(metrics.f1_score(y, p >= cut, zero_division=0) for cut in cuts)
    compare("best F1 of a threshold", metrics.f1_score(y, p >= found["f1"], zero_division=0), best,
            1e-12, "every threshold tried")
    # To call all cases alike is no threshold.
    cuts = np.concatenate([np.unique(p)[1:], [0.5]])
    best = max(metrics.balanced_accuracy_score(y, p >= cut) for cut in cuts)
    compare("best balanced accuracy", metrics.balanced_accuracy_score(y, p >= found["youden"]), best,
            1e-12, "every threshold tried")


# The rest.

def exact_edges(p, bins):
    """Quantiles whose place is exact, as numpy's rounds where it falls on a case."""
    ordered, edges = np.sort(p), []
    for index in range(1, bins):
        place = Fraction(index * (len(p) - 1), bins)
        below = math.floor(place)
        edges.append(ordered[below] if place == below else
                     ordered[below] + float(place - below) * (ordered[below + 1] - ordered[below]))
    return np.array(edges)


def calibrated():
    bins = int(rng.choice([1, 2, 5, 10, 15]))
    count = int(rng.choice([1, 7, 60, 400]))
    logits = np.round(rng.normal(size=count) * 2, int(rng.choice([1, 12])))
    y = rng.random(count) < scipy.special.expit(logits * rng.choice([0.5, 1, 2]) + 0.3)
    p = scipy.special.expit(logits)
    found = ask("calibration", labels=y, logits=logits, probabilities=p, bins=bins)
    places = np.searchsorted(exact_edges(p, bins), p)
    kept = np.unique(places)
    sizes = np.array([(places == b).sum() for b in kept])
    means = np.array([p[places == b].mean() for b in kept])
    observed = np.array([y[places == b].mean() for b in kept])
    if bins > 1 and math.gcd(count - 1, bins) == 1 and count > 1:
        o, m = calibration.calibration_curve(y, p, n_bins=bins, strategy="quantile")
        compare("reliability curve", found["observed"] + found["means"], np.concatenate([o, m]),
                1e-9, "scikit-learn")
    compare("bins of equal mass", found["counts"], sizes, 0, "NumPy")
    compare("ECE", found["ece"], (sizes / count) @ np.abs(observed - means), 1e-9, "NumPy")
    compare("MCE", found["mce"], np.abs(observed - means).max(), 1e-9, "NumPy")
    if (sizes > 1).all():
        binned = [list(zip(p[places == b], y[places == b])) for b in kept]
        square = kumar.unbiased_square_ce(binned) if kumar else (sizes / count) @ (
            (observed - means) ** 2 - observed * (1 - observed) / (sizes - 1))
        expected = math.sqrt(max(0, square))
    else:
        expected = None
    # A root near 0 doubles the digits that rounding takes.
    compare("debiased calibration error, squared", None if found["debiased"] is None
            else found["debiased"] ** 2, None if expected is None else expected ** 2, 1e-9,
            "uncertainty-calibration" if kumar else "NumPy")
    compare("ECE sweep", found["sweep"], sweep(y, p), 1e-9, "NumPy")
    prevalence = y.mean()
    compare("Brier score", found["brier"], metrics.brier_score_loss(y, p, labels=[0, 1], pos_label=1),
            1e-9, "scikit-learn")
    compare("Murphy's parts", [found["reliability"], found["resolution"], found["uncertainty"]],
            [(sizes / count) @ (means - observed) ** 2, (sizes / count) @ (observed - prevalence) ** 2,
             prevalence * (1 - prevalence)], 1e-9, "NumPy")
    compare("Murphy's parts add up", found["reliability"] - found["resolution"]
            + found["uncertainty"] + found["within"], found["brier"], 1e-9, "the score")
    one, separated = y.all() or not y.any(), False
    if not one:
        separated = (logits[y].min() >= logits[~y].max()) or (logits[y].max() <= logits[~y].min())
    if one or separated:
        compare("slope, intercept, in the large", found["slope"], None, 1e-9, "statsmodels")
        return
    fit = sm.Logit(y.astype(float), sm.add_constant(logits)).fit(
        method="newton", tol=1e-14, maxiter=200, disp=0)
    large = sm.Logit(y.astype(float), np.ones(count), offset=logits).fit(
        method="newton", tol=1e-14, maxiter=200, disp=0)
    compare("slope, intercept, in the large", [found["slope"], found["intercept"], found["large"]],
            [fit.params[1], fit.params[0], large.params[0]], 1e-9, "statsmodels")
    compare("their Wald intervals",
            found["slopeInterval"] + found["interceptInterval"] + found["largeInterval"],
            np.concatenate([fit.conf_int()[1], fit.conf_int()[0], large.conf_int()[0]]), 1e-9,
            "statsmodels")


def sweep(y, p):
    def tally(bins):
        places = np.searchsorted(exact_edges(p, bins), p)
        kept = np.unique(places)
        return [(int((places == b).sum()), int(y[places == b].sum()), p[places == b].mean())
                for b in kept]
    best = tally(1)
    for bins in range(2, min(100, max(2, len(y))) + 1):
        found = tally(bins)
        if any(a[1] * b[0] > b[1] * a[0] for a, b in zip(found, found[1:])):
            break
        best = found
    return sum(n * abs(k / n - m) for n, k, m in best) / len(y)


def calibrators():
    count = int(rng.integers(8, 200))
    logits = np.round(rng.normal(size=count) * 2, int(rng.choice([0, 1, 12])))
    y = rng.random(count) < scipy.special.expit(logits * rng.choice([0.5, 1.5]) - 0.2)
    if y.all() or not y.any() or len(set(logits)) < 2:
        return
    asked = np.concatenate([rng.normal(size=20) * 3, logits[:5]])
    found = ask("calibrators", labels=y, logits=logits, asked=asked)
    line = isotonic.IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(logits, y)
    compare("isotonic", found["isotonic"], line.predict(asked), 1e-9, "scikit-learn")
    high, low = (y.sum() + 1) / (y.sum() + 2), 1 / ((~y).sum() + 2)
    fit = sm.GLM(np.where(y, high, low), sm.add_constant(logits),
                 family=sm.families.Binomial()).fit(tol=1e-14, maxiter=200)
    expected = scipy.special.expit(fit.params[0] + fit.params[1] * asked)
    if fit.params[1] > 0:
        compare("Platt", found["platt"], expected, 1e-9, "statsmodels")

    def loss(inverse):  # the derivative of the log loss
        return np.sum(logits * (scipy.special.expit(inverse * logits) - y))
    if loss(0) < 0 and loss(1e3) > 0:
        root = scipy.optimize.brentq(loss, 0, 1e3, xtol=1e-15, rtol=1e-14)
        compare("temperature", found["temperature"], scipy.special.expit(root * asked), 1e-9, "SciPy")


def several():
    classes, count = int(rng.integers(3, 6)), int(rng.integers(20, 200))
    logits = rng.normal(size=(count, classes)) * 2
    y = np.array([rng.choice(classes, p=scipy.special.softmax(row * 0.7)) for row in logits])
    found = ask("temperature", labels=y, logits=logits.ravel(), classes=classes)
    fit = sm_temperature(y, logits)
    compare("temperature of several classes", found["temperature"], fit, 1e-9, "SciPy")
    p = scipy.special.softmax(logits, axis=1)
    found = ask("classwise", labels=y, probabilities=p.ravel(), classes=classes, bins=10)
    expected = []
    for k in range(classes):
        places = np.searchsorted(exact_edges(p[:, k], 10), p[:, k])
        expected.append(sum(abs(((y == k) * 1.0 - p[:, k])[places == b].sum())
                            for b in np.unique(places)) / count)
    compare("classwise ECE", found["errors"], expected, 1e-9, "NumPy")


def sm_temperature(y, logits):
    def slope(inverse):
        p = scipy.special.softmax(logits * inverse, axis=1)
        return np.sum(p * logits) - np.sum(logits[np.arange(len(y)), y])
    return 1 / scipy.optimize.brentq(slope, 1e-9, 1e3, xtol=1e-15, rtol=1e-14)


def decision():
    count = int(rng.integers(5, 200))
    y, p = rng.random(count) < 0.3, np.round(rng.random(count), 2)
    cuts = np.arange(1, 100) / 100
    found = ask("decision", labels=y, probabilities=p, thresholds=cuts)
    if not y.any() or y.all():
        return
    if dcurves:
        import pandas
        table = dcurves.dca(data=pandas.DataFrame({"y": y.astype(int), "model": p}), outcome="y",
                            modelnames=["model"], thresholds=cuts)
        rows = {name: table[table.model == name].sort_values("threshold").net_benefit.to_numpy()
                for name in ("model", "all")}
        # dcurves acts above the threshold, here at it, too: probabilities on a threshold differ.
        untied = ~np.isin(cuts, p)
        compare("net benefit", np.array(found["model"])[untied], rows["model"][untied], 1e-9,
                "dcurves")
        compare("net benefit of treating all", found["all"], rows["all"], 1e-9, "dcurves")
    odds = cuts / (1 - cuts)
    expected = [((p >= t) & y).mean() - ((p >= t) & ~y).mean() * o for t, o in zip(cuts, odds)]
    compare("net benefit, ties too", found["model"], expected, 1e-9, "NumPy")


class Known:
    """A classifier that answers with the probabilities it is given."""
    def __init__(self, classes):
        self.classes_ = np.arange(classes)

    def fit(self, *_):
        return self

    def predict_proba(self, x):
        return x

    def predict(self, x):
        return x.argmax(1)

    def __sklearn_is_fitted__(self):
        return True


def conformal():
    classes, count = int(rng.integers(3, 6)), int(rng.integers(30, 200))
    p, new = (rng.dirichlet(np.ones(classes), n) for n in (count, 40))
    y = np.array([rng.choice(classes, p=row) for row in p])
    for kind in ("lac", "aps"):
        found = ask("conformal", score=kind, labels=y, probabilities=p.ravel(), classes=classes,
                    miss=0.1, conditional=0, asked=new.ravel())
        compare(f"conformal sets, {kind}", found["sets"],
                direct_sets(kind, p, y, new).astype(int).ravel(), 0, "NumPy")
        if mapie:
            # It draws its shares, and rounds sets of aps up by a class: the limit is compared.
            u = np.random.RandomState(7).uniform(size=count)
            drawn = ask("conformal", score=kind, labels=y, probabilities=p.ravel(), classes=classes,
                        miss=0.1, conditional=0, asked=new.ravel(), shares=1 - u)
            limit, sets = mapie_sets(kind, p, y, new)
            compare(f"conformal limit, {kind}", drawn["limits"][0], limit, 1e-9, "MAPIE")
            if kind == "lac":
                compare("conformal sets, lac", drawn["sets"], sets.astype(int).ravel(), 0, "MAPIE")
        found = ask("conformal", score=kind, labels=y, probabilities=p.ravel(), classes=classes,
                    miss=0.1, conditional=1, asked=new.ravel())
        compare(f"class-conditional sets, {kind}", found["sets"],
                direct_sets(kind, p, y, new, conditional=True).astype(int).ravel(), 0, "NumPy")


def strangeness(kind, p):
    if kind == "lac":
        return 1 - p
    order = np.argsort(-p, axis=1, kind="stable")
    sums = np.cumsum(np.take_along_axis(p, order, 1), axis=1)
    return np.take_along_axis(sums, np.argsort(order, axis=1, kind="stable"), 1)


def direct_sets(kind, p, y, new, conditional=False):
    own, limits = strangeness(kind, p)[np.arange(len(y)), y], []
    for k in range(p.shape[1]):
        group = np.sort(own[y == k] if conditional else own)
        rank = math.ceil(Fraction(9, 10) * (len(group) + 1))
        limits.append(group[rank - 1] if rank <= len(group) else np.inf)
    return strangeness(kind, new) <= np.array(limits)


def mapie_sets(kind, p, y, new):
    model = mapie.SplitConformalClassifier(
        estimator=Known(p.shape[1]), confidence_level=0.9, conformity_score=kind, prefit=True,
        random_state=7)
    model.conformalize(p, y)
    extra = {"include_last_label": True} if kind == "aps" else {}
    sets = model.predict_set(new, conformity_score_params=extra)[1][:, :, 0]
    return float(model._mapie_classifier.conformity_score_function_.quantiles_[0]), sets


def risk():
    count = int(rng.integers(1, 100))
    losses, confidences = (rng.random(count) < 0.3) * 1.0, scores(count)
    found = ask("risk", losses=losses, confidences=confidences)
    # Equal confidences: each loss replaced by the mean of its tie, which is the mean over orders.
    means = np.array([losses[confidences == c].mean() for c in confidences])
    kept = means[np.argsort(-confidences, kind="stable")]
    expected = np.cumsum(kept) / np.arange(1, count + 1)
    compare("risk against coverage", found["risks"], expected, 1e-9, "NumPy")
    compare("AURC", found["area"], expected.mean(), 1e-9, "NumPy")


def pair():
    count = int(rng.integers(8, 150))
    y = rng.random(count) < 0.4
    a, b = (np.clip(scores(count) * 0.6 + y * 0.3, 0, 1) for _ in range(2))
    if min(y.sum(), (~y).sum()) < 2:
        return
    found = ask("pair", labels=y, first=a, second=b)

    def placements(s):
        wins = (s[y][:, None] > s[~y]) + 0.5 * (s[y][:, None] == s[~y])
        return wins.mean(1), wins.mean(0)
    (a10, a01), (b10, b01) = placements(a), placements(b)
    variance = (np.cov([a10, b10]) / y.sum() + np.cov([a01, b01]) / (~y).sum())
    error = math.sqrt(max(0, variance[0, 0] + variance[1, 1] - 2 * variance[0, 1]))
    # The definition, all pairs; Mann and Whitney's U is SciPy's.
    compare("AUROC", [found["first"], found["second"]],
            [scipy.stats.mannwhitneyu(s[y], s[~y]).statistic / (y.sum() * (~y).sum())
             for s in (a, b)], 1e-9, "SciPy")
    compare("DeLong's standard error", found["error"], error, 1e-9, "the definition")
    if error > 1e-6:
        z = (a10.mean() - b10.mean()) / error
        compare("DeLong's p", found["p"], 2 * scipy.stats.norm.sf(abs(z)), 1e-9, "SciPy")
    right = [(s >= 0.5) == y for s in (a, b)]
    table = [[(right[0] & right[1]).sum(), (right[0] & ~right[1]).sum()],
             [(~right[0] & right[1]).sum(), (~right[0] & ~right[1]).sum()]]
    few = table[0][1] + table[1][0] < 25
    # Where both are wrong alike often nothing is to be corrected, as in R; statsmodels goes below 0 there.
    expected = 1 if table[0][1] == table[1][0] else mcnemar(
        table, exact=few, correction=True).pvalue
    compare("McNemar's p", found["mcnemar"], expected, 1e-9, "statsmodels")


def published():
    """pROC's tests of its example, as its test suite (tests/testthat/test-roc.test.R) holds them."""
    rows = list(csv.DictReader(open(arguments.asah)))
    poor = [row["outcome"] == "Poor" for row in rows]
    marker = {name: [float(row[name]) for row in rows] for name in ("wfns", "s100b", "ndka")}
    for first, second, z, p, low, high in (
            ("wfns", "s100b", 2.20898359144091, 0.0271757822291882, 0.0104061769564846, 0.174214419249478),
            ("wfns", "ndka", 2.79777591868904, 0.00514557970691098, 0.0634011709339876, 0.3600405634833566),
            ("ndka", "s100b", -1.39077002573558, 0.164295175223054, -0.2876917446341914, 0.0488706064228094)):
        found = ask("pair", labels=poor, first=marker[first], second=marker[second])
        compare("DeLong's z, p and interval, aSAH", [found["z"], found["p"], *found["interval"]],
                [z, p, low, high], 1e-9, "pROC, published")


def decisions():
    count = int(rng.choice([1, 2, 7, 60, 300]))
    y = rng.random(count) < rng.choice([0, 0.1, 0.5, 1], p=[0.05, 0.4, 0.5, 0.05])
    logits = np.round(rng.normal(size=count) * 3 + y, int(rng.choice([0, 1, 12])))
    p, cut = scipy.special.expit(logits), float(rng.choice([0.05, 0.31, 0.5, 0.9, 1]))
    found = ask("decisions", labels=y, logits=logits, threshold=cut)
    called = p >= cut
    one, none = y.all() or not y.any(), not y.any()
    table = metrics.confusion_matrix(y, called, labels=[False, True])
    compare("counts of decisions", found["counts"], [table[1, 1], table[0, 1], table[0, 0], table[1, 0]],
            0, "scikit-learn")
    rate = {
        "sensitivity": undefined(none, lambda: metrics.recall_score(y, called)),
        "specificity": undefined(y.all(), lambda: metrics.recall_score(~y, ~called)),
        "positivePredictiveValue": undefined(
            not called.any(), lambda: metrics.precision_score(y, called)),
        "negativePredictiveValue": undefined(
            called.all(), lambda: metrics.precision_score(~y, ~called)),
        "accuracy": metrics.accuracy_score(y, called),
        "balancedAccuracy": undefined(one, lambda: metrics.balanced_accuracy_score(y, called)),
        "f1": undefined(none, lambda: metrics.f1_score(y, called)),
        "auroc": undefined(one, lambda: metrics.roc_auc_score(y, logits)),
        "averagePrecision": undefined(none, lambda: metrics.average_precision_score(y, logits)),
        "logLoss": metrics.log_loss(y, p, labels=[False, True]),
    }
    for name, value in rate.items():
        compare(f"binary {name}", found[name], value, 1e-12, "scikit-learn")
    if y.any():
        compare("Clopper and Pearson's interval", found["interval"],
                proportion_confint(int((y & called).sum()), int(y.sum()), method="beta"), 1e-9,
                "statsmodels")


def groups():
    count = int(rng.choice([40, 200, 500]))
    names = rng.integers(-1, int(rng.integers(1, 4)), count)
    y = rng.random(count) < 0.45
    logits = np.round(rng.normal(size=count) + y * (1 + names), 2)
    p, cut = scipy.special.expit(logits), 0.5
    found = ask("groups", labels=y, logits=logits, groups=names, threshold=cut)
    kept = [k for k in sorted(set(names.tolist())) if k >= 0]
    own = [names == k for k in kept]
    both = [y[g].any() and not y[g].all() for g in own]
    compare("sizes of groups", found["counts"], [g.sum() for g in own], 0, "NumPy")
    compare("prevalence of groups", found["prevalence"], [y[g].mean() for g in own], 1e-12, "NumPy")
    values = {
        "auroc": [metrics.roc_auc_score(y[g], logits[g]) if b else None for g, b in zip(own, both)],
        "tpr": [metrics.recall_score(y[g], p[g] >= cut) if y[g].any() else None for g in own],
        "fpr": [1 - metrics.recall_score(~y[g], p[g] < cut) if not y[g].all() else None for g in own],
    }
    for name, value in values.items():
        compare(f"{name} of groups", found[name], value, 1e-12, "scikit-learn")
    compare("mean difference of groups", found["difference"], [p[g].mean() - y[g].mean() for g in own],
            1e-12, "NumPy")
    many = [min(y[g].sum(), (~y[g]).sum()) >= 30 for g in own]
    for place, value in enumerate(values.values()):
        large = [v for v, m in zip(value, many) if m]
        compare("gaps between groups of 30 and more", [found["gaps"][place]],
                [max(large) - min(large) if len(large) > 1 else None], 1e-12, "NumPy")
    table = scipy.stats.contingency.crosstab(names, y).count
    r, c = table.shape
    v = 0.0
    if r > 1 and c > 1:
        phi = scipy.stats.chi2_contingency(table, correction=False).statistic / count
        phi = max(0, phi - (r - 1) * (c - 1) / (count - 1))
        v = math.sqrt(phi / (min(k - (k - 1) ** 2 / (count - 1) for k in (r, c)) - 1))
    # A root near 0 doubles the digits that rounding takes.
    compare("Cramér's V, corrected, squared", found["v"] ** 2, v ** 2, 1e-9, "SciPy's χ²")


def holm():
    p = np.round(rng.random(int(rng.integers(1, 12))) ** 3, int(rng.choice([1, 12])))
    compare("Holm's p", ask("holm", p=p)["p"], multipletests(p, method="holm")[1], 1e-12, "statsmodels")


def bootstrap():
    """Against SciPy's, which draws otherwise: ends within the Monte Carlo error of 9,999 resamples."""
    count = 80
    values = rng.exponential(size=count)
    for method, name in (("percentile", "percentile"), ("bca", "BCa")):
        found = ask("bootstrap", clusters=list(range(count)), labels=[0] * count, scores=values,
                    statistic="mean", method=method, resamples=9999)
        other = scipy.stats.bootstrap((values,), np.mean, n_resamples=9999, method=name, rng=rng)
        gap = np.abs(np.array(found["interval"]) - np.array(other.confidence_interval))
        compare(f"bootstrap, {name}: ends apart, in standard errors", gap.max() / found["error"], 0,
                0.25, "SciPy")


def balance(y, fold, folds):
    """Sechidis' measures: of labels, and of examples."""
    label, sizes = [], []
    for k in range(y.shape[1]):
        whole = y[:, k].sum() / (~y[:, k]).sum()
        parts = [y[fold == f, k].sum() / max(1e-12, (~y[fold == f, k]).sum()) for f in range(folds)]
        label.append(np.mean(np.abs(np.array(parts) - whole)))
    sizes = [abs((fold == f).sum() - len(y) / folds) for f in range(folds)]
    return np.mean(label), np.mean(sizes)


def stratification():
    """20 matrices of correlated labels, some of them rare."""
    from iterstrat.ml_stratifiers import MultilabelStratifiedKFold
    ours, theirs = [], []
    rng = np.random.default_rng(arguments.seed)
    for seed in range(20):
        count, labels = int(rng.integers(200, 1500)), int(rng.integers(3, 15))
        rates = rng.choice([0.02, 0.05, 0.1, 0.3, 0.6], labels)
        hidden = rng.random((count, 2))
        y = rng.random((count, labels)) < rates * 2 * hidden[:, rng.integers(0, 2, labels)]
        y = y[:, (y.sum(0) >= 10) & ((~y).sum(0) >= 10)]
        if y.shape[1] == 0:
            continue
        found = ask("stratify", answers=y.ravel(), mask=np.ones(y.size, dtype=int), labels=y.shape[1],
                    groups=list(range(count)), folds=5, seed=seed)
        ours.append(balance(y, np.array(found["subsets"]), 5))
        fold = np.zeros(count, dtype=int)
        splitter = MultilabelStratifiedKFold(n_splits=5, shuffle=True, random_state=seed)
        for index, (_, test) in enumerate(splitter.split(np.zeros(count), y)):
            fold[test] = index
        theirs.append(balance(y, fold, 5))
    ours, theirs = np.array(ours), np.array(theirs)
    print(f"\nstratification of {len(ours)} random label matrices, 5 folds: mean distance of labels and of"
          f"\nsizes {ours[:, 0].mean():.5f}, {ours[:, 1].mean():.2f}; iterative-stratification "
          f"{theirs[:, 0].mean():.5f}, {theirs[:, 1].mean():.2f}; labels not farther in "
          f"{(ours[:, 0] <= theirs[:, 0] + 1e-12).sum()}, sizes in "
          f"{(ours[:, 1] <= theirs[:, 1] + 1e-12).sum()} of {len(ours)}")
    print("labels, ours and theirs: " + ", ".join(
        f"{a:.4f}/{b:.4f}" for a, b in zip(ours[:, 0], theirs[:, 0])))
    if ours[:, 0].mean() > theirs[:, 0].mean() or ours[:, 1].mean() > theirs[:, 1].mean():
        failures.append("stratification is less balanced than iterative-stratification")
    rates = [.1, .02, .12, .18, .05, .05, .01, .05, .04, .02, .02, .01, .03, .002]
    y = rng.random((112120, 14)) < rates
    found = ask("stratify", answers=y.ravel(), mask=np.ones(y.size, dtype=int), labels=14,
                groups=np.sort(rng.integers(0, 30805, 112120)), folds=10, seed=1)
    print(f"112,120 cases of 14 labels, 30,805 patients, 10 folds: {found['seconds']:.1f} s")


def optional(load):
    try:
        return load()
    except ImportError:
        return None


def load_kumar():
    from calibration import utils
    return utils


def load_mapie():
    import mapie.classification
    return mapie.classification


def load_dcurves():
    import dcurves as found
    return found


kumar, mapie, dcurves = optional(load_kumar), optional(load_mapie), optional(load_dcurves)
for missing, name in ((kumar, "uncertainty-calibration"), (mapie, "MAPIE"), (dcurves, "dcurves")):
    if missing is None:
        print(f"{name} is not installed: its figures are compared with NumPy")
for question in (multiclass, multilabel, threshold, decisions):
    for _ in range(round(500 * arguments.share)):
        question()
for question in (simple, calibrated, calibrators, several, decision, conformal, risk, pair, groups, holm):
    for _ in range(round(200 * arguments.share)):
        question()
for _ in range(10):
    bootstrap()
if arguments.asah:
    published()
print(f"{'figure':48} {'inputs':>6} {'undefined':>9} {'largest difference':>18}  against")
for name, entry in worst.items():
    print(f"{name:48} {entry['count']:6} {entry['undefined']:9} {entry['most']:18.1e}  "
          f"{entry['against']}")
stratification()
if arguments.draws:
    for name, share in ask("simulate", draws=arguments.draws, seed=1).items():
        ok = abs(share - 0.95) <= 0.02
        print(f"coverage of 95 % over {arguments.draws} draws, {name}: {100 * share:.1f} %")
        if not ok:
            failures.append(f"coverage of {name}: {share}")
zoo.stdin.close()
for line in failures[:20]:
    print("FAILED", line)
print(f"{len(failures)} failures")
raise SystemExit(bool(failures))
