/**
 * The interface of storage of whole objects by key: a folder, or an S3 bucket. Keys are paths with forward
 * slashes, relative to the address of the store.
 *
 * Implemented by folder-store.ts and s3-store.ts.
 */
import type { ByteSource } from "../../core/byte-source.ts";
import { GolemError } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";

/** One object, as listed. */
export interface StoredObject {
  readonly key: string;
  /** Size in bytes. */
  readonly size: number;
  /** Time of the last write, in milliseconds since 1970. */
  readonly modified: number;
  /** Changes with the bytes: the entity tag in S3, the time of change of a file. */
  readonly version: string;
}

/** A folder or a bucket. */
export interface ObjectStore {
  /** The address as given by the user: an absolute path, or s3://bucket/prefix. */
  readonly address: string;
  /** The folder's path, if the store is a folder. */
  readonly folder?: string;
  /** Lists objects whose keys begin with `prefix`, by key. Rejects: `data-not-found`, `fetch-failed`. */
  list(prefix: string, options?: WorkOptions): AsyncIterable<StoredObject>;
  /**
   * Reads bytes [start, start + length); fewer only at the end. Rejects with `data-not-found`,
   * `fetch-failed`, `unreadable`.
   */
  read(key: string, start: number, length: number, options?: WorkOptions): Promise<Uint8Array>;
  /** Writes an object atomically: readers find old bytes or new ones. Rejects with `output-failed`. */
  write(key: string, bytes: Uint8Array): Promise<void>;
}

/** Whether an address is one of S3. */
export const isBucketAddress = (address: string): boolean => /^s3:\/\//i.test(address);

/** Maximum length of a key in bytes: the limit of S3. */
const maximumKeyBytes = 1024;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are searched for
const controls = /[\u0000-\u001f\u007f]/;

/**
 * Returns the fault of an untrusted key, as a clause; undefined if it is a plain relative path, which cannot
 * lead out of a store.
 */
export function findKeyFault(key: string): string | undefined {
  if (key === "") return "it is empty";
  if (controls.test(key)) return "it contains control characters";
  if (key.includes("\\")) return "it contains a backslash";
  if (/^([/]|[a-z]:)/i.test(key)) return "it is an absolute path";
  if (key.split("/").some((part) => part === ".." || part === "." || part === "")) {
    return "it leads out of its folder, or has an empty part";
  }
  if (Buffer.byteLength(key) > maximumKeyBytes) return `it is longer than ${maximumKeyBytes} bytes`;
  return undefined;
}

/** Throws `invalid-data` for a key that is not a plain relative path. */
export function checkKey(key: string): void {
  const fault = findKeyFault(key);
  if (fault === undefined) return;
  throw new GolemError(
    "invalid-data",
    `The key ${JSON.stringify(key.slice(0, 200))} cannot be used: ${fault}; expected a relative path.`,
    { hint: "Rename the object." },
  );
}

/** Bytes per request when a whole object is read. */
const pieceBytes = 8 << 20;

/** Reads a whole object of at most `maximumBytes`; throws `too-large` for a longer one. */
export async function readObject(
  store: ObjectStore,
  key: string,
  maximumBytes: number,
  options: WorkOptions = {},
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const length = Math.min(pieceBytes, maximumBytes + 1 - total);
    const piece = await store.read(key, total, length, options);
    total += piece.length;
    pieces.push(piece);
    if (total > maximumBytes) {
      throw new GolemError("too-large", `${key} has more than ${maximumBytes} bytes; expected no more.`, {
        hint: "Check whether it is the right file.",
      });
    }
    if (piece.length < length) break;
  }
  return pieces.length === 1 ? pieces[0]! : new Uint8Array(Buffer.concat(pieces));
}

/** Creates a byte source over an object; small reads near each other share blocks of `blockBytes`. */
export function createObjectSource(
  store: ObjectStore,
  { key, size }: Pick<StoredObject, "key" | "size">,
  { blockBytes = 1 << 20, ...options }: WorkOptions & { readonly blockBytes?: number } = {},
): ByteSource {
  let start = 0;
  let block: Uint8Array = new Uint8Array(0);
  return {
    name: key.slice(key.lastIndexOf("/") + 1),
    byteLength: size,
    async read(offset, length) {
      const end = Math.min(offset + length, size);
      if (offset < 0 || offset >= end) return new Uint8Array(0);
      if (end - offset > blockBytes) return store.read(key, offset, end - offset, options);
      if (offset < start || end > start + block.length) {
        block = await store.read(key, offset, Math.min(blockBytes, size - offset), options);
        start = offset;
      }
      return block.subarray(offset - start, end - start);
    },
  };
}
