"""Writes ../ReferenceValues.swift: what SciPy and scikit-learn say.

    python3 -m venv venv
    venv/bin/pip install scikit-learn==1.9.1 scipy==1.17.1
    venv/bin/python make_fixtures.py
"""
import pathlib
import random

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn import metrics
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

WORDS = ("heart lungs clear normal effusion opacity no pleural right left lower lobe consolidation "
         "mild stable cardiomegaly pneumothorax size limits within").split()
random.seed(7)


def document(abnormal):
    pool = WORDS + (["effusion", "opacity", "consolidation", "cardiomegaly"] * 4 if abnormal
                    else ["clear", "normal", "no", "limits"] * 4)
    return [random.choice(pool) for _ in range(random.randint(4, 14))]


labels = [i % 3 == 0 for i in range(24)]
training = [document(label) for label in labels]
training[5] = []  # a text that is empty
testing = [document(i % 2 == 0) for i in range(6)] + [[], ["unseen", "words", "heart"]]


def baseline(ngrams, min_df, c):
    vectorizer = TfidfVectorizer(
        tokenizer=lambda t: t, preprocessor=lambda t: t, token_pattern=None, lowercase=False,
        ngram_range=(1, ngrams), min_df=min_df)
    rows = vectorizer.fit_transform(training)
    model = LogisticRegression(C=c, tol=1e-12, max_iter=100_000).fit(rows, labels)
    return len(vectorizer.vocabulary_), model.predict_proba(vectorizer.transform(testing))[:, 1]



def lines(values, indent):
    out, line = [], ""
    for value in values:
        piece = f"{value}, "
        if len(line) + len(piece) > 100 - indent:
            out.append(line.rstrip())
            line = ""
        line += piece
    out.append(line.rstrip())
    return "\n".join(" " * indent + l for l in out)


def texts(documents):
    return "\n".join("    " + '"' + " ".join(d) + '",' for d in documents)


t_cases = [(t, v) for v in (1, 2, 4, 9, 29, 99.5, 1000)
           for t in (-40, -3.2, -1, -1e-6, 0, 0.4, 2.262157162740992, 12)]
q_cases = [(p, v) for v in (1, 3, 9, 99, 1000) for p in (1e-9, 0.025, 0.3, 0.5, 0.975, 0.9999)]
bin_labels = [random.random() < 0.4 for _ in range(40)]
bin_probabilities = [round(min(max(random.gauss(0.62 if y else 0.35, 0.2), 0), 1), 2)
                     for y in bin_labels]
called = [p >= 0.5 for p in bin_probabilities]
expected = [
    ("accuracy", metrics.accuracy_score(bin_labels, called)),
    ("auroc", metrics.roc_auc_score(bin_labels, bin_probabilities)),
    ("sensitivity", metrics.recall_score(bin_labels, called)),
    ("specificity", metrics.recall_score(bin_labels, called, pos_label=False)),
    ("precision", metrics.precision_score(bin_labels, called)),
    ("f1", metrics.f1_score(bin_labels, called)),
    ("balanced-accuracy", metrics.balanced_accuracy_score(bin_labels, called)),
    ("log-loss", metrics.log_loss(bin_labels, np.array(bin_probabilities))),
    ("brier", metrics.brier_score_loss(bin_labels, bin_probabilities)),
]

out = f"""// Written by Resources/make_fixtures.py with SciPy {scipy.__version__} and \
scikit-learn {sklearn.__version__}.

/// What SciPy and scikit-learn compute.
enum ReferenceValues {{
  /// (t, degrees of freedom, scipy.stats.t.cdf).
  static let cumulative: [(t: Double, freedom: Double, p: Double)] = [
{lines([f"({t!r}, {v!r}, {float(stats.t.cdf(t, v))!r})" for t, v in t_cases], 4)}
  ]

  /// (probability, degrees of freedom, scipy.stats.t.ppf).
  static let quantiles: [(probability: Double, freedom: Double, t: Double)] = [
{lines([f"({p!r}, {v!r}, {float(stats.t.ppf(p, v))!r})" for p, v in q_cases], 4)}
  ]

  static let labels: [Bool] = [
{lines([str(y).lower() for y in bin_labels], 4)}
  ]
  static let probabilities: [Double] = [
{lines([repr(p) for p in bin_probabilities], 4)}
  ]
  /// Metrics of the two lists above at the threshold 0.5.
  static let metrics: [String: Double] = [
""" + "\n".join(f'    "{name}": {float(value)!r},' for name, value in expected) + f"""
  ]

  static let trainingTexts = [
{texts(training)}
  ]
  static let trainingLabels: [Bool] = [
{lines([str(y).lower() for y in labels], 4)}
  ]
  static let testTexts = [
{texts(testing)}
  ]

  struct Baseline: Sendable {{
    let bigrams: Bool
    let minimumDocuments: Int
    let inverseStrength: Double
    let termCount: Int
    let probabilities: [Double]
  }}

  /// TfidfVectorizer and LogisticRegression of the texts above.
  static let baselines: [Baseline] = [
"""
for ngrams, min_df, c in ((1, 1, 1.0), (2, 1, 1.0), (2, 3, 10.0), (1, 2, 0.1)):
    count, probabilities = baseline(ngrams, min_df, c)
    out += f"""    Baseline(
      bigrams: {str(ngrams == 2).lower()}, minimumDocuments: {min_df}, inverseStrength: {c},
      termCount: {count},
      probabilities: [
{lines([repr(float(p)) for p in probabilities], 8)}
      ]),
"""
out += "  ]\n}\n"
pathlib.Path(__file__).parent.parent.joinpath("ReferenceValues.swift").write_text(out)
