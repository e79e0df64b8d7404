#!/usr/bin/env python3
"""Writes test/fixtures/mfcc.json: a signal and its log-mel, MFCC and difference frames, by numpy and scipy.

Independent of the TypeScript code: numpy's FFT, scipy's DCT, filters from their definition.
Run from the repository root; needs Debian's python3-numpy and python3-scipy."""
import json

import numpy as np
from scipy.fft import dct

RATE, FRAME, HOP, SIZE, BANDS, CEPSTRA = 16000, 400, 160, 512, 40, 20
t = np.arange(2400) / RATE
signal = (0.4 * np.sin(2 * np.pi * 440 * t) + 0.2 * np.sin(2 * np.pi * (1000 + 9000 * t) * t)).astype(np.float32)
signal = np.round(signal * 32768).astype(int)  # exact in JSON

window = np.hanning(FRAME + 1)[:-1]
count = (len(signal) - FRAME) // HOP + 1
frames = np.stack([signal[i * HOP : i * HOP + FRAME] / 32768 * window for i in range(count)])
power = np.abs(np.fft.rfft(frames, SIZE)) ** 2
mel = np.linspace(2595 * np.log10(1 + 20 / 700), 2595 * np.log10(1 + 8000 / 700), BANDS + 2)
edges = 700 * (10 ** (mel / 2595) - 1)
hertz = np.arange(SIZE // 2 + 1) * RATE / SIZE
filters = np.stack([
    np.clip(np.minimum((hertz - edges[b]) / (edges[b + 1] - edges[b]),
                       (edges[b + 2] - hertz) / (edges[b + 2] - edges[b + 1])), 0, None)
    for b in range(BANDS)
])
energy = power @ filters.T
log_mel = np.log(np.maximum(energy, max(1e-12, energy.max() * 1e-8)))
cepstra = dct(log_mel, type=2, norm="ortho", axis=1)[:, :CEPSTRA]


def differences(x):
    padded = np.pad(x, ((2, 2), (0, 0)), mode="edge")
    n = len(x)
    return (padded[3 : 3 + n] - padded[1 : 1 + n] + 2 * (padded[4 : 4 + n] - padded[0:n])) / 10


first = differences(cepstra)
result = np.concatenate([log_mel, cepstra, first, differences(first)], axis=1)
with open("test/fixtures/mfcc.json", "w") as out:
    json.dump({"samplesTimes32768": signal.tolist(), "frames": np.round(result, 6).ravel().tolist()}, out)
