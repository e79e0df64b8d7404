#!/usr/bin/env python3
"""Times scikit-learn's LogisticRegression on the data of bench/logistic.ts:  /usr/bin/python3 bench/logistic.py DATA.bin [ROUNDS]

Standardisation is not timed. The faster of float32 and float64 input counts. Prints one JSON document.
"""
import json
import pathlib
import sys
import time

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

C = 0.03


def name_blas():
    """The BLAS libraries that are mapped into this process, resolved through Debian's alternatives."""
    lines = pathlib.Path("/proc/self/maps").read_text().splitlines()
    paths = {line.split()[-1] for line in lines if "blas" in line.lower() and ".so" in line}
    return sorted(str(pathlib.Path(path).resolve()) for path in paths if "cpython" not in path) or "unknown"


def objective(fit, x, y):
    z = x.astype(np.float64) @ fit.coef_.T.astype(np.float64) + fit.intercept_
    z -= z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return float(-log_p[np.arange(len(y)), y].sum() + (fit.coef_.astype(np.float64) ** 2).sum() / (2 * C))


def main():
    raw = pathlib.Path(sys.argv[1]).read_bytes()
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    rows, features, _ = np.frombuffer(raw, np.int32, 3)
    x = np.frombuffer(raw, np.float32, rows * features, 12).reshape(rows, features)
    y = np.frombuffer(raw, np.int32, rows, 12 + 4 * rows * features)
    x = StandardScaler().fit_transform(x.astype(np.float64))
    results = {}
    for dtype in (np.float32, np.float64):
        data = np.ascontiguousarray(x, dtype=dtype)
        seconds = []
        for _ in range(rounds):
            start = time.perf_counter()
            fit = LogisticRegression(C=C, max_iter=10000).fit(data, y)
            seconds.append(time.perf_counter() - start)
        results[np.dtype(dtype).name] = {"seconds": float(np.median(seconds)), "raw": seconds,
                                         "objective": objective(fit, x, y), "iterations": int(fit.n_iter_[0])}
    best = min(results, key=lambda name: results[name]["seconds"])
    print(json.dumps({"what": f"scikit-learn {sklearn.__version__} LogisticRegression", "blas": name_blas(),
                      "input": best, **results[best], "all": results}))


if __name__ == "__main__":
    main()
