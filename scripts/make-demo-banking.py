#!/usr/bin/env python3
"""Makes demo/banking: spoken banking requests in 14 classes, by free speech synthesisers.

Reads demo-banking-wordings.json (beside this file), writes one Ogg Opus file a wording and
metadata.csv (the Hugging Face AudioFolder form). Not its concern: encoders, heads, scores.
The wordings were rewritten once (demo/banking/README.md says why), all in one pass and with no
score of the new ones seen, and are left as they are.

Needs Debian's espeak-ng, flite, festival, festvox-kallpc16k, festvox-kdlpc16k,
festvox-us-slt-hts, ffmpeg, python3-numpy, python3-scipy. Every choice comes from SEED and the
names involved; the same versions of these packages give the same samples.

    python3 scripts/make-demo-banking.py [OUT]        (OUT: default demo/banking)

Telephone: Butterworth band-pass 300-3400 Hz, 8 kHz, 8-bit mu-law (ITU-T G.711), back to 16 kHz.
Noise: pink (1/f spectrum) or babble (six other talkers of the same split, played backwards, so
that no word in it can be understood), 15-25 dB below the speech, before the telephone.
"""
import csv
import hashlib
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.io import wavfile
from scipy.signal import butter, resample_poly, sosfiltfilt

SEED = 0
RATE = 16_000
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Voice:
    """One speaker (the group in `speaker`) as one engine says it."""

    speaker: str
    engine: str
    name: str


def espeak(name):
    """A formant voice, accent+timbre: a speaker of its own."""
    return Voice(f"espeak-{name}".replace("+", "-"), "espeak-ng", name)


# A speaker is a person whose recordings a voice was built from, or a formant voice. The persons
# behind `slt` and `kal` are in two engines each: one speaker, one split. No person, no espeak-ng
# accent and no espeak-ng timbre is in both splits.
VOICES = {
    "train": [
        Voice("slt", "flite", "slt"), Voice("slt", "festival", "cmu_us_slt_arctic_hts"),
        Voice("kal", "flite", "kal16"), Voice("kal", "festival", "kal_diphone"),
        espeak("en-us+m1"), espeak("en-us+f2"), espeak("en-gb+m3"), espeak("en-gb+f4"),
    ],
    # Two of a class's ten wordings each by awb, rms and ked, one each by the others.
    "test": [
        *[Voice("awb", "flite", "awb")] * 2, *[Voice("rms", "flite", "rms")] * 2,
        *[Voice("ked", "festival", "ked_diphone")] * 2,
        espeak("en-gb-scotland+m2"), espeak("en-gb-x-rp+f5"), espeak("en-029+f3"), espeak("en-us-nyc+m4"),
    ],
}


@dataclass
class Clip:
    """One recording to be made; `speech` holds the synthesiser's samples at RATE."""

    label: str
    split: str
    text: str
    voice: Voice
    number: int
    treatment: str = "clean"
    engine: str = ""
    speech: np.ndarray | None = None

    @property
    def file(self):
        voice = f"{self.voice.engine.split('-')[0]}-{self.voice.name}".replace("+", "-").replace("_", "-")
        return f"{self.split}/{self.label}/{self.number:02d}-{voice}.ogg"


def random_for(*names):
    """A generator that depends on SEED and the names only."""
    digest = hashlib.sha256("/".join(map(str, (SEED, *names))).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def voices_of(label_index, split):
    """The voices of one class. Test: all. Train: the 14 planes of the affine space AG(3, 2), one
    a class, so that each of the eight voices is in seven classes and any two of them meet in
    exactly three: the voice says nothing about the class."""
    if split == "test":
        return VOICES[split]
    normal, side = label_index // 2 + 1, label_index % 2
    return [v for i, v in enumerate(VOICES[split]) if bin(normal & i).count("1") % 2 == side]


def plan(wordings):
    """Which voice says what, with which treatment."""
    clips = []
    for split in VOICES:
        part = []
        for index, label in enumerate(sorted(wordings)):
            texts = list(wordings[label][split])
            random_for("wordings", split, label).shuffle(texts)
            for voice, text in zip(voices_of(index, split), texts, strict=True):
                part.append(Clip(label, split, text, voice, len(part) % len(texts)))
        # One in four each; noise is half pink, half babble.
        kinds = ["clean", "telephone", "pink", "telephone+pink",
                 "clean", "telephone", "babble", "telephone+babble"]
        treatments = [kinds[i % 8] for i in range(len(part))]
        random_for("treatments", split).shuffle(treatments)
        for clip, treatment in zip(part, treatments, strict=True):
            clip.treatment = treatment
        clips += part
    return clips


def synthesise(clip, folder):
    """Speaks the clip's text; sets `speech` (float, RATE) and `engine` (voice and settings)."""
    random = random_for("speak", clip.file)
    wav = str(folder / "speech.wav")
    voice = clip.voice
    if voice.engine == "espeak-ng":
        speed, pitch = int(random.integers(135, 166)), int(random.integers(38, 61))
        setting = f"speed={speed} pitch={pitch}"
        command = ["espeak-ng", "-v", voice.name, "-s", str(speed), "-p", str(pitch), "-w", wav, clip.text]
        text = None
    else:
        stretch = f"{random.uniform(0.9, 1.15):.2f}"
        setting = f"stretch={stretch}"
        if voice.engine == "flite":
            command = ["flite", "-voice", voice.name, "--setf", f"duration_stretch={stretch}",
                       "-t", clip.text, "-o", wav]
            text = None
        else:
            scheme = f"(begin (voice_{voice.name}) (Parameter.set 'Duration_Stretch {stretch}))"
            command, text = ["text2wave", "-eval", scheme, "-o", wav], clip.text
    subprocess.run(command, input=text, text=True, check=True, capture_output=True)
    rate, samples = wavfile.read(wav)
    samples = samples.astype(np.float64) / 32768
    common = np.gcd(rate, RATE)
    samples = resample_poly(samples, RATE // common, rate // common)
    loud = np.flatnonzero(np.abs(samples) > 0.005 * np.abs(samples).max())
    clip.speech = samples[max(0, loud[0] - 480):loud[-1] + 480]
    clip.speech /= active_rms(clip.speech)
    clip.engine = f"{voice.engine}/{voice.name} {setting}"


def active_rms(samples):
    """Root mean square over the 20 ms frames within 30 dB of the loudest."""
    frames = samples[:len(samples) // 320 * 320].reshape(-1, 320)
    power = (frames ** 2).mean(axis=1)
    return float(np.sqrt(power[power > power.max() / 1000].mean()))


def pink_noise(count, random):
    """Noise of power 1/f above 20 Hz, unit root mean square."""
    spectrum = np.fft.rfft(random.standard_normal(count))
    frequency = np.maximum(np.fft.rfftfreq(count, 1 / RATE), 20)
    noise = np.fft.irfft(spectrum / np.sqrt(frequency), count)
    return noise / np.sqrt((noise ** 2).mean())


def babble(count, random, others):
    """Six talkers backwards from random places, unit root mean square."""
    noise = np.zeros(count)
    for number in random.choice(len(others), 6, replace=False):
        talker = np.resize(others[number].speech[::-1], count)
        noise += np.roll(talker, int(random.integers(count)))
    return noise / np.sqrt((noise ** 2).mean())


def telephone(samples):
    """Narrow band, 8 kHz, 8-bit mu-law and back."""
    samples = np.concatenate([samples, np.zeros(len(samples) % 2)])
    band = butter(4, [300, 3400], "bandpass", fs=RATE, output="sos")
    narrow = np.clip(resample_poly(sosfiltfilt(band, samples), 1, 2), -1, 1)
    code = np.round(np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256) * 127) / 127
    return resample_poly(np.sign(code) * np.expm1(np.abs(code) * np.log(256)) / 255, 2, 1)


def treat(clip, clips):
    """Adds silence, noise, telephone and level; returns samples at RATE within -2 dB of full scale."""
    random = random_for("treat", clip.file)
    lead, trail = (int(random.uniform(0.1, 0.6) * RATE) for _ in range(2))
    samples = np.concatenate([np.zeros(lead), clip.speech, np.zeros(trail)])
    level = random.uniform(-30, -17)
    noise_level = random.uniform(15, 25)
    parts = clip.treatment.split("+")
    if parts[-1] in ("pink", "babble"):
        others = [c for c in clips if c.split == clip.split and c.label != clip.label]
        noise = (pink_noise(len(samples), random) if parts[-1] == "pink"
                 else babble(len(samples), random, others))
        samples += noise * 10 ** (-noise_level / 20)
        clip.treatment += f" {noise_level:.0f}dB"
    samples *= min(10 ** (level / 20), 0.79 / np.abs(samples).max())
    samples += 10 ** (-70 / 20) * random.standard_normal(len(samples))
    if parts[0] == "telephone":
        samples = telephone(samples)
    return samples * min(1, 0.79 / np.abs(samples).max())


def encode(samples, path, folder):
    """Writes Ogg Opus, mono, about 24 kbit/s."""
    wav = folder / "treated.wav"
    wavfile.write(wav, RATE, np.round(samples * 32767).astype(np.int16))
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", str(wav), "-map_metadata", "-1",
                    "-fflags", "+bitexact", "-flags", "+bitexact", "-c:a", "libopus", "-b:a", "24k",
                    str(path)], check=True)


def main():
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "demo" / "banking"
    wordings = json.loads((HERE / "demo-banking-wordings.json").read_text())
    clips = plan(wordings)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for clip in clips:
            synthesise(clip, folder)
        for clip in clips:
            encode(treat(clip, clips), out / clip.file, folder)
    with open(out / "metadata.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file_name", "label", "speaker", "split", "text", "engine", "treatment"])
        for c in clips:
            writer.writerow([c.file, c.label, c.voice.speaker, c.split, c.text, c.engine, c.treatment])
    print(f"{len(clips)} recordings in {out}")


if __name__ == "__main__":
    main()
