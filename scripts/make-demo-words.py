#!/usr/bin/env python3
"""Makes demo/words: three spoken phrases for a first try, by the free synthesiser espeak-ng.

Training and test part have other accents, other timbres, other speeds; a fifth of a second of quiet
noise surrounds each phrase. Not its concern: encoders, heads, scores.

Needs Debian's espeak-ng, ffmpeg with libopus, python3-numpy. Every choice comes from the names
involved; the same versions of these packages give the same samples.

    python3 scripts/make-demo-words.py [OUT]        (OUT: default demo/words)
"""
import csv
import hashlib
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

import numpy as np

RATE = 16_000
PHRASES = {"hey golem": "hey, golem", "lights on": "lights on", "good night": "good night"}
# Accent+timbre; none of either is in both parts.
VOICES = {
    "train": [
        "en-us+m1", "en-gb+f2", "en-gb-scotland+f4", "en-029+m3", "en-gb-x-gbcwmd+f1", "en-us+f3", "en-gb+m2", "en-gb-scotland+m7",
        "en-029+f2", "en-gb-x-gbcwmd+m1", "en-us+m7", "en-gb+f4",
    ],
    "test": [
        "en-gb-x-rp+f5", "en-us-nyc+m4", "en-gb-x-gbclan+m8", "en-us-nyc+f5", "en-gb-x-rp+m6", "en-gb-x-gbclan+m5",
        "en-us-nyc+m8", "en-gb-x-rp+m4", "en-gb-x-gbclan+f5", "en-us-nyc+m6",
    ],
}


def random_for(name):
    """A generator that depends on the name only."""
    return np.random.default_rng(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big"))


def speak(text, voice, random):
    """Samples at RATE, from -1 to 1, with noise 35 dB below the peak around the phrase."""
    speed, pitch = int(random.integers(110, 200)), int(random.integers(25, 80))
    with tempfile.TemporaryDirectory() as folder:
        raw, path = f"{folder}/raw.wav", f"{folder}/speech.wav"
        subprocess.run(
            ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "-w", raw, text],
            check=True, capture_output=True,
        )
        subprocess.run(
            ["ffmpeg", "-v", "error", "-i", raw, "-ar", str(RATE), "-ac", "1", path], check=True
        )
        with wave.open(path) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    samples = samples[loud[0]:loud[-1]] * (random.uniform(0.4, 0.8) / np.abs(samples).max())
    edge = np.zeros(RATE // 5)
    samples = np.concatenate([edge, samples, edge])
    return samples + random.normal(0, 0.004, len(samples)), f"{voice} speed={speed} pitch={pitch}"


def encode(samples, path):
    """Writes Ogg Opus, 24 kbit/s."""
    bytes_ = np.round(32767 * np.clip(samples, -1, 1)).astype("<i2").tobytes()
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "-",
         "-c:a", "libopus", "-b:a", "24k", "-map_metadata", "-1", "-fflags", "+bitexact",
         "-flags:a", "+bitexact", str(path)],
        input=bytes_, check=True,
    )


def main(out):
    rows = []
    for split, voices in VOICES.items():
        for label, text in PHRASES.items():
            for number, voice in enumerate(voices):
                name = f"{number:02d}-espeak-{voice.replace('+', '-')}.ogg"
                file = f"{split}/{label}/{name}"
                samples, engine = speak(text, voice, random_for(file))
                (out / split / label).mkdir(parents=True, exist_ok=True)
                encode(samples, out / file)
                speaker = f"espeak-{voice.replace('+', '-')}"
                rows.append([file, label, speaker, split, text, f"espeak-ng/{engine}"])
    with open(out / "metadata.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file_name", "label", "speaker", "split", "text", "engine"])
        writer.writerows(rows)


main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent / "demo/words"))
