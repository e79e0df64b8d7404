#!/usr/bin/env python3
"""moonshine-tiny's encoder outside Golem, and a head of scikit-learn: what bench/embedding.ts measures Golem against.

  embedding.py onnxruntime FOLDER     the published file in ONNX Runtime, with its defaults but one thread
  embedding.py floats FOLDER          the same with its products in float32
  embedding.py torch FOLDER           the same network in PyTorch, eager, float32, one thread
  embedding.py head FOLDER            logistic regression on the embeddings that the former wrote: one prediction

FOLDER holds clips.f32 [clips, samples], encoder_model.onnx, encoder_float.onnx, and the weights in floats (weights.json, weights.f32). Prints
JSON: processor milliseconds per clip after one round to warm up, and the mean over time of the first clip's last layer.
"""
import json
import sys
import time

import numpy as np

kind, folder = sys.argv[1:]
clips = np.fromfile(f"{folder}/clips.f32", dtype="<f4").reshape(-1, 32_000)


def measure(run, rounds=3):
    outputs = [run(clip) for clip in clips]
    times = []
    for _ in range(rounds):
        start = time.process_time()
        for clip in clips:
            run(clip)
        times.append(1000 * (time.process_time() - start) / len(clips))
    print(json.dumps(dict(milliseconds=min(times), embedding=[float(x) for x in outputs[0]])))


def run_onnxruntime(file="encoder_model.onnx"):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(f"{folder}/{file}", options, providers=["CPUExecutionProvider"])
    return lambda clip: session.run(["last_hidden_state"], {"input_values": clip[None]})[0][0].mean(0)


def run_torch():
    import torch
    from torch.nn import functional as f
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    with open(f"{folder}/weights.json") as file:
        shapes = json.load(file)
    values = torch.from_numpy(np.fromfile(f"{folder}/weights.f32", dtype="<f4"))
    w, offset = {}, 0
    for name, shape in shapes.items():
        size = int(np.prod(shape))
        w[name] = values[offset:offset + size].reshape(shape)
        offset += size
    heads, width, rotated = 8, 288, 32
    frequencies = w["frequencies"].reshape(-1)

    def norm(x, name):
        return f.layer_norm(x, (width,), w[name])

    def rotate(x, cos, sin):
        turned, rest = x[..., :rotated], x[..., rotated:]
        a, b = turned[..., 0::2], turned[..., 1::2]
        return torch.cat([torch.stack([a * cos - b * sin, b * cos + a * sin], -1).flatten(-2), rest], -1)

    def run(clip):
        x = torch.tanh(f.conv1d(torch.from_numpy(clip)[None, None], w["conv1"], stride=64))
        x = f.group_norm(x, 1, w["norm"].reshape(-1), w["norm_bias"].reshape(-1), 1e-5)
        x = f.gelu(f.conv1d(x, w["conv2"], w["conv2_bias"], stride=3))
        x = f.gelu(f.conv1d(x, w["conv3"], w["conv3_bias"], stride=2)).transpose(1, 2)
        angles = torch.arange(x.shape[1])[:, None] * frequencies
        cos, sin = angles.cos(), angles.sin()
        for i in range(6):
            y = norm(x, f"input_norm_{i}")
            q, k, v = ((y @ w[f"{part}_{i}"]).view(1, -1, heads, width // heads).transpose(1, 2) for part in "qkv")
            weights = torch.softmax(rotate(q, cos, sin) @ rotate(k, cos, sin).transpose(2, 3) * (width // heads) ** -0.5, -1)
            x = x + (weights @ v).transpose(1, 2).flatten(2) @ w[f"dense_{i}"]
            y = f.gelu(norm(x, f"mlp_norm_{i}") @ w[f"fc1_{i}"] + w[f"fc1_bias_{i}"])
            x = x + y @ w[f"fc2_{i}"] + w[f"fc2_bias_{i}"]
        return norm(x, "last_norm")[0].mean(0).numpy()

    return run


def run_head():
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    random = np.random.default_rng(0)
    head = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    head.fit(random.normal(size=(50, 288)), np.arange(50) % 13)
    row = random.normal(size=(1, 288))
    return lambda clip: head.predict_proba(row)[0]


measure({"onnxruntime": run_onnxruntime, "floats": lambda: run_onnxruntime("encoder_float.onnx"), "torch": run_torch, "head": run_head}[kind]())
