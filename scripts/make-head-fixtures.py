#!/usr/bin/env python3
"""Writes test/fixtures/heads/*.json: what PyTorch and scikit-learn make of small problems.

Run with Debian's python3-torch and python3-sklearn:  /usr/bin/python3 scripts/make-head-fixtures.py
"""
import json
import pathlib

import numpy as np
import sklearn
import torch
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.neighbors import NearestCentroid
from sklearn.preprocessing import StandardScaler

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "test" / "fixtures" / "heads"
STEPS = 200


def as_list(array):
    return [float(value) for value in np.asarray(array).ravel()]


def write(name, content):
    content = {"made with": f"torch {torch.__version__}, scikit-learn {sklearn.__version__}", **content}
    (FOLDER / name).write_text(json.dumps(content, separators=(",", ":")) + "\n")


def make_rows(random, rows, features, classes, labels=None):
    labels = np.arange(rows) % classes if labels is None else labels
    centres = random.normal(size=(classes, features))
    x = centres[labels] + random.normal(size=(rows, features)) * 1.2 + 3 * random.normal(size=features)
    return x.astype(np.float32), labels


def build_network(widths, dtype):
    layers = []
    for i in range(len(widths) - 1):
        if i:
            layers.append(torch.nn.ReLU())
        layers.append(torch.nn.Linear(widths[i], widths[i + 1]))
    return torch.nn.Sequential(*layers).to(dtype)


def train(network, x, y, optimiser, weight=None):
    loss_function = torch.nn.CrossEntropyLoss(weight=weight)
    losses, snapshots = [], {}
    for step in range(1, STEPS + 1):
        optimiser.zero_grad()
        loss = loss_function(network(x), y)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
        if step in (1, 10, STEPS):
            snapshots[step] = [as_list(p.detach()) for p in network.parameters()]
    return losses, snapshots


def trajectories():
    random = np.random.default_rng(1)
    torch.manual_seed(1)
    cases = []
    for name, widths, optimiser, options, weighted in [
        ("linear", [7, 4], torch.optim.Adam, {"lr": 1e-2}, False),
        ("linear with L2", [7, 4], torch.optim.Adam, {"lr": 1e-3, "weight_decay": 0.05}, True),
        ("mlp", [7, 9, 4], torch.optim.AdamW, {"lr": 1e-3, "weight_decay": 0.01}, False),
        ("mlp with two hidden layers", [7, 8, 6, 4], torch.optim.AdamW, {"lr": 2e-3, "weight_decay": 0.1}, True),
    ]:
        labels = np.array([0] * 9 + [1] * 6 + [2] * 3 + [3] * 2)
        x, labels = make_rows(random, len(labels), widths[0], widths[-1], labels)
        x = x - x.mean(axis=0).astype(np.float32)
        counts = np.bincount(labels)
        class_weight = len(labels) / (len(counts) * counts)
        start = build_network(widths, torch.float32)
        initial = [as_list(p.detach()) for p in start.parameters()]
        case = {"name": name, "widths": widths, "x": as_list(x), "labels": labels.tolist(), "initial": initial,
                "learningRate": options["lr"], "weightDecay": options.get("weight_decay", 0),
                "decoupled": optimiser is torch.optim.AdamW, "weighted": weighted}
        for dtype in (torch.float32, torch.float64):
            network = build_network(widths, dtype)
            network.load_state_dict(start.state_dict())
            losses, snapshots = train(network, torch.tensor(x, dtype=dtype), torch.tensor(labels),
                                      optimiser(network.parameters(), **options),
                                      torch.tensor(class_weight, dtype=dtype) if weighted else None)
            case["float32" if dtype == torch.float32 else "float64"] = {"losses": losses, "snapshots": snapshots}
        cases.append(case)
    write("torch-trajectories.json", {"steps": STEPS, "cases": cases})


def adam_cases():
    """The optimisers alone, on gradients that are given."""
    random = np.random.default_rng(2)
    gradients = random.normal(size=(30, 5)) * np.logspace(-6, 2, 5)
    cases = []
    for optimiser, decay in [(torch.optim.Adam, 0), (torch.optim.Adam, 0.1), (torch.optim.AdamW, 0.1)]:
        p = torch.tensor([1.0, -2.0, 0.5, 0.0, 3.0], dtype=torch.float64, requires_grad=True)
        run = optimiser([p], lr=0.02, weight_decay=decay)
        path = []
        for gradient in gradients:
            p.grad = torch.tensor(gradient)
            run.step()
            path.append(as_list(p.detach()))
        cases.append({"decoupled": optimiser is torch.optim.AdamW, "weightDecay": decay, "path": path})
    logits = torch.tensor(random.normal(size=(6, 5)) * 20, dtype=torch.float64, requires_grad=True)
    labels = torch.tensor([0, 4, 2, 2, 1, 3])
    weight = torch.tensor(random.uniform(0.2, 3, size=5))
    loss = torch.nn.CrossEntropyLoss(weight=weight)(logits, labels)
    loss.backward()
    write("torch-adam.json", {"start": [1.0, -2.0, 0.5, 0.0, 3.0], "learningRate": 0.02,
                              "gradients": gradients.tolist(), "cases": cases,
                              "crossEntropy": {"logits": as_list(logits.detach()), "labels": labels.tolist(),
                                               "weight": as_list(weight), "loss": loss.item(),
                                               "gradient": as_list(logits.grad)}})


def problems():
    random = np.random.default_rng(3)
    imbalanced = np.array([0] * 9 + [1] * 6 + [2] * 3 + [3] * 2)
    x, y = make_rows(random, 20, 30, 4, imbalanced)
    x[:, 5] = 7.25
    x[1] = x[0]
    x[10] = x[9]
    yield "fewer rows than features; imbalanced, a constant feature, duplicated rows", x, y
    x, y = make_rows(random, 60, 8, 5, np.sort(random.integers(0, 5, size=60)))
    x[:, 3] = -1.5
    x[7] = x[6]
    yield "more rows than features; imbalanced, a constant feature, duplicated rows", x, y
    x, y = make_rows(random, 12, 16, 2)
    yield "two classes", x, y
    x, y = make_rows(random, 30, 12, 3)
    yield "more rows than features", x, y


def objective(x, y, weights, coef, intercept, c):
    z = x @ coef.T + intercept
    z -= z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return float(-(weights * log_p[np.arange(len(y)), y]).sum() + (coef**2).sum() / (2 * c))


def scikit_learn():
    cases = []
    for name, raw, y in problems():
        scaler = StandardScaler().fit(raw.astype(np.float64))
        x = scaler.transform(raw.astype(np.float64))
        counts = np.bincount(y)
        case = {"name": name, "rows": len(y), "features": raw.shape[1], "classes": len(counts),
                "x": as_list(raw), "labels": y.tolist(), "mean": as_list(scaler.mean_),
                "scale": as_list(scaler.scale_), "logistic": [], "ridge": [],
                "centroid": NearestCentroid().fit(x, y).predict(x).tolist()}
        for c in (0.03, 1.0, 100.0):
            for class_weight in (None, "balanced"):
                # newton-cg warns that it cannot get below this tolerance: it has reached the limit of float64
                fit = LogisticRegression(C=c, class_weight=class_weight, multi_class="multinomial",
                                         solver="newton-cg", tol=1e-10, max_iter=10000).fit(x, y)
                coef, intercept = fit.coef_, fit.intercept_
                if len(counts) == 2:  # one signed vector stands for two
                    coef, intercept = np.vstack([-coef, coef]), np.concatenate([-intercept, intercept])
                weights = np.ones(len(y)) if class_weight is None else (len(y) / (len(counts) * counts))[y]
                case["logistic"].append({"C": c, "classWeight": class_weight or "none", "coef": as_list(coef),
                                         "intercept": as_list(intercept),
                                         "objective": objective(x, y, weights, coef, intercept, c)})
        targets = np.where(y[:, None] == np.arange(len(counts)), 1.0, -1.0)
        for alpha in (0.5, 20.0):
            for class_weight in (None, "balanced"):
                weights = np.ones(len(y)) if class_weight is None else (len(y) / (len(counts) * counts))[y]
                fit = Ridge(alpha=alpha, solver="svd" if class_weight is None else "cholesky").fit(x, targets, weights)
                left_out = []
                for i in range(len(y)):
                    keep = np.arange(len(y)) != i
                    left = Ridge(alpha=alpha, solver="cholesky").fit(x[keep], targets[keep], weights[keep])
                    left_out.append(left.predict(x[i : i + 1])[0])
                entry = {"alpha": alpha, "classWeight": class_weight or "none", "coef": as_list(fit.coef_),
                         "intercept": as_list(fit.intercept_), "leaveOneOut": as_list(left_out)}
                if class_weight is None and len(counts) > 2:
                    classifier = RidgeClassifier(alpha=alpha).fit(x, y)
                    entry["decision"] = as_list(classifier.decision_function(x))
                case["ridge"].append(entry)
        cases.append(case)
    write("scikit-learn.json", {"cases": cases})


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    trajectories()
    adam_cases()
    scikit_learn()
