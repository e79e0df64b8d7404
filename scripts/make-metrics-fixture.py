#!/usr/bin/python3
"""Writes test/fixtures/metrics/: scores by scikit-learn and distribution functions by SciPy, the references of src/evaluate.

Needs Debian's python3-sklearn and python3-scipy. Run from the root of the repository: /usr/bin/python3 scripts/make-metrics-fixture.py
"""
import json
import pathlib
import warnings

import numpy as np
import scipy
import sklearn
from scipy import special, stats
from sklearn import metrics

folder = pathlib.Path("test/fixtures/metrics")
folder.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(0)
warnings.simplefilter("ignore")


def make_case(name, rows, classes, in_truth, never_predicted=()):
    truth = random.choice(in_truth, size=rows)
    logits = random.normal(size=(rows, classes)) + 1.5 * np.eye(classes)[truth]
    logits[:, list(never_predicted)] -= 50
    probabilities = special.softmax(logits, axis=1).astype(np.float32).astype(np.float64)
    predicted = probabilities.argmax(axis=1)
    labels = list(range(classes))
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        truth, predicted, labels=labels, zero_division=0
    )
    return {
        "name": name,
        "classes": classes,
        "truth": truth.tolist(),
        "probabilities": [[float(f"{p:.9g}") for p in row] for row in probabilities],
        "predicted": predicted.tolist(),
        "confusion": metrics.confusion_matrix(truth, predicted, labels=labels).tolist(),
        "accuracy": metrics.accuracy_score(truth, predicted),
        "balancedAccuracy": metrics.balanced_accuracy_score(truth, predicted),
        "macroF1": metrics.f1_score(truth, predicted, average="macro", zero_division=0),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.tolist(),
        "logLoss": metrics.log_loss(truth, probabilities, labels=labels, eps=2.0**-23),
    }


cases = [
    make_case("three classes", 40, 3, [0, 1, 2]),
    make_case("two classes", 15, 2, [0, 1]),
    make_case("a class that is never predicted", 30, 4, [0, 1, 2, 3], never_predicted=[2]),
    make_case("a class that is not in the truth", 25, 5, [0, 1, 4]),
    make_case("a class in neither", 25, 4, [0, 1], never_predicted=[3]),
    make_case("fourteen classes", 56, 14, list(range(14))),
]
(folder / "metrics.json").write_text(json.dumps({"made_with": f"scikit-learn {sklearn.__version__}", "cases": cases}) + "\n")

beta = [
    [a, b, x, special.betainc(a, b, x)]
    for a in (0.5, 1, 2.7, 11, 48.5, 400)
    for b in (0.5, 1.5, 3, 40, 700)
    for x in (1e-6, 0.01, 0.3, 0.5, 0.9, 0.999)
]
student = [
    [p, d, stats.t.ppf(p, d)] for p in (0.9, 0.975, 0.995) for d in (1, 1.5, 2, 3, 4.7, 7, 19, 49, 199, 5000)
]
log_gamma = [[x, special.gammaln(x)] for x in (0.1, 0.5, 1, 1.5, 2, 3.3, 10, 50.25, 1000)]
clopper_pearson = [
    [n, k, stats.beta.ppf(0.025, k, n - k + 1) if k else 0.0, stats.beta.ppf(0.975, k + 1, n - k) if k < n else 1.0]
    for n in (1, 2, 14, 50, 56, 200)
    for k in sorted({0, 1, n // 3, n // 2, n - 1, n})
]
(folder / "distributions.json").write_text(
    json.dumps(
        {
            "made_with": f"SciPy {scipy.__version__}",
            "incompleteBeta": beta,
            "studentQuantile": student,
            "logGamma": log_gamma,
            "clopperPearson": clopper_pearson,
        }
    )
    + "\n"
)
