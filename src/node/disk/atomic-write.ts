/**
 * Atomic writes of files and folders: a reader finds the old version or the new one, even if the writer is
 * killed at any time. Contents are written under another name next to the target, flushed, then renamed.
 *
 * A file is replaced by a single rename. Folders that are not empty cannot be replaced by one call: the old
 * one is moved aside and the new one moved in by two consecutive renames; if the process is killed between
 * them, {@link recoverFolder} restores the old one. Not its concern: what is written.
 */
import { renameSync } from "node:fs";
import { mkdir, open, readdir, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { GolemError } from "../../core/error.ts";
import { describeDiskReason } from "./disk-error.ts";

/** Host and process in the names of unfinished files, which show whether their writer is still running. */
const maker = `${hostname().replaceAll(/[^\w-]/g, "")}.${process.pid}`;
const leftoverMilliseconds = 24 * 60 * 60 * 1000;
let counter = 0;

/** Writes a whole file atomically; text as UTF-8. Creates its folder. */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  await replaceFileAtomic(path, (stagingFile) => writeFile(stagingFile, content));
}

/**
 * Replaces a file atomically with the staging file that `write` writes.
 *
 * @throws GolemError `output-exists` when the path is a folder, `output-failed` if it cannot be written;
 *   errors of `write` itself are passed on.
 */
export async function replaceFileAtomic(
  path: string,
  write: (stagingFile: string) => Promise<void>,
): Promise<void> {
  const target = await followLink(path);
  const staging = createSiblingName(target, "staging");
  try {
    await prepareFolder(target);
    if (await isFolder(target)) {
      throw new GolemError("output-exists", `${path} is a folder; expected the name of a file.`, {
        hint: "Name a file in it, or another one.",
      });
    }
    await write(staging);
    await flush(staging);
    await rename(staging, target);
    await flush(dirname(target));
  } catch (error) {
    await rm(staging, { force: true }).catch(() => {});
    throw describeWriteError(error, path);
  }
}

/**
 * Replaces a folder atomically with the staging folder that `write` fills. An existing folder is replaced
 * only if it is a golem (contains golem.json) or empty.
 *
 * @throws GolemError `output-exists` for any other folder or a file, `output-failed` if it cannot be
 * written; errors of `write` itself are passed on.
 */
export async function replaceFolderAtomic(
  path: string,
  write: (stagingFolder: string) => Promise<void>,
): Promise<void> {
  const target = await followLink(path);
  const staging = createSiblingName(target, "staging");
  const old = createSiblingName(target, "old");
  try {
    await recoverFolder(target);
    await prepareFolder(target);
    await checkReplaceable(target, path);
    await mkdir(staging);
    await write(staging);
    await flushTree(staging);
    await checkReplaceable(target, path);
    swap(staging, target, old);
    await flush(dirname(target));
  } catch (error) {
    await rm(staging, { recursive: true, force: true }).catch(() => {});
    throw describeWriteError(error, path);
  }
  await rm(old, { recursive: true, force: true });
}

/**
 * Restores a folder that was moved aside by {@link replaceFolderAtomic} before the process was killed; does
 * nothing if the folder exists. It takes little time, so it can be called before loading.
 */
export async function recoverFolder(path: string): Promise<void> {
  const target = await followLink(path);
  if (await exists(target)) return;
  const prefix = createPrefix(target, "old");
  const names = await readdir(dirname(target)).catch(() => []);
  for (const name of names.filter((name) => name.startsWith(prefix) && isAbandoned(name))) {
    await rename(join(dirname(target), name), target).catch(() => {});
  }
}

/** Synchronous, so that no signal handler of this process runs between the renames. */
function swap(staging: string, target: string, old: string): void {
  try {
    renameSync(target, old);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  try {
    renameSync(staging, target);
  } catch (error) {
    try {
      renameSync(old, target);
    } catch {
      // There was no old folder.
    }
    throw error;
  }
}

/**
 * Checks before any work whether {@link replaceFolderAtomic} would reject the path.
 *
 * @throws GolemError `output-exists`.
 */
export async function checkFolderReplaceable(path: string): Promise<void> {
  await checkReplaceable(await followLink(path), path);
}

async function checkReplaceable(target: string, path: string): Promise<void> {
  if (!(await exists(target))) return;
  const names = (await isFolder(target)) ? await readdir(target) : undefined;
  if (names?.length === 0 || names?.includes("golem.json")) return;
  const found = names ? `contains ${names.length} files but no golem.json` : "is a file";
  throw new GolemError(
    "output-exists",
    `${path} ${found}; expected a golem's folder, an empty folder or a new one.`,
    {
      hint: "Name another folder, or delete this one if you do not need its files.",
    },
  );
}

/** Creates the target's folder and removes the staging files of killed processes for this target. */
async function prepareFolder(target: string): Promise<void> {
  const folder = dirname(target);
  await mkdir(folder, { recursive: true });
  const prefixes = [createPrefix(target, "staging"), createPrefix(target, "old")];
  for (const name of await readdir(folder)) {
    if (!prefixes.some((prefix) => name.startsWith(prefix))) continue;
    const path = join(folder, name);
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (isAbandoned(name) || age > leftoverMilliseconds) await rm(path, { recursive: true, force: true });
  }
}

function createPrefix(target: string, kind: "staging" | "old"): string {
  return `.${basename(target)}.golem-${kind}.`;
}

function createSiblingName(target: string, kind: "staging" | "old"): string {
  return join(dirname(target), `${createPrefix(target, kind)}${maker}.${counter++}`);
}

/** Whether the file's name is that of a process of this machine that has ended. */
function isAbandoned(name: string): boolean {
  const match = /\.([\w-]*)\.(\d+)\.\d+$/.exec(name);
  if (!match || match[1] !== maker.split(".")[0]) return false;
  try {
    process.kill(Number(match[2]), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Gets the target of a link, so that the link is kept; otherwise the absolute path. */
async function followLink(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

/** Whether a file or folder exists. */
export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

async function flushTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await flushTree(path);
    else if (entry.isFile()) await flush(path);
  }
  await flush(folder);
}

/** Flushes a file or a folder's list to disk; does nothing on systems that cannot flush folders. */
async function flush(path: string): Promise<void> {
  const isOpenable = !(process.platform === "win32" && (await isFolder(path)));
  if (!isOpenable) return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } catch (error) {
    if (!["EINVAL", "EPERM", "ENOTSUP", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? ""))
      throw error;
  } finally {
    await handle.close();
  }
}

function describeWriteError(error: unknown, path: string): unknown {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (error instanceof GolemError || code === undefined || syscall === undefined) return error;
  return new GolemError("output-failed", `${path} could not be written: ${describeDiskReason(error)}.`, {
    hint: "Name another file or folder with --out.",
    cause: error,
  });
}
