/**
 * Downloads one Hub file: resumes after interruptions, checks size and hash, moves it into place atomically.
 *
 * Hashes: an ETag of 64 digits is the SHA-256 of the bytes (large files), one of 40 the SHA-1 of the git blob
 * (small ones); with any other ETag only the size is checked. Not its concern: the layout of the cache.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, rename, rm, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { GolemError, throwIfAborted } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { beginWithSubject, createCacheError, createNetworkError, type HubSubject } from "./hub-error.ts";
import { claimPartial } from "./hub-partial.ts";
import { createResolveUrl, type HubFile } from "./hub-repo.ts";
import { requestHub, waitFor } from "./hub-request.ts";
import type { HubSettings } from "./hub-settings.ts";

/** Properties of a file announced by the Hub. */
export interface HubFileFacts {
  readonly etag: string;
  /** Size in bytes; undefined if the server does not state it. */
  readonly bytes: number | undefined;
}

/** Maximum number of consecutive interruptions without a new byte. */
const maximumBreaks = 5;

/**
 * Fetches the file into `target`.
 *
 * @throws GolemError `fetch-failed`, `hub-not-found`, `hub-denied`, `hub-damaged` (another size or hash,
 *   twice), `cache-failed` (disk full ...), `aborted`. Unless damaged, received bytes are kept and the
 *   transfer resumes next time.
 */
export async function downloadHubFile(
  file: HubFile,
  facts: HubFileFacts,
  target: string,
  settings: HubSettings,
  options: WorkOptions & { readonly maximumBytes: number },
): Promise<void> {
  let partial: Awaited<ReturnType<typeof claimPartial>>;
  try {
    partial = await claimPartial(target);
  } catch (error) {
    throw createCacheError(error, target, facts.bytes);
  }
  try {
    for (let attempt = 1; ; attempt++) {
      const complaint = await fill(partial.path, file, facts, settings, options);
      if (complaint === undefined) break;
      await rm(partial.path, { force: true });
      if (attempt < 2) continue;
      throw new GolemError("hub-damaged", `${beginWithSubject(toSubject(file))} ${complaint}`, {
        hint: "Try again later. If this persists, a proxy or a mirror (HF_ENDPOINT) between this machine and the Hub modifies files.",
      });
    }
    await rename(partial.path, target);
  } catch (error) {
    throwIfAborted(options.signal);
    throw createCacheError(error, target, facts.bytes);
  } finally {
    partial.release();
  }
}

/** Completes a partial file and checks it; returns its fault, if any. */
async function fill(
  path: string,
  file: HubFile,
  facts: HubFileFacts,
  settings: HubSettings,
  options: WorkOptions & { readonly maximumBytes: number },
): Promise<string | undefined> {
  const handle = await open(path, "a+");
  try {
    let offset = (await handle.stat()).size;
    if (offset > (facts.bytes ?? 0)) {
      await handle.truncate(0);
      offset = 0;
    }
    await checkSpace(path, (facts.bytes ?? 0) - offset);
    const end = await transfer(handle, offset, file, facts, settings, options);
    if (typeof end === "string") return end;
    await handle.sync().catch(() => {});
  } finally {
    await handle.close();
  }
  return checkHash(path, facts, options.signal);
}

/** Appends the missing bytes. Returns the new length, or the fault. */
async function transfer(
  handle: FileHandle,
  start: number,
  file: HubFile,
  { bytes }: HubFileFacts,
  settings: HubSettings,
  { signal, onProgress, maximumBytes }: WorkOptions & { readonly maximumBytes: number },
): Promise<number | string> {
  const subject = toSubject(file);
  const url = createResolveUrl(settings.endpoint, file);
  const stage = `fetching ${file.path.split("/").at(-1)} of ${file.id}`;
  let offset = start;
  let breaks = 0;
  const report = (): void =>
    onProgress?.({ stage, completed: offset, ...(bytes === undefined ? {} : { total: bytes }) });
  report();
  while (offset !== bytes) {
    const answer = await requestHub(
      { url, subject, signal, ...(offset > 0 ? { range: [offset] as const } : {}) },
      settings,
    );
    if (offset > 0 && !continuesAt(answer, offset, bytes)) {
      // The server does not resume: it sends the whole file, or a different one.
      if (answer.status !== 200) {
        await answer.cancel();
        return `was resumed at the wrong position (${answer.headers.get("content-range") ?? "no Content-Range"}).`;
      }
      await handle.truncate(0);
      offset = 0;
    }
    const before = offset;
    const chunks = answer.chunks();
    try {
      for (;;) {
        const next = await chunks.next().catch((error: unknown) => {
          throwIfAborted(signal);
          return { broken: error };
        });
        if ("broken" in next) {
          if (offset > before) breaks = 0;
          if (++breaks > maximumBreaks)
            throw createNetworkError(next.broken, subject, new URL(answer.url).host);
          break;
        }
        if (next.done) {
          if (bytes === undefined || offset === bytes) return offset;
          if (offset > before) breaks = 0;
          if (++breaks > maximumBreaks) {
            return `arrived truncated: ${offset} of ${bytes} bytes, after ${breaks} attempts.`;
          }
          break;
        }
        if (offset + next.value.length > (bytes ?? maximumBytes)) {
          return `has more than the expected ${bytes ?? maximumBytes} bytes.`;
        }
        await handle.appendFile(next.value);
        offset += next.value.length;
        report();
      }
    } finally {
      await chunks.return(undefined);
    }
    await waitFor(settings.retryMilliseconds * Math.min(8, 2 ** breaks), signal);
  }
  return offset;
}

/** Whether a response is the rest of the file from `offset`. */
function continuesAt(
  { status, headers }: { status: number; headers: Headers },
  offset: number,
  bytes: number | undefined,
): boolean {
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get("content-range") ?? "");
  if (status !== 206 || !range) return false;
  return (
    Number(range[1]) === offset && (range[2] === "*" || bytes === undefined || Number(range[2]) === bytes)
  );
}

async function checkHash(
  path: string,
  { etag, bytes }: HubFileFacts,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const [name, hash] = /^[0-9a-f]{64}$/.test(etag)
    ? ["SHA-256", createHash("sha256")]
    : /^[0-9a-f]{40}$/.test(etag) && bytes !== undefined
      ? ["git SHA-1", createHash("sha1").update(`blob ${bytes}\0`)]
      : [];
  if (!hash) return undefined;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    throwIfAborted(signal);
    hash.update(chunk as Buffer);
  }
  const found = hash.digest("hex");
  return found === etag ? undefined : `arrived changed: its ${name} is ${found}; expected ${etag}.`;
}

/**
 * Throws before the transfer if the disk has too little space; if the system does not report free space, it
 * is assumed to be enough.
 */
async function checkSpace(path: string, bytes: number): Promise<void> {
  const disk = await statfs(dirname(path)).catch(() => undefined);
  if (!disk || disk.bsize === 0 || disk.bavail * disk.bsize >= bytes) return;
  throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
}

function toSubject({ id, type, revision, path }: HubFile): HubSubject {
  return { repo: { id, type }, revision, path };
}
