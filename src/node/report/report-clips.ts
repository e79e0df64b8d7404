/**
 * Sound for a report: clips and spectrograms of the recordings most worth listening to, links to the others.
 *
 * Clips are encoded anew, never copied, so that no metadata of a file is included; links are relative, and
 * never lead so far up that they would reveal folders of the machine. A recording that can no longer be
 * decoded has neither.
 * Not its concern: how a report looks.
 */
import { relative, sep } from "node:path";
import type { AudioSettings } from "../../audio/audio.ts";
import { openAudio } from "../../audio/open-audio.ts";
import { encodeWav } from "../../audio/wav-writer.ts";
import { encodeBase64 } from "../../core/base64.ts";
import { throwIfAborted } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { createLogMel } from "../../encoder/log-mel.ts";
import { pickRecordings, rankRecordings } from "../../view/report/pick-recordings.ts";
import type { ReportAudio, ReportData, ReportRecording } from "../../view/report/report-data.ts";
import { drawSpectrogram } from "../../view/spectrogram-picture.ts";
import { systemDecoders } from "../decode/system-decoders.ts";
import { openFileSource } from "../disk/file-source.ts";

/** Where the recordings of a report are and what may be taken of them. */
export interface ClipOptions extends WorkOptions {
  /** Absolute path of each of the report's recordings; undefined where it is not known. */
  readonly paths: readonly (string | undefined)[];
  /** Folder that the report will lie in; links start there. */
  readonly folder: string;
  /** `embed`: clips up to `embeddedBytes`, then links. `link`: links only. `none`: neither. */
  readonly sound: "embed" | "link" | "none";
  /** Spectrograms at most. */
  readonly pictures?: number;
  /** The audio settings of the golem. */
  readonly audio: Partial<AudioSettings>;
}

/** Bytes of sound put into a report at most. */
const embeddedBytes = 6 << 20;

const sampleRate = 16_000;
const maximumSeconds = 10;
const maximumSteps = 3;
const pictureWidth = 320;
const pictureBands = 64;
const { window, transformSize } = { window: 400, transformSize: 512 };

/** The report with sound and pictures. Rejects with `aborted` only. */
export async function addClips(data: ReportData, options: ClipOptions): Promise<ReportData> {
  const { paths, folder, sound, pictures = Number.POSITIVE_INFINITY, signal, onProgress } = options;
  const recordings: ReportRecording[] = [...data.recordings];
  const { worst, suspicious } = pickRecordings(recordings, data.findings);
  const pictured = new Set([...worst, ...suspicious].slice(0, pictures));
  const ranked = [...pictured, ...rankRecordings(recordings).filter((index) => !pictured.has(index))];
  let left = sound === "embed" ? embeddedBytes : 0;
  for (const [done, index] of ranked.entries()) {
    throwIfAborted(signal);
    const path = paths[index];
    if (path === undefined) continue;
    const link = sound === "none" ? undefined : createLink(folder, path);
    const isWanted = left > 0 || pictured.has(index);
    const samples = isWanted ? await decodeStart(path, options) : undefined;
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
  const base64 = encodeBase64(encodeWav(samples, sampleRate, "mulaw"));
  return { kind: "clip", base64, seconds: samples.length / sampleRate };
}

/** An address relative to the folder; undefined where it would lead too far up or to another drive. */
export function createLink(folder: string, path: string): ReportAudio | undefined {
  const steps = relative(folder, path).split(sep);
  const up = steps.filter((step) => step === "..").length;
  const depth = folder.split(sep).filter((step) => step !== "").length;
  if (up > maximumSteps || up >= depth || steps[0]?.includes(":")) return undefined;
  return { kind: "link", href: steps.map(encodeURIComponent).join("/") };
}

/** The first seconds after trimming, mono at 16 kHz; undefined where it cannot be decoded. */
async function decodeStart(path: string, { audio, signal }: ClipOptions): Promise<Float32Array | undefined> {
  try {
    const source = await openFileSource(path);
    try {
      const opened = await openAudio(source, { ...audio, sampleRate, decoders: systemDecoders, signal });
      for await (const samples of opened.windows()) return samples.slice(0, maximumSeconds * sampleRate);
      return undefined;
    } finally {
      await source.close();
    }
  } catch {
    throwIfAborted(signal);
    return undefined;
  }
}

function drawSamples(samples: Float32Array): Uint8Array | undefined {
  const hop = Math.max(64, Math.ceil((samples.length - window) / (pictureWidth - 1)));
  const mel = createLogMel({
    ...{ window, hop, transformSize, sampleRate, bands: pictureBands, low: 40, high: 7900 },
    ...{ scale: "htk", norm: "none", power: 2, logarithm: "ln", offset: 1e-9, floor: 1e-9, centred: false },
  });
  return samples.length < mel.minimumSamples
    ? undefined
    : drawSpectrogram(mel.compute(samples), pictureBands);
}
