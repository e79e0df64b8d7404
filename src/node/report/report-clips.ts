/**
 * Sound for a report from files: clips, spectrograms, and relative links, which are limited so that they do
 * not reveal folders of the machine.
 *
 * Not its concern: which recordings have sound (workflow/report-clips.ts).
 */
import { relative, sep } from "node:path";
import type { AudioSettings } from "../../audio/audio.ts";
import { openAudio } from "../../audio/open-audio.ts";
import { throwIfAborted } from "../../core/error.ts";
import type { ReportAudio, ReportData } from "../../view/report/report-data.ts";
import { addClips, type ClipOptions, clipRate, clipSeconds } from "../../workflow/report-clips.ts";
import { systemDecoders } from "../decode/system-decoders.ts";
import { openFileSource } from "../disk/file-source.ts";

/** The paths of a report's recordings, and which parts of them may be included. */
export interface FileClipOptions extends Pick<ClipOptions, "sound" | "pictures" | "signal" | "onProgress"> {
  /** Absolute path of each of the report's recordings; undefined if it is not known. */
  readonly paths: readonly (string | undefined)[];
  /** Folder of the report; links are relative to it. */
  readonly folder: string;
  /** The audio settings of the golem. */
  readonly audio: Partial<AudioSettings>;
}

const maximumSteps = 3;

/** Adds sound and pictures to the report. Rejects only with `aborted`. */
export function addFileClips(data: ReportData, options: FileClipOptions): Promise<ReportData> {
  const { paths, folder } = options;
  return addClips(data, {
    ...options,
    hasSound: (place) => paths[place] !== undefined,
    read: (place) => decodeStart(paths[place]!, { ...options, maximumSeconds: clipSeconds }),
    getLink: (place) => createLink(folder, paths[place]!),
  });
}

/** Creates an address relative to the folder; undefined if it would lead too far up or to another drive. */
export function createLink(folder: string, path: string): ReportAudio | undefined {
  const steps = relative(folder, path).split(sep);
  const up = steps.filter((step) => step === "..").length;
  const depth = folder.split(sep).filter((step) => step !== "").length;
  if (up > maximumSteps || up >= depth || steps[0]?.includes(":")) return undefined;
  return { kind: "link", href: steps.map(encodeURIComponent).join("/") };
}

/**
 * Decodes the first seconds, mono at 16 kHz; undefined if it cannot be decoded. Rejects only with `aborted`.
 */
export async function decodeStart(
  path: string,
  {
    audio,
    signal,
    maximumSeconds,
  }: Pick<FileClipOptions, "audio" | "signal"> & { readonly maximumSeconds: number },
): Promise<Float32Array | undefined> {
  try {
    const source = await openFileSource(path);
    try {
      const opened = await openAudio(source, {
        ...audio,
        sampleRate: clipRate,
        decoders: systemDecoders,
        signal,
      });
      for await (const samples of opened.windows()) return samples.slice(0, maximumSeconds * clipRate);
      return undefined;
    } finally {
      await source.close();
    }
  } catch {
    throwIfAborted(signal);
    return undefined;
  }
}
