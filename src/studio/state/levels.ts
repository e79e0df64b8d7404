/**
 * The last seconds of the microphone as a spectrogram and levels, for display, and warnings about them. The
 * picture is not a signal, since it is drawn every frame.
 *
 * Not its concern: takes, pictures.
 */
import { batch, signal } from "@preact/signals";
import { defaultAudioSettings } from "../../audio/audio.ts";
import { createLogMel } from "../../encoder/log-mel.ts";

/** Columns kept, one per 20 ms, and mel bands of each, from low to high. */
export const [columnCount, bandCount] = [300, 48];

/**
 * Ring buffer, newest before `position`: the spectrogram [columns, bands], and the level of the newest
 * column; both from 0 to 1, linear in dB.
 */
export const levels = { columns: new Float32Array(columnCount * bandCount), position: 0, level: 0 };

/** Whole seconds since the microphone was turned on. */
export const elapsed = signal(0);

/** Whether the sound reaches full scale, where it is cut off. */
export const isTooLoud = signal(false);

/** Whether there has been no sound for some seconds. */
export const isTooQuiet = signal(false);

const quietestDb = -60;
/** Sample that counts as full scale, and how many of them in 20 ms are too many. */
const [fullScale, maximumFull] = [0.99, 3];
const [loudSeconds, quietSeconds] = [1.5, 3];
/** Natural logarithms of the power that are drawn darkest and brightest. */
const [darkest, brightest] = [-7, 7];

const { sampleRate } = defaultAudioSettings;
const window = 400;
const mel = createLogMel({
  ...{ window, hop: window, transformSize: 512, sampleRate, bands: bandCount, low: 60 },
  ...{ high: 7600, scale: "htk", norm: "none", power: 2, logarithm: "ln", offset: 1e-9, floor: 1e-9 },
  centred: false,
});
let recent = new Float32Array(window);
let seconds = 0;
let lastLoud = Number.NEGATIVE_INFINITY;
let lastSound = 0;

/** Adds a block of samples. `isSound`: whether there is sound in it; by default by its level. */
export function pushLevel(samples: Float32Array, isSound?: boolean): void {
  let energy = 0;
  let full = 0;
  for (const sample of samples) {
    energy += sample * sample;
    if (Math.abs(sample) >= fullScale) full++;
  }
  const db = 10 * Math.log10(energy / Math.max(1, samples.length) + 1e-12);
  levels.level = Math.max(0, Math.min(1, 1 - db / quietestDb));
  const kept = new Float32Array(window);
  kept.set(recent.subarray(Math.min(window, samples.length)));
  kept.set(samples.subarray(-window), Math.max(0, window - samples.length));
  recent = kept;
  const powers = mel.compute(recent);
  for (let band = 0; band < bandCount; band++) {
    const share = (powers[band]! - darkest) / (brightest - darkest);
    levels.columns[levels.position * bandCount + band] = Math.max(0, Math.min(1, share));
  }
  levels.position = (levels.position + 1) % columnCount;
  seconds += samples.length / sampleRate;
  if (full > maximumFull) lastLoud = seconds;
  if (isSound ?? db > quietestDb) lastSound = seconds;
  batch(() => {
    elapsed.value = Math.floor(seconds);
    isTooLoud.value = seconds - lastLoud < loudSeconds;
    isTooQuiet.value = seconds - lastSound >= quietSeconds;
  });
}

/** Clears everything. */
export function resetLevels(): void {
  levels.columns.fill(0);
  levels.level = 0;
  recent = new Float32Array(window);
  [seconds, lastLoud, lastSound] = [0, Number.NEGATIVE_INFINITY, 0];
  batch(() => {
    elapsed.value = 0;
    isTooLoud.value = false;
    isTooQuiet.value = false;
  });
}
