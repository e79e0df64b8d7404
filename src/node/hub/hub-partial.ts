/**
 * Manages partial files of interrupted transfers: they are found again, and never written by two processes at
 * the same time.
 *
 * Each transfer writes its own file, ETAG.HOST.PROCESS.N.incomplete. A file whose process or transfer has
 * ended is claimed by renaming it, which can succeed in only one process. The same applies to the
 * ETAG.incomplete of Hugging Face's Python library if it has not changed for a minute. Not its concern: the
 * network.
 */
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

const host = hostname().replaceAll(/[^\w-]/g, "");
const restMilliseconds = 60_000;
const running = new Set<string>();
let counter = 0;

interface PartialFile {
  readonly path: string;
  /** Ends the transfer and keeps the partial file. */
  release(): void;
}

/** Opens the partial file for `target`: the longest one not in use, else a new one. */
export async function claimPartial(target: string): Promise<PartialFile> {
  const folder = dirname(target);
  const name = basename(target);
  await mkdir(folder, { recursive: true });
  const own = `${name}.${host}.${process.pid}.${counter++}.incomplete`;
  const path = join(folder, own);
  running.add(own);
  try {
    const found: { path: string; size: number }[] = [];
    for (const entry of await readdir(folder)) {
      if (!entry.startsWith(`${name}.`) || !entry.endsWith("incomplete") || running.has(entry)) continue;
      const info = await stat(join(folder, entry)).catch(() => undefined);
      if (!info || !isAbandoned(entry.slice(name.length), info.mtimeMs)) continue;
      found.push({ path: join(folder, entry), size: info.size });
    }
    let claimed = false;
    for (const { path: other } of found.sort((a, b) => b.size - a.size)) {
      if (claimed) await rm(other, { force: true });
      else {
        claimed = await rename(other, path).then(
          () => true,
          () => false,
        );
      }
    }
  } catch (error) {
    running.delete(own);
    throw error;
  }
  return { path, release: () => void running.delete(own) };
}

function isAbandoned(ending: string, modified: number): boolean {
  const maker = /^\.([\w-]*)\.(\d+)\.\d+\.incomplete$/.exec(ending);
  if (!maker) return Date.now() - modified > restMilliseconds;
  if (maker[1] !== host) return false;
  const pid = Number(maker[2]);
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
