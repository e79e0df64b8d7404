/**
 * A listener ready to run in Node: several encoders, and the transcriber where one is wanted, which shares its encoder.
 *
 * Must not know: recordings, heads.
 */

import type { Listener, LoadedListener } from "../../embed/hear-source.ts";
import { defaultEncoderId, getTranscriberDefinition } from "../../encoder/registry.ts";
import type { ResolvedListener } from "./encoder-source.ts";
import { pullWeights } from "./encoder-weights.ts";
import { createListenerStore } from "./listener-store.ts";
import { type LoadOptions, prepareEncoder } from "./load-encoder.ts";

/** Which parts of a listener a recording needs. */
export interface ListenerParts {
  /** Places among the listener's encoders. */
  readonly encoders: readonly number[];
  readonly transcriber: boolean;
}

/** Takes some parts of a listener, in the order asked for; whoever loaded it still owns them. */
export function selectParts(listener: Listener, { encoders, transcriber }: ListenerParts): Listener {
  return {
    encoders: encoders.map((i) => listener.encoders[i]!),
    ...(transcriber ? { transcriber: listener.transcriber } : {}),
  };
}

/**
 * Loads a listener; what is missing is fetched. Rejects with the errors of `loadEncoder` and `loadTranscriber`, and frees
 * what was loaded by then.
 */
export function loadListener(
  resolved: ResolvedListener,
  options: LoadOptions & { readonly threads?: number | undefined } = {},
): Promise<LoadedListener> {
  return createListenerStore(options).acquire(resolved);
}

/** Puts everything in place that loading needs, so that workers can load without fetching or building anything. */
export async function prepareListener(resolved: ResolvedListener, options: LoadOptions): Promise<void> {
  for (const encoder of resolved.encoders) await prepareEncoder(encoder, options);
  if (resolved.transcriber) await pullWeights(getTranscriberDefinition(defaultEncoderId)!, options);
}
