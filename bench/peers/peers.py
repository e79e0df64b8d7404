#!/usr/bin/env python3
"""The peers in Python, on what bench/peers/run.ts wrote: scikit-learn on embeddings and transcripts, a small network on windows.

  peers.py FOLDER SET      writes FOLDER/peers.json: per peer, balanced accuracy and processor seconds of every draw

Needs Debian's python3-sklearn and python3-torch. Settings of a peer are chosen by cross-validation on the training recordings,
with speakers kept apart where they are known, from grids that were fixed before anything was measured.
"""
import json
import os
import sys
import time
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
warnings.filterwarnings("ignore")
import numpy as np  # noqa: E402
import torch  # noqa: E402
from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.metrics import balanced_accuracy_score  # noqa: E402
from sklearn.model_selection import GridSearchCV, GroupKFold, StratifiedKFold  # noqa: E402
from sklearn.pipeline import make_pipeline, make_union  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from sklearn.svm import SVC  # noqa: E402

torch.set_num_threads(1)
folder = sys.argv[1]


def search(model, grid, rows, labels, groups):
    """The model with the best of the settings, refitted."""
    smallest = min(np.bincount(labels)[np.unique(labels)])
    if groups is not None and len(set(groups)) > 1:
        folds = list(GroupKFold(min(5, len(set(groups)))).split(rows, labels, groups))
    else:
        folds = list(StratifiedKFold(max(2, min(5, smallest)), shuffle=True, random_state=0).split(rows, labels))
    return GridSearchCV(model, grid, cv=folds, scoring="balanced_accuracy").fit(rows, labels)


def logistic(rows, labels, groups):
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    return search(model, {"logisticregression__C": [1e-4, 1e-3, 1e-2, 0.1, 1]}, rows, labels, groups)


def svm(rows, labels, groups):
    model = make_pipeline(StandardScaler(), SVC())
    grid = {"svc__kernel": ["linear", "rbf"], "svc__C": [1e-3, 1e-2, 0.1, 1, 10]}
    return search(model, grid, rows, labels, groups)


def tfidf(rows, labels, groups):
    words = TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\S+")
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4))
    model = make_pipeline(make_union(words, letters), LogisticRegression(max_iter=1000))
    return search(model, {"logisticregression__C": [1, 10, 100, 1000]}, rows, labels, groups)


def sentences(rows, labels, groups):
    model = LogisticRegression(max_iter=1000)
    return search(model, {"C": [0.1, 1, 10, 100, 1000]}, rows, labels, groups)


class Network:
    """openWakeWord's classifier, with a softmax: 16 vectors of 96 numbers, two layers of 128 with layer normalisation."""

    def __init__(self, clips, labels, classes, steps=500, batch=128):
        torch.manual_seed(0)
        self.net = torch.nn.Sequential(
            torch.nn.Flatten(), torch.nn.Linear(16 * 96, 128), torch.nn.LayerNorm(128), torch.nn.ReLU(),
            torch.nn.Linear(128, 128), torch.nn.LayerNorm(128), torch.nn.ReLU(), torch.nn.Linear(128, classes))
        optimiser = torch.optim.Adam(self.net.parameters(), lr=1e-3)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
        cuts = [self.cut(clip) for clip in clips]
        labels = torch.tensor(labels)
        random = np.random.default_rng(0)
        for _ in range(steps):
            # A recording at random, then a stretch of it at random, so that long recordings do not count more.
            chosen = random.integers(len(cuts), size=batch)
            rows = torch.stack([cuts[i][random.integers(len(cuts[i]))] for i in chosen])
            loss = torch.nn.functional.cross_entropy(self.net(rows), labels[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        self.net.eval()

    @staticmethod
    def cut(clip):
        """Stretches of 16 vectors, one every 2."""
        starts = range(0, len(clip) - 15, 2)
        return torch.stack([torch.tensor(clip[start:start + 16]) for start in starts])

    def predict(self, clips):
        with torch.no_grad():
            return np.array([self.net(self.cut(clip)).softmax(1).mean(0).argmax().item() for clip in clips])


def measure(fit, rows, data, draws):
    """Balanced accuracy, and processor seconds of training and of one prediction, for every draw."""
    labels = np.array(data["labels"])
    groups = np.array(data["groups"]) if data["groups"] else None
    out = dict(balancedAccuracy=[], fitSeconds=[], predictSeconds=[])
    for draw in draws:
        train, test = draw["train"], draw["test"]
        pick = lambda places: [rows[i] for i in places] if isinstance(rows, list) else rows[places]  # noqa: E731
        start = time.process_time()
        model = fit(pick(train), labels[train], groups[train] if groups is not None else None)
        middle = time.process_time()
        predicted = model.predict(pick(test))
        out["predictSeconds"].append((time.process_time() - middle) / len(test))
        out["fitSeconds"].append(middle - start)
        out["balancedAccuracy"].append(balanced_accuracy_score(labels[test], predicted))
    return out


name = sys.argv[2]
data = json.load(open(f"{folder}/{name}.json"))
count, draws = len(data["labels"]), data["draws"]
load = lambda part: np.fromfile(f"{folder}/{name}.{part}.f32", np.float32)  # noqa: E731
every = load("embeddings").reshape(count, -1)
first, last = data["lastLayer"]
flat, ends = load("windows").reshape(-1, 96), np.cumsum(data["windows"])
clips = np.split(flat, ends[:-1])
classes = max(data["labels"]) + 1
peers = {
    "logistic-last": (logistic, every[:, first:last]),
    "svm-last": (svm, every[:, first:last]),
    "svm-all": (svm, every),
    "openwakeword": (lambda rows, labels, _: Network(rows, labels, classes), clips),
    "tfidf": (tfidf, [text or " " for text in data["texts"]]),
    "sentences": (sentences, load("sentences").reshape(count, -1)),
}
result = {peer: measure(fit, rows, data, draws) for peer, (fit, rows) in peers.items()}
print(name, {peer: round(float(np.mean(row["balancedAccuracy"])), 3) for peer, row in result.items()}, file=sys.stderr)
json.dump(result, open(f"{folder}/peers.json", "w"))
