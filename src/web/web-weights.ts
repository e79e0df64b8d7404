/**
 * The weights of built-in encoders in a browser: fetched from the page's address for them, checked by size
 * and sha256, kept in Cache Storage if available.
 *
 * Kept files are found by their hash, so that pages of one origin share them regardless of their address;
 * they are checked again whenever they are read.
 */
import { bytesToHex } from "@noble/hashes/utils.js";
import { GolemError, throwIfAborted } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import { computeSha256Hex } from "../core/sha256.ts";
import type { WeightFile, WeightSource } from "../encoder/registry.ts";
import { fetchBytes } from "./fetch-bytes.ts";

/** Name of the cache in the origin's Cache Storage. */
const cacheName = "golem-weights";

/** Options of fetching weights. */
export interface WebWeightOptions extends WorkOptions {
  /** Folder, relative to the page: the file F of encoder E is at `weights/E/F`. */
  readonly weights: string | URL;
  /** Whether to keep fetched files in Cache Storage; default true. */
  readonly keep?: boolean | undefined;
}

/** An `EncoderDefinition` or a `TranscriberDefinition`. */
export interface WebWeightOwner {
  readonly info: { readonly id: string };
  readonly weights?: WeightSource;
}

/** The address of one weight file under the folder of all weights. */
export function getWeightUrl(weights: string | URL, id: string, file: string): URL {
  const folder = new URL(String(weights).replace(/\/?$/, "/"), globalThis.location?.href);
  return new URL(`${encodeURIComponent(id)}/${encodeURIComponent(file)}`, folder);
}

/**
 * Loads the weight files of several owners: their contents by name, in the order of the owners. A file of two
 * owners is fetched once. Progress counts bytes. Rejects with `weights-missing`, `weights-damaged`,
 * `fetch-failed` or `aborted`.
 */
export async function loadWebWeights(
  owners: readonly WebWeightOwner[],
  options: WebWeightOptions,
): Promise<Record<string, Uint8Array>[]> {
  const cache = options.keep === false ? undefined : await openCache();
  const required = new Map<string, { file: WeightFile; id: string }>();
  for (const { info, weights } of owners) {
    for (const file of weights?.files ?? []) required.set(file.sha256, { file, id: info.id });
  }
  const total = [...required.values()].reduce((sum, { file }) => sum + file.bytes, 0);
  let completed = 0;
  const count = (bytes: number): void => {
    completed += bytes;
    options.onProgress?.({ stage: "fetching the networks", completed: Math.min(completed, total), total });
  };
  const loaded = new Map<string, Uint8Array>();
  await Promise.all(
    [...required.values()].map(async ({ file, id }) => {
      loaded.set(file.sha256, await loadFile(cache, id, file, count, options));
    }),
  );
  return owners.map(({ weights }) =>
    Object.fromEntries((weights?.files ?? []).map(({ name, sha256 }) => [name, loaded.get(sha256)!])),
  );
}

async function loadFile(
  cache: Cache | undefined,
  id: string,
  file: WeightFile,
  count: (bytes: number) => void,
  { weights, signal }: WebWeightOptions,
): Promise<Uint8Array> {
  const key = `/golem-weights/${file.sha256}`;
  const kept = await readKept(cache, key, file);
  if (kept) {
    count(kept.length);
    return kept;
  }
  throwIfAborted(signal);
  const url = getWeightUrl(weights, id, file.name);
  const bytes = await fetchBytes(url, {
    maximumBytes: file.bytes,
    missing: "weights-missing",
    tooLarge: "weights-damaged",
    signal,
    onBytes: count,
  });
  const found = bytes.length === file.bytes ? await computeSha256(bytes) : `${bytes.length} bytes`;
  if (found !== file.sha256) {
    throw new GolemError(
      "weights-damaged",
      `${url.href} is not ${file.name} of ${id}: found ${found}, expected ${file.bytes} bytes with sha256 ${file.sha256}.`,
      { hint: `Upload ${file.name} of ${id} again, unchanged; \`golem encoders pull ${id}\` fetches it.` },
    );
  }
  // Storage may fail, for example on a full disk or in a private window; the work continues without it.
  await cache?.put(key, new Response(bytes)).catch(() => undefined);
  return bytes;
}

async function openCache(): Promise<Cache | undefined> {
  try {
    return await globalThis.caches?.open(cacheName);
  } catch {
    return undefined;
  }
}

async function readKept(
  cache: Cache | undefined,
  key: string,
  file: WeightFile,
): Promise<Uint8Array | undefined> {
  try {
    const response = await cache?.match(key);
    if (!response) return undefined;
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.length === file.bytes && (await computeSha256(bytes)) === file.sha256) return bytes;
    await cache?.delete(key);
  } catch {
    // Treated as if there were no cache.
  }
  return undefined;
}

/**
 * Computes the SHA-256 in hexadecimal, if possible (secure contexts) with the browser's implementation, which
 * is ten times as fast.
 */
async function computeSha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const { subtle } = globalThis.crypto ?? {};
  return subtle ? bytesToHex(new Uint8Array(await subtle.digest("SHA-256", bytes))) : computeSha256Hex(bytes);
}
