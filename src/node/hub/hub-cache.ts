/**
 * The standard cache folder of the Hub, shared with Hugging Face's own libraries:
 * CACHE/models--OWNER--NAME/{refs/REVISION, snapshots/COMMIT/PATH -> blobs/ETAG}
 * (https://huggingface.co/docs/huggingface_hub/guides/manage-cache).
 *
 * Not its concern: the network.
 */
import { lstat, mkdir, readdir, readlink, rename, stat, symlink, unlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { writeFileAtomic } from "../disk/atomic-write.ts";
import { readRegularFile } from "../disk/regular-file.ts";
import { createCacheError } from "./hub-error.ts";
import { type HubRepo, isCommit, isSafePath } from "./hub-repo.ts";

/** Folder of a repository in the cache. */
export function getRepoFolder(cache: string, { id, type }: HubRepo): string {
  return join(cache, `${type}s--${id.replaceAll("/", "--")}`);
}

/** Reads the commit that a revision last resolved to; a commit resolves to itself. Undefined if unknown. */
export async function readRef(cache: string, repo: HubRepo, revision: string): Promise<string | undefined> {
  if (isCommit(revision)) return revision;
  const file = join(getRepoFolder(cache, repo), "refs", ...revision.split("/"));
  const commit = (await readRegularFile(file, 1024).catch(() => "")).toString().trim();
  return isCommit(commit) ? commit : undefined;
}

/** Records the commit a revision resolves to. */
export async function writeRef(
  cache: string,
  repo: HubRepo,
  revision: string,
  commit: string,
): Promise<void> {
  if (isCommit(revision) || (await readRef(cache, repo, revision)) === commit) return;
  const file = join(getRepoFolder(cache, repo), "refs", ...revision.split("/"));
  await writeFileAtomic(file, commit).catch((error: unknown) => {
    throw createCacheError(error, file);
  });
}

/** Gets the path of a commit's file in the cache; the file need not exist. */
export function getSnapshotPath(cache: string, repo: HubRepo, commit: string, path: string): string {
  return join(getRepoFolder(cache, repo), "snapshots", commit, ...path.split("/"));
}

/** Finds the path of a commit's file if it is in the cache. */
export async function findSnapshotFile(
  cache: string,
  repo: HubRepo,
  commit: string,
  path: string,
): Promise<string | undefined> {
  const file = getSnapshotPath(cache, repo, commit, path);
  return (await stat(file).catch(() => undefined))?.isFile() ? file : undefined;
}

/** Lists the paths of a commit's files that are in the cache, sorted. */
export async function listSnapshotFiles(cache: string, repo: HubRepo, commit: string): Promise<string[]> {
  const folder = join(getRepoFolder(cache, repo), "snapshots", commit);
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const paths: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory() || !(await stat(path).catch(() => undefined))?.isFile()) continue;
    paths.push(relative(folder, path).replaceAll("\\", "/"));
  }
  return paths.filter(isSafePath).sort();
}

/** Adds a blob to a snapshot: as a relative link, or as the file itself if links are not allowed. */
export async function addToSnapshot(blob: string, file: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    const target = relative(dirname(file), blob);
    try {
      await symlink(target, file);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EEXIST") {
        const isRight = (await lstat(file)).isSymbolicLink() && (await readlink(file)) === target;
        if (isRight) return;
        await unlink(file);
        await symlink(target, file);
      } else if (["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EINVAL"].includes(code ?? "")) {
        await rename(blob, file);
      } else throw error;
    }
  } catch (error) {
    throw createCacheError(error, file);
  }
}
