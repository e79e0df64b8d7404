/**
 * Loads an encoder set in Node: several encoders, and the optional transcriber, which shares its encoder.
 *
 * Not its concern: recordings, heads.
 */

import type { EncoderSet, LoadedEncoderSet } from "../../embed/embed-source.ts";
import { getTranscriberDefinition } from "../../encoder/registry.ts";
import type { ResolvedEncoderSet } from "../../encoder/resolved-encoder.ts";
import { ensureWeights } from "./encoder-weights.ts";
import { type LoadOptions, prepareEncoder, type RunOptions } from "./load-encoder.ts";
import { createSharedNetworks } from "./shared-networks.ts";

/** Parts of an encoder set. */
export interface EncoderSetParts {
  /** Indices among the encoders of the set. */
  readonly encoders: readonly number[];
  readonly transcriber: boolean;
}

/** Selects parts of an encoder set, in the given order; they are freed with the whole set. */
export function selectParts(encoderSet: EncoderSet, { encoders, transcriber }: EncoderSetParts): EncoderSet {
  return {
    encoders: encoders.map((i) => encoderSet.encoders[i]!),
    ...(transcriber ? { transcriber: encoderSet.transcriber } : {}),
  };
}

/**
 * Loads an encoder set; missing weights are fetched. Rejects with the errors of `loadEncoder` and
 * `loadTranscriber`, and then frees what was loaded.
 */
export function loadEncoderSet(
  resolved: ResolvedEncoderSet,
  options: LoadOptions & Pick<RunOptions, "threads" | "device"> = {},
): Promise<LoadedEncoderSet> {
  return createSharedNetworks(options).acquire(resolved);
}

/** Fetches and builds everything that loading needs, so that workers can load it from the cache folder. */
export async function prepareEncoderSet(resolved: ResolvedEncoderSet, options: LoadOptions): Promise<void> {
  for (const encoder of resolved.encoders) await prepareEncoder(encoder, options);
  const { transcriber } = resolved;
  if (transcriber?.source.kind === "built-in") {
    await ensureWeights(getTranscriberDefinition(transcriber.info.id)!, options);
  } else if (transcriber) {
    const { prepareCheckpointTranscriber } = await import("./checkpoint-transcriber.ts");
    await prepareCheckpointTranscriber(transcriber, options);
  }
}
