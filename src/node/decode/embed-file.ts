/** Embeds one file on this thread, with the system's ffmpeg for formats that need it. */

import { openAudio } from "../../audio/open-audio.ts";
import type { OwnSounds } from "../../augment/variation.ts";
import { type CopyPlan, embedCopy } from "../../embed/embed-copy.ts";
import {
  type EmbeddedSource,
  type EmbedSourceOptions,
  type EncoderSet,
  embedSource,
  getSampleRate,
} from "../../embed/embed-source.ts";
import { openFileSource } from "../disk/file-source.ts";
import { systemDecoders } from "./system-decoders.ts";

/** A varied copy of a file, and the files of the user's sounds that are mixed into it. */
export interface FileCopy extends CopyPlan {
  readonly noise?: string | undefined;
  readonly room?: string | undefined;
}

interface EmbedFileOptions extends Omit<EmbedSourceOptions, "decoders" | "vary"> {
  /** The varied copy to embed instead of the file itself. */
  readonly copy?: FileCopy | undefined;
}

/** Opens, embeds and closes one file. Rejects as `embedSource`, and with `unreadable`. */
export async function embedFile(
  path: string,
  name: string,
  encoderSet: EncoderSet,
  { copy, ...options }: EmbedFileOptions = {},
): Promise<EmbeddedSource> {
  const source = await openFileSource(path);
  try {
    if (copy) {
      const own = await readOwnSounds(copy, getSampleRate(encoderSet));
      return await embedCopy({ ...source, name }, encoderSet, copy, {
        ...options,
        own,
        decoders: systemDecoders,
      });
    }
    return await embedSource({ ...source, name }, encoderSet, { ...options, decoders: systemDecoders });
  } finally {
    await source.close();
  }
}

async function readOwnSounds({ noise, room }: FileCopy, sampleRate: number): Promise<OwnSounds> {
  return {
    noise: noise === undefined ? undefined : await readSound(noise, { sampleRate, trim: false }),
    room: room === undefined ? undefined : await readSound(room, { sampleRate, trim: true }),
  };
}

/** Reads the first half minute of a file. */
async function readSound(
  path: string,
  options: { readonly sampleRate: number; readonly trim: boolean },
): Promise<Float32Array | undefined> {
  const source = await openFileSource(path);
  try {
    const { windows } = await openAudio(source, { ...options, decoders: systemDecoders, identify: false });
    for await (const samples of windows()) return samples;
    return undefined;
  } finally {
    await source.close();
  }
}
