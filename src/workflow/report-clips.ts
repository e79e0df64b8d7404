/**
 * Sound for a report: clips and spectrograms of the recordings most worth listening to, and links to the
 * others.
 *
 * Clips are re-encoded, never copied, so that no metadata of a file is included. A recording that can no
 * longer be decoded has neither. Not its concern: where recordings are.
 */
import { encodeWav } from "../audio/wav-writer.ts";
import { encodeBase64 } from "../core/base64.ts";
import { throwIfAborted } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import { createLogMel } from "../encoder/log-mel.ts";
import { pickRecordings, rankRecordings } from "../view/report/pick-recordings.ts";
import type { ReportAudio, ReportData, ReportRecording } from "../view/report/report-data.ts";
import { drawSpectrogram } from "../view/spectrogram-picture.ts";

/** The source of a report's sound, and how much of it may be included. */
export interface ClipOptions extends WorkOptions {
  /** Whether the recording with this index in the report can be found. */
  hasSound(place: number): boolean;
  /** Reads its first {@link clipSeconds}, mono at {@link clipRate}; undefined if it cannot be decoded. */
  read(place: number): Promise<Float32Array | undefined>;
  getLink?(place: number): ReportAudio | undefined;
  /** `embed`: clips up to `embeddedBytes`, then links. `link`: links only. `none`: neither. */
  readonly sound: "embed" | "link" | "none";
  /** Maximum number of spectrograms. */
  readonly pictures?: number | undefined;
}

/** Maximum bytes of sound embedded in a report. */
const embeddedBytes = 6 << 20;

/** Sample rate of clips, in Hz. */
export const clipRate = 16_000;
/** Longest sound in a report, in seconds. */
export const clipSeconds = 10;
const pictureWidth = 320;
const pictureBands = 64;
const { window, transformSize } = { window: 400, transformSize: 512 };

/** Adds sound and pictures to the report. Rejects only with `aborted`. */
export async function addClips(data: ReportData, options: ClipOptions): Promise<ReportData> {
  const { sound, pictures = Number.POSITIVE_INFINITY, signal, onProgress } = options;
  const recordings: ReportRecording[] = [...data.recordings];
  const { worst, doubtful, reported } = pickRecordings(recordings, data.findings);
  const pictured = new Set([...worst, ...doubtful, ...reported].slice(0, pictures));
  const ranked = [...pictured, ...rankRecordings(recordings).filter((index) => !pictured.has(index))];
  let left = sound === "embed" ? embeddedBytes : 0;
  for (const [done, index] of ranked.entries()) {
    throwIfAborted(signal);
    if (!options.hasSound(index)) continue;
    const link = sound === "none" ? undefined : options.getLink?.(index);
    const isWanted = left > 0 || pictured.has(index);
    const samples = isWanted ? await options.read(index) : undefined;
    const picture = samples && pictured.has(index) ? drawSamples(samples) : undefined;
    const clip = samples && left >= samples.length ? createClip(samples) : undefined;
    left -= clip && samples ? samples.length : 0;
    recordings[index] = {
      ...recordings[index]!,
      audio: clip ?? (isWanted && !samples ? undefined : link),
      spectrogram: picture && encodeBase64(picture),
    };
    if (left > 0) onProgress?.({ stage: "making clips", completed: done + 1, total: ranked.length });
  }
  return { ...data, recordings };
}

function createClip(samples: Float32Array): ReportAudio {
  const base64 = encodeBase64(encodeWav(samples, clipRate, "mulaw"));
  return { kind: "clip", base64, seconds: samples.length / clipRate };
}

/** Draws a spectrogram of samples at 16 kHz as PNG; undefined if there are too few samples. */
export function drawSamples(samples: Float32Array): Uint8Array | undefined {
  const hop = Math.max(64, Math.ceil((samples.length - window) / (pictureWidth - 1)));
  const mel = createLogMel({
    ...{ window, hop, transformSize, sampleRate: clipRate, bands: pictureBands, low: 40, high: 7900 },
    ...{ scale: "htk", norm: "none", power: 2, logarithm: "ln", offset: 1e-9, floor: 1e-9, centred: false },
  });
  return samples.length < mel.minimumSamples
    ? undefined
    : drawSpectrogram(mel.compute(samples), pictureBands);
}
