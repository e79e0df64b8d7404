/** A folder as an object store. Objects are written under another name, flushed and renamed. */
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { GolemError } from "../../core/error.ts";
import { writeFileAtomic } from "../disk/atomic-write.ts";
import { openFileSource } from "../disk/file-source.ts";
import { walkFolder } from "../disk/folder-walk.ts";
import { checkKey, type ObjectStore } from "./object-store.ts";

/** Opens a folder; one that does not exist is treated as empty. */
export function openFolderStore(address: string): ObjectStore {
  const folder = resolve(address);
  const locate = (key: string): string => {
    checkKey(key);
    return join(folder, key);
  };
  return {
    address: folder,
    folder,
    async *list(prefix, options = {}) {
      // Only the folder of the prefix is walked.
      const inner = prefix.slice(0, prefix.lastIndexOf("/") + 1);
      const start = join(folder, inner);
      if (!(await stat(start).catch(() => undefined))?.isDirectory()) return;
      const { files } = await walkFolder(start, options);
      for (const name of files) {
        const key = inner + name;
        if (!key.startsWith(prefix)) continue;
        const info = await stat(join(folder, key)).catch(() => undefined);
        if (!info) continue;
        yield { key, size: info.size, modified: info.mtimeMs, version: String(Math.round(info.mtimeMs)) };
      }
    },
    async read(key, start, length) {
      const source = await openFileSource(locate(key)).catch((error: unknown) => {
        if (!(error instanceof GolemError) || error.code !== "data-not-found") throw error;
        throw new GolemError("data-not-found", `There is no file ${key} in ${folder}.`, {
          hint: "Check the path.",
          cause: error,
        });
      });
      try {
        return await source.read(start, length);
      } finally {
        await source.close();
      }
    },
    async write(key, bytes) {
      await writeFileAtomic(locate(key), bytes);
    },
  };
}
