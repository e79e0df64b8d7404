/**
 * Gets Hub files through the standard cache, which is shared with other programs, including their downloads.
 *
 * Own code rather than @huggingface/hub 2.17: its downloads cannot be resumed, are checked for neither size
 * nor hash, and ignore refs/ and HF_HUB_OFFLINE; its errors do not distinguish a missing file from a gated
 * repository.
 */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { parseBoundedJson } from "../../core/bounded-json.ts";
import { checkSchema } from "../../core/check-schema.ts";
import { GolemError, throwIfAborted } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import type { Warning } from "../environment.ts";
import {
  addToSnapshot,
  findSnapshotFile,
  getRepoFolder,
  getSnapshotPath,
  listSnapshotFiles,
  readRef,
  writeRef,
} from "./hub-cache.ts";
import { downloadHubFile, type HubFileFacts } from "./hub-download.ts";
import { beginWithSubject, describeSubject, type HubSubject } from "./hub-error.ts";
import {
  checkHubPath,
  checkRepo,
  checkRevision,
  createResolveUrl,
  createRevisionUrl,
  type HubFile,
  type HubRepo,
  isCommit,
  isSafePath,
} from "./hub-repo.ts";
import { requestHub, requestHubBytes } from "./hub-request.ts";
import { getHubSettings, type HubSettings } from "./hub-settings.ts";

/** Options of Hub requests. */
export interface HubOptions extends WorkOptions {
  /** Default: read from environment variables. */
  readonly settings?: HubSettings | undefined;
  /** Called when the Hub could not be reached and the cache was used instead. */
  readonly onWarning?: ((warning: Warning) => void) | undefined;
}

interface HubRevision {
  readonly commit: string;
  /** Paths of all files; offline, those of cached files. */
  readonly files: readonly string[];
  /** The card's metadata as parsed by the Hub; undefined offline. Untrusted: validate before use. */
  readonly card: unknown;
  /** Whether the Hub reports it as public; undefined offline. */
  readonly isPublic?: boolean | undefined;
}

/** Default maximum size of a file in bytes. */
const defaultMaximumBytes = 32 * 2 ** 30;
const maximumAnswerBytes = 64 << 20;
/** Timeout of a request if a cached answer is available. */
const cachedAnswerMilliseconds = 10_000;

/**
 * Gets a file from the cache, else from the Hub. A cached file of a commit needs no request.
 *
 * @returns Its absolute path in the cache; do not write to it.
 * @throws GolemError `hub-not-found`, `hub-denied`, `hub-damaged`, `fetch-failed`, `cache-failed`,
 *   `invalid-option`, `aborted`.
 */
export async function fetchHubFile(
  file: HubFile,
  options: HubOptions & { readonly maximumBytes?: number } = {},
): Promise<string> {
  const { settings = getHubSettings(), maximumBytes = defaultMaximumBytes } = options;
  checkNames(file, file.revision);
  checkHubPath(file.path);
  const known = await findHubFile(file, settings);
  if (known && (isCommit(file.revision) || settings.offline)) return known;
  const subject = { repo: file, revision: file.revision, path: file.path };
  const facts = await requestOrUseCache(subject, settings, options, known, (shortened) =>
    requestHeaders(file, shortened, options.signal, known ? 1 : undefined),
  );
  if (typeof facts === "string") return facts;
  const { cache } = settings;
  const path = getSnapshotPath(cache, file, facts.commit, file.path);
  if (!(await findSnapshotFile(cache, file, facts.commit, file.path))) {
    if ((facts.bytes ?? 0) > maximumBytes) {
      throw new GolemError(
        "fetch-failed",
        `${beginWithSubject(subject)} has ${facts.bytes} bytes; expected at most ${maximumBytes}.`,
      );
    }
    const blob = join(getRepoFolder(cache, file), "blobs", facts.etag);
    if (!(await isBlob(blob, facts))) {
      const pinned = { ...file, revision: facts.commit };
      await downloadHubFile(pinned, facts, blob, settings, { ...options, maximumBytes });
    }
    await addToSnapshot(blob, path);
  }
  await writeRef(cache, file, file.revision, facts.commit);
  return path;
}

/** Finds the path of a cached file, without a request. */
export async function findHubFile(file: HubFile, settings = getHubSettings()): Promise<string | undefined> {
  const commit = await readRef(settings.cache, file, file.revision);
  return commit === undefined ? undefined : findSnapshotFile(settings.cache, file, commit, file.path);
}

/**
 * Finds the commit that a revision resolves to. Requests it from the Hub unless the revision is a commit, or
 * HF_HUB_OFFLINE is set.
 */
export async function resolveHubRevision(
  repo: HubRepo,
  revision: string,
  options: HubOptions = {},
): Promise<string> {
  checkNames(repo, revision);
  return isCommit(revision) ? revision : (await fetchHubRevision(repo, revision, options)).commit;
}

/**
 * Requests the commit and the files of a revision. If the Hub cannot be reached, the cache is used.
 *
 * @throws GolemError `hub-not-found`, `hub-denied`, `fetch-failed`, `invalid-option`, `aborted`.
 */
export async function fetchHubRevision(
  repo: HubRepo,
  revision: string,
  options: HubOptions = {},
): Promise<HubRevision> {
  const { settings = getHubSettings(), signal } = options;
  checkNames(repo, revision);
  const commit = await readRef(settings.cache, repo, revision);
  const files = commit === undefined ? [] : await listSnapshotFiles(settings.cache, repo, commit);
  const known = commit !== undefined && files.length > 0 ? { commit, files, card: undefined } : undefined;
  if (settings.offline && known) return known;
  const subject = { repo, revision };
  const found = await requestOrUseCache(subject, settings, options, known, async (shortened) => {
    const url = createRevisionUrl(settings.endpoint, repo, revision);
    const attempts = known ? 1 : 5;
    const bytes = await requestHubBytes({ url, subject, signal, attempts }, shortened, maximumAnswerBytes);
    return parseRevision(bytes, subject, settings);
  });
  await writeRef(settings.cache, repo, revision, found.commit);
  return found;
}

/** Sends a request; if the Hub cannot be reached, warns and returns the cached answer, if any. */
async function requestOrUseCache<Found, Known>(
  subject: HubSubject,
  settings: HubSettings,
  options: HubOptions,
  known: Known | undefined,
  ask: (settings: HubSettings) => Promise<Found>,
): Promise<Found | Known> {
  if (settings.offline) {
    throw new GolemError(
      "fetch-failed",
      `${beginWithSubject(subject)} is not in the cache (${getRepoFolder(settings.cache, subject.repo)}), and HF_HUB_OFFLINE forbids downloading it.`,
      {
        hint: "Unset HF_HUB_OFFLINE and run this once with a network connection; it works offline afterwards.",
      },
    );
  }
  const silenceMilliseconds = Math.min(settings.silenceMilliseconds, cachedAnswerMilliseconds);
  try {
    return await ask(known === undefined ? settings : { ...settings, silenceMilliseconds });
  } catch (error) {
    throwIfAborted(options.signal);
    if (known === undefined || !(error instanceof GolemError) || error.code !== "fetch-failed") throw error;
    options.onWarning?.({
      code: "fetch-failed",
      message: `${error.message} The cached version is used.`,
      hint: "It may be older than the Hub's.",
    });
    return known;
  }
}

async function requestHeaders(
  file: HubFile,
  settings: HubSettings,
  signal: AbortSignal | undefined,
  attempts = 5,
): Promise<HubFileFacts & { readonly commit: string }> {
  const subject = { repo: file, revision: file.revision, path: file.path };
  const url = createResolveUrl(settings.endpoint, file);
  const { status, headers } = await requestHub({ url, subject, method: "HEAD", signal, attempts }, settings);
  const commit = headers.get("x-repo-commit") ?? file.revision;
  const etag = (headers.get("x-linked-etag") ?? headers.get("etag") ?? "")
    .replace(/^W\//, "")
    .replaceAll('"', "");
  const size = headers.get("x-linked-size") ?? (status < 300 ? headers.get("content-length") : null);
  if (isCommit(commit) && /^[\w-][\w.-]{0,127}$/.test(etag)) {
    return { commit, etag, bytes: size !== null && /^\d{1,15}$/.test(size) ? Number(size) : undefined };
  }
  throw createForeignError(subject, settings, "no X-Repo-Commit and ETag");
}

/** The fields used of the Hub's answer about a revision. */
const revisionSchema = z.object({
  sha: z.string().check(z.refine(isCommit)),
  siblings: z.array(z.object({ rfilename: z.optional(z.unknown()) })),
  cardData: z.optional(z.unknown()),
  private: z.optional(z.unknown()),
});

function parseRevision(bytes: Uint8Array, subject: HubSubject, settings: HubSettings): HubRevision {
  const createError = () => createForeignError(subject, settings, "no commit and list of files");
  const json = parseBoundedJson(bytes, createError);
  const { sha, siblings, cardData, private: isPrivate } = checkSchema(revisionSchema, json, createError);
  const files = siblings.map((file) => file.rfilename).filter((name) => typeof name === "string");
  return { commit: sha, files: files.filter(isSafePath), card: cardData, isPublic: isPrivate === false };
}

function createForeignError(subject: HubSubject, settings: HubSettings, missing: string): GolemError {
  return new GolemError(
    "fetch-failed",
    `${settings.endpoint} does not respond like the Hugging Face Hub to a request for ${describeSubject(subject)}: ${missing} in the response.`,
    { hint: "Check HF_ENDPOINT, and whether this network requires a login first." },
  );
}

async function isBlob(blob: string, { bytes }: HubFileFacts): Promise<boolean> {
  const info = await stat(blob).catch(() => undefined);
  return info?.isFile() === true && (bytes === undefined || info.size === bytes);
}

function checkNames(repo: HubRepo, revision: string): void {
  checkRepo(repo);
  checkRevision(revision);
}
