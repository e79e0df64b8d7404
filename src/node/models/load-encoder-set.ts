/**
 * A listener ready to run in Node: several encoders, and the transcriber where one is wanted, which shares its encoder.
 *
 * Not its concern: recordings, heads.
 */

import type { EncoderSet, LoadedEncoderSet } from "../../embed/embed-source.ts";
import { defaultEncoderId, getTranscriberDefinition } from "../../encoder/registry.ts";
import type { ResolvedEncoderSet } from "./encoder-source.ts";
import { pullWeights } from "./encoder-weights.ts";
import { type LoadOptions, prepareEncoder } from "./load-encoder.ts";
import { createSharedNetworks } from "./shared-networks.ts";

/** Which parts of a listener a recording needs. */
export interface EncoderSetParts {
  /** Places among the listener's encoders. */
  readonly encoders: readonly number[];
  readonly transcriber: boolean;
}

/** Takes some parts of a listener, in the order asked for; whoever loaded it still owns them. */
export function selectParts(encoderSet: EncoderSet, { encoders, transcriber }: EncoderSetParts): EncoderSet {
  return {
    encoders: encoders.map((i) => encoderSet.encoders[i]!),
    ...(transcriber ? { transcriber: encoderSet.transcriber } : {}),
  };
}

/**
 * Loads a listener; what is missing is fetched. Rejects with the errors of `loadEncoder` and `loadTranscriber`, and frees
 * what was loaded by then.
 */
export function loadEncoderSet(
  resolved: ResolvedEncoderSet,
  options: LoadOptions & { readonly threads?: number | undefined } = {},
): Promise<LoadedEncoderSet> {
  return createSharedNetworks(options).acquire(resolved);
}

/** Puts everything in place that loading needs, so that workers can load without fetching or building anything. */
export async function prepareEncoderSet(resolved: ResolvedEncoderSet, options: LoadOptions): Promise<void> {
  for (const encoder of resolved.encoders) await prepareEncoder(encoder, options);
  if (resolved.transcriber) await pullWeights(getTranscriberDefinition(defaultEncoderId)!, options);
}
