/**
 * Networks that several listeners share: each encoder and the transcriber are loaded once, and freed when the last listener
 * that has them is disposed of.
 *
 * Not its concern: recordings, golems.
 */

import type { LoadedEncoderSet } from "../../embed/embed-source.ts";
import type { Encoder } from "../../encoder/encoder.ts";
import { defaultEncoderId } from "../../encoder/registry.ts";
import type { Transcriber } from "../../encoder/transcriber.ts";
import type { ResolvedEncoder, ResolvedEncoderSet } from "./encoder-source.ts";
import { type LoadOptions, loadEncoder, type RunOptions } from "./load-encoder.ts";

/** Where listeners get their networks from. */
export interface SharedNetworks {
  /**
   * Loads what is not loaded yet; what is missing on this machine is fetched. `dispose` of the listener gives back what it has.
   * Rejects with the errors of `loadEncoder` and `loadTranscriber`, and gives back what was loaded by then.
   */
  acquire(resolved: ResolvedEncoderSet): Promise<LoadedEncoderSet>;
}

interface Shared<T> {
  readonly loaded: Promise<T>;
  users: number;
}

/** Creates a store; `options` say how each network runs. */
export function createSharedNetworks(options: LoadOptions & RunOptions = {}): SharedNetworks {
  const shared = new Map<string, Shared<{ dispose(): Promise<void> }>>();

  const share = async <T extends { dispose(): Promise<void> }>(
    key: string,
    load: () => Promise<T>,
    given: (() => Promise<void>)[],
  ): Promise<T> => {
    let entry = shared.get(key) as Shared<T> | undefined;
    if (!entry) {
      entry = { loaded: load(), users: 0 };
      shared.set(key, entry);
    }
    const own = entry;
    own.users++;
    given.push(async () => {
      if (--own.users > 0) return;
      shared.delete(key);
      await (await own.loaded.catch(() => undefined))?.dispose();
    });
    return own.loaded;
  };

  return {
    async acquire(resolved) {
      const given: (() => Promise<void>)[] = [];
      const dispose = async (): Promise<void> => {
        // Last loaded, first freed: a transcriber reads an encoder.
        for (const giveBack of given.splice(0).reverse()) await giveBack();
      };
      try {
        const encoders: Encoder[] = [];
        for (const encoder of resolved.encoders) {
          encoders.push(await share(getKey(encoder), () => loadEncoder(encoder, options), given));
        }
        if (!resolved.transcriber) return { encoders, dispose };
        const { loadTranscriber } = await import("./load-transcriber.ts");
        const read = resolved.encoders.findIndex(({ info }) => info.id === defaultEncoderId);
        const encoder = encoders[read];
        const key = `transcriber ${encoder ? getKey(resolved.encoders[read]!) : ""}`;
        const load = (): Promise<Transcriber> => loadTranscriber(defaultEncoderId, { ...options, encoder });
        return { encoders, transcriber: await share(key, load, given), dispose };
      } catch (error) {
        await dispose();
        throw error;
      }
    },
  };
}

/** Everything that tells encoders apart. */
function getKey({ info, source }: ResolvedEncoder): string {
  return JSON.stringify([info, source]);
}
