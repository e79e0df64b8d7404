/**
 * Names on the Hub (repositories, revisions, files): their syntax and their URLs.
 *
 * Names may come from untrusted input (a data set's file list, a golem.json), so names that could lead out of
 * a folder or to another server are rejected.
 */
import { GolemError } from "../../core/error.ts";

/** A repository of the Hub. */
export interface HubRepo {
  /** "owner/name", or "name" for the few without an owner. */
  readonly id: string;
  readonly type: "model" | "dataset";
}

/** A file of a repository at a revision. */
export interface HubFile extends HubRepo {
  /** A branch, a tag, a reference ("refs/convert/parquet") or a commit. */
  readonly revision: string;
  /** With forward slashes. */
  readonly path: string;
}

/** Whether a revision is a commit, which is immutable. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

/**
 * Checks a repository's id.
 *
 * @throws GolemError `invalid-option`.
 */
export function checkRepo({ id }: HubRepo): void {
  const part = "[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?";
  const valid = new RegExp(`^(?:${part}/)?${part}$`).test(id) && !/--|\.\./.test(id) && id.length <= 96;
  if (valid) return;
  throw new GolemError(
    "invalid-option",
    `"${id.slice(0, 120)}" is not a Hub repository; expected OWNER/NAME (letters, digits, "-", "_", ".").`,
    { hint: "Copy the id from the top of the repository's page." },
  );
}

/**
 * Checks a revision.
 *
 * @throws GolemError `invalid-option`.
 */
export function checkRevision(revision: string): void {
  if (isSafePath(revision) && /^[\w./@+-]{1,255}$/.test(revision) && !/\.lock$/.test(revision)) return;
  throw new GolemError(
    "invalid-option",
    `"${revision.slice(0, 120)}" is not a revision; expected a branch, a tag or a commit.`,
    { hint: "Leave it out to use the main branch." },
  );
}

/** Whether a path from the Hub stays inside its target folder, on every system. */
export function isSafePath(path: string): boolean {
  if (path === "" || path.length > 1024) return false;
  return path.split("/").every((part) => {
    if (part === "" || part === "." || part === ".." || /[\\:\p{Cc}]/u.test(part)) return false;
    return part.length <= 255;
  });
}

/**
 * Checks a file's path.
 *
 * @throws GolemError `invalid-option`.
 */
export function checkHubPath(path: string): void {
  if (isSafePath(path)) return;
  throw new GolemError(
    "invalid-option",
    `"${path.slice(0, 120)}" is not a path inside a repository; expected one such as data/train.parquet.`,
    { hint: "Name a path that does not lead out of the repository or contain backslashes or colons." },
  );
}

/** Creates the URL of a file. */
export function createResolveUrl(endpoint: string, { id, type, revision, path }: HubFile): string {
  const prefix = type === "dataset" ? "datasets/" : "";
  const file = path.split("/").map(encodeURIComponent).join("/");
  return `${endpoint}/${prefix}${id}/resolve/${encodeURIComponent(revision)}/${file}`;
}

/** Creates the URL of the API's description of a revision: commit, files, card. */
export function createRevisionUrl(endpoint: string, { id, type }: HubRepo, revision: string): string {
  return `${endpoint}/api/${type}s/${id}/revision/${encodeURIComponent(revision)}`;
}

/** Describes a repository in messages. */
export function describeRepo({ id, type }: HubRepo): string {
  return type === "dataset" ? `data set ${id}` : `model ${id}`;
}

/** Creates the URL of a repository's page. */
export function createPageUrl(endpoint: string, { id, type }: HubRepo): string {
  return `${endpoint}/${type === "dataset" ? "datasets/" : ""}${id}`;
}
