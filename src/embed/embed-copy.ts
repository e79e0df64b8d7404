/**
 * Embeds varied copies of a recording. A copy is stored under its own hash, computed from the recording's
 * hash and the variation.
 *
 * Not its concern: varying samples (augment/variation.ts).
 */

import { type OwnSounds, type Variation, variationVersion, varySamples } from "../augment/variation.ts";
import type { ByteSource } from "../core/byte-source.ts";
import { computeSha256Hex } from "../core/sha256.ts";
import {
  type EmbeddedSource,
  type EmbedSourceOptions,
  type EncoderSet,
  embedSource,
  getSampleRate,
} from "./embed-source.ts";

/** A copy to be made of a recording. Plain data. */
export interface CopyPlan {
  readonly variation: Variation;
  /** SHA-256 of the recording's bytes, the seed of the variation. */
  readonly fileHash: string;
  /** Hash under which the copy is stored. */
  readonly copyHash: string;
}

/** Plans a copy; `sounds` identifies the user's own sounds in it, if there are any. */
export function planCopy(fileHash: string, variation: Variation, sounds: readonly string[] = []): CopyPlan {
  const { kind, turn } = variation;
  const text = JSON.stringify({ fileHash, kind, turn, version: variationVersion, sounds });
  return { variation, fileHash, copyHash: computeSha256Hex(text) };
}

/**
 * Embeds a copy: the recording is trimmed and cut into windows as for its own embedding, and each window is
 * varied. Its facts are the recording's, with the hash of the copy and no fingerprint. Rejects as
 * `embedSource` does.
 */
export async function embedCopy(
  source: ByteSource,
  encoderSet: EncoderSet,
  { variation, fileHash, copyHash }: CopyPlan,
  {
    own,
    ...options
  }: Omit<EmbedSourceOptions, "identify" | "vary"> & { readonly own?: OwnSounds | undefined } = {},
): Promise<EmbeddedSource> {
  const sampleRate = getSampleRate(encoderSet);
  const words = [0, 8, 16].map((start) => Number.parseInt(fileHash.slice(start, start + 8), 16));
  let windows = 0;
  const vary = (samples: Float32Array) =>
    varySamples(samples, sampleRate, variation, [...words, windows++], own);
  const { facts, ...output } = await embedSource(source, encoderSet, { ...options, identify: false, vary });
  return { ...output, facts: { ...facts, audioHash: copyHash } };
}
