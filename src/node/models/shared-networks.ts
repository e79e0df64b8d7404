/**
 * Networks shared by several encoder sets: each encoder and transcriber is loaded once, and freed when the
 * last encoder set that uses it is disposed of.
 *
 * Not its concern: recordings, golems.
 */

import type { Provider } from "../../core/device.ts";
import type { LoadedEncoderSet } from "../../embed/embed-source.ts";
import type { Encoder } from "../../encoder/encoder.ts";
import type { ResolvedEncoder, ResolvedEncoderSet } from "../../encoder/resolved-encoder.ts";
import type { Transcriber } from "../../encoder/transcriber.ts";
import { type LoadOptions, loadEncoder, type RunOptions } from "./load-encoder.ts";

interface SharedNetworks {
  /**
   * Loads networks that are not loaded yet; missing weights are fetched. `dispose` of the encoder set
   * releases its networks. Rejects with the errors of `loadEncoder` and `loadTranscriber`, and then releases
   * the networks loaded so far.
   */
  acquire(resolved: ResolvedEncoderSet, device?: Provider): Promise<LoadedEncoderSet>;
}

interface Shared<T> {
  readonly loaded: Promise<T>;
  users: number;
}

/** Creates the store without networks; `options` apply to loading and running each. */
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
    async acquire(resolved, device = options.device ?? "cpu") {
      const given: (() => Promise<void>)[] = [];
      const dispose = async (): Promise<void> => {
        // The last loaded network is freed first, since a transcriber uses an encoder.
        for (const giveBack of given.splice(0).reverse()) await giveBack();
      };
      try {
        const encoders: Encoder[] = [];
        for (const encoder of resolved.encoders) {
          encoders.push(
            await share(getKey(encoder, device), () => loadEncoder(encoder, { ...options, device }), given),
          );
        }
        const { transcriber } = resolved;
        if (transcriber === undefined) return { encoders, dispose };
        const { loadResolvedTranscriber } = await import("./load-transcriber.ts");
        const read = resolved.encoders.findIndex(({ info }) => info.id === transcriber.info.id);
        const encoder = encoders[read];
        const key = `transcriber ${JSON.stringify(transcriber)} ${encoder ? getKey(resolved.encoders[read]!, device) : ""}`;
        const load = (): Promise<Transcriber> =>
          loadResolvedTranscriber(transcriber, { ...options, encoder });
        return { encoders, transcriber: await share(key, load, given), dispose };
      } catch (error) {
        await dispose();
        throw error;
      }
    },
  };
}

/** Creates a key from all properties in which encoders differ. */
function getKey({ info, source }: ResolvedEncoder, device: Provider): string {
  return JSON.stringify([info, source, device]);
}
