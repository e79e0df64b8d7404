/** Reads and writes cached JSON documents, which may be deleted at any time. */

import { parseBoundedJson } from "../../core/bounded-json.ts";
import { createCacheError } from "../hub/hub-error.ts";
import { writeFileAtomic } from "./atomic-write.ts";
import { readRegularFile } from "./regular-file.ts";

const version = 1;

/** Reads a cached document; undefined if it is absent or not valid. */
export async function readKept<T extends object>(path: string): Promise<T | undefined> {
  try {
    const { version: found, value } = parseBoundedJson(await readRegularFile(path, 256 << 20), Error) as {
      version: number;
      value: T;
    };
    return found === version ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Caches a document. Rejects with `cache-failed`. */
export async function writeKept(path: string, value: object): Promise<void> {
  await writeFileAtomic(path, JSON.stringify({ version, value })).catch((error: unknown) => {
    throw createCacheError(error, path);
  });
}
