/**
 * Checks an LMDB data file before LMDB opens it: LMDB maps the file into memory and trusts it, so a damaged
 * file can crash the process instead of raising an error.
 *
 * Format: lmdb/libraries/liblmdb/mdb.c of lmdb-js 3.5, data version 2 (struct MDB_page, MDB_meta, MDB_db; 64
 * bit).
 * Not its concern: keys, values.
 */
import { open } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";

const metaMagic = 0xbeef_c0de;
const metaVersion = 2;
const pageHeaderBytes = 24;
const metaBytes = 168;
const noPage = 0xffff_ffff_ffff_ffffn;
const leafOrBranch = 0x01 | 0x02;

/** "new": absent or empty. "short": a counted page may lie past the end of the file. */
export type LmdbFileState = "new" | "sound" | "short" | "damaged";

/**
 * Checks a data file: both meta pages, the size of the file, the roots of its trees. A concurrent writer can
 * make a sound file look damaged for an instant, so the check is repeated up to four times.
 */
export async function examineLmdbFile(path: string): Promise<LmdbFileState> {
  for (let attempt = 0; ; attempt++) {
    const state = await examineOnce(path);
    if (state !== "damaged" || attempt === 3) return state;
    await wait(20 * (attempt + 1));
  }
}

/** Extends a data file with zeros to all pages it counts; reading those then fails without crashing. */
export async function completeLmdbFile(path: string): Promise<void> {
  const handle = await open(path, "r+");
  try {
    const meta = await readNewestMeta(handle);
    if (!meta) return;
    const needed = (meta.lastPage + 1) * meta.pageBytes;
    if ((await handle.stat()).size < needed) await handle.truncate(needed);
  } finally {
    await handle.close();
  }
}

async function examineOnce(path: string): Promise<LmdbFileState> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "new";
    throw error;
  }
  try {
    if ((await handle.stat()).size === 0) return "new";
    const meta = await readNewestMeta(handle);
    if (!meta) return "damaged";
    for (const root of meta.roots) {
      if (root === noPage) continue;
      if (root > BigInt(meta.lastPage)) return "damaged";
      const header = await readAt(handle, Number(root) * meta.pageBytes, pageHeaderBytes);
      if (header.length < pageHeaderBytes) return "short";
      if (header.readBigUInt64LE(0) !== root || (header.readUInt16LE(18) & leafOrBranch) === 0)
        return "damaged";
    }
    const { size } = await handle.stat();
    return size < (meta.lastPage + 1) * meta.pageBytes ? "short" : "sound";
  } finally {
    await handle.close();
  }
}

interface Meta {
  readonly pageBytes: number;
  readonly lastPage: number;
  readonly transaction: bigint;
  /** Root pages of the tree of free pages and of the main tree. */
  readonly roots: readonly bigint[];
}

type Handle = Awaited<ReturnType<typeof open>>;

async function readNewestMeta(handle: Handle): Promise<Meta | undefined> {
  const first = parseMeta(await readAt(handle, 0, metaBytes));
  if (!first) return undefined;
  const second = parseMeta(await readAt(handle, first.pageBytes, metaBytes));
  if (!second || second.pageBytes !== first.pageBytes) return undefined;
  return second.transaction > first.transaction ? second : first;
}

function parseMeta(page: Buffer): Meta | undefined {
  if (page.length < metaBytes || page.readUInt32LE(24) !== metaMagic) return undefined;
  if ((page.readUInt32LE(28) & 0xffff) !== metaVersion) return undefined;
  const pageBytes = page.readUInt32LE(48);
  if (pageBytes < 512 || pageBytes > 65_536 || (pageBytes & (pageBytes - 1)) !== 0) return undefined;
  const lastPage = page.readBigUInt64LE(144);
  if (lastPage < 1n || lastPage > 2n ** 40n) return undefined;
  return {
    pageBytes,
    lastPage: Number(lastPage),
    transaction: page.readBigUInt64LE(152),
    roots: [page.readBigUInt64LE(48 + 40), page.readBigUInt64LE(96 + 40)],
  };
}

async function readAt(handle: Handle, offset: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}
