/**
 * Reads a Hub file by HTTP ranges: only the requested bytes are transferred; small reads use cached blocks.
 *
 * The address the Hub redirects to is remembered until it expires, so that a read costs one request.
 */
import type { ByteSource } from "../../core/byte-source.ts";
import { GolemError, throwIfAborted } from "../../core/error.ts";
import { openFileSource } from "../disk/file-source.ts";
import { createNetworkError, type HubSubject } from "./hub-error.ts";
import { fetchHubFile, findHubFile, type HubOptions } from "./hub-file.ts";
import { checkHubPath, checkRepo, checkRevision, createResolveUrl, type HubFile } from "./hub-repo.ts";
import { type HubAnswer, requestHub, waitFor } from "./hub-request.ts";
import { getHubSettings, type HubSettings } from "./hub-settings.ts";

/** A file of the Hub, open for reading. */
type HubByteSource = ByteSource & { close(): Promise<void> };

const blockBytes = 1 << 14;
const maximumBlocks = 512;
/** Maximum bytes per range request. */
const maximumReadBytes = 2 ** 31 - 1;
const attempts = 5;

/**
 * Opens a file for reading by ranges; a file that is fully cached is read from the cache.
 *
 * @throws GolemError `hub-not-found`, `hub-denied`, `fetch-failed`, `invalid-option`, `aborted`; reads reject
 *   with the same.
 */
export async function openHubFile(file: HubFile, options: HubOptions = {}): Promise<HubByteSource> {
  const { settings = getHubSettings(), signal } = options;
  checkRepo(file);
  checkRevision(file.revision);
  checkHubPath(file.path);
  const known = await findHubFile(file, settings);
  if (known) return openFileSource(known);
  // Offline, this throws the error that names the missing file.
  if (settings.offline) return openFileSource(await fetchHubFile(file, options));
  const reader = createRangeReader(file, settings, signal);
  const byteLength = await reader.measure();
  const blocks = new Map<number, Promise<Uint8Array>>();
  const getBlock = (index: number): Promise<Uint8Array> => {
    const start = index * blockBytes;
    const block =
      blocks.get(index) ?? reader.read(start, Math.min(start + blockBytes, byteLength), byteLength);
    blocks.delete(index);
    blocks.set(index, block);
    block.catch(() => blocks.delete(index));
    if (blocks.size > maximumBlocks) blocks.delete(blocks.keys().next().value!);
    return block;
  };
  return {
    name: file.path.slice(file.path.lastIndexOf("/") + 1),
    byteLength,
    read: async (offset, length) => {
      const end = Math.min(byteLength, offset + length);
      if (offset < 0 || offset >= end) return new Uint8Array(0);
      if (end - offset > maximumReadBytes) {
        throw new GolemError(
          "fetch-failed",
          `${file.path} needs a read of ${end - offset} bytes; expected at most ${maximumReadBytes}.`,
        );
      }
      if (end - offset > blockBytes) return reader.read(offset, end, byteLength);
      const index = Math.floor(offset / blockBytes);
      const from = offset - index * blockBytes;
      const first = await getBlock(index);
      if (from + end - offset <= first.length) return first.subarray(from, from + end - offset);
      const second = await getBlock(index + 1);
      const bytes = new Uint8Array(end - offset);
      bytes.set(first.subarray(from));
      bytes.set(second.subarray(0, bytes.length - (first.length - from)), first.length - from);
      return bytes;
    },
    close: async () => blocks.clear(),
  };
}

/** Reads exact ranges, resuming interrupted ones. */
function createRangeReader(
  file: HubFile,
  settings: HubSettings,
  signal: AbortSignal | undefined,
): {
  measure(): Promise<number>;
  read(start: number, end: number, total: number): Promise<Uint8Array>;
} {
  const { id, type, revision, path } = file;
  const subject: HubSubject = { repo: { id, type }, revision, path };
  const home = createResolveUrl(settings.endpoint, file);
  let address = home;

  /** Requests the file at its last known address; if that has expired, requests a new one from the Hub. */
  const ask = async (start: number, end: number): Promise<HubAnswer> => {
    const request = { subject, signal, range: [start, end] as const };
    try {
      const answer = await requestHub({ ...request, url: address }, settings);
      address = answer.url;
      return answer;
    } catch (error) {
      throwIfAborted(signal);
      if (address === home) throw error;
      address = home;
      return requestHub({ ...request, url: home }, settings);
    }
  };

  return {
    async measure() {
      const head = await requestHub({ subject, signal, url: home, method: "HEAD" }, settings);
      const size =
        head.headers.get("x-linked-size") ?? (head.status < 300 ? head.headers.get("content-length") : null);
      if (size !== null && /^\d{1,15}$/.test(size)) return Number(size);
      throw createNetworkError(
        new Error("the server does not state its length"),
        subject,
        new URL(home).host,
      );
    },
    async read(start, end, total) {
      const bytes = new Uint8Array(end - start);
      let filled = 0;
      for (let attempt = 1; ; attempt++) {
        const before = filled;
        const answer = await ask(start + filled, end);
        const reason = checkRange(answer, start + filled, end, total);
        if (reason) {
          await answer.cancel();
          throw new GolemError("hub-damaged", `${path} of ${id} cannot be read in parts: ${reason}.`, {
            hint: "The file changed or the server does not support ranges (HF_ENDPOINT?).",
          });
        }
        try {
          for await (const chunk of answer.chunks()) {
            const part = chunk.subarray(0, bytes.length - filled);
            bytes.set(part, filled);
            filled += part.length;
            if (filled === bytes.length) return bytes;
          }
        } catch (error) {
          throwIfAborted(signal);
          if (attempt >= attempts) throw createNetworkError(error, subject, new URL(answer.url).host);
        }
        if (attempt >= attempts) {
          throw createNetworkError(
            new Error("the response is incomplete"),
            subject,
            new URL(answer.url).host,
          );
        }
        if (filled > before) attempt = 0;
        await waitFor(settings.retryMilliseconds * attempt, signal);
      }
    },
  };
}

/** Returns the fault of a range response, if any; the whole file is no fault if requested whole. */
function checkRange(
  { status, headers }: HubAnswer,
  start: number,
  end: number,
  total: number,
): string | undefined {
  const range = headers.get("content-range");
  if (status === 200) return start === 0 && end === total ? undefined : "the server sends the whole file";
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(range ?? "");
  const right =
    match &&
    Number(match[1]) === start &&
    Number(match[2]) === end - 1 &&
    (match[3] === "*" || Number(match[3]) === total);
  return right
    ? undefined
    : `bytes ${start}-${end - 1}/${total} were requested; received ${range ?? "no Content-Range"}`;
}
