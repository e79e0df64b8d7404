/** A file as a byte source: bounded reads through one open handle. */
import { basename, resolve } from "node:path";
import type { ByteSource } from "../../core/byte-source.ts";
import { GolemError } from "../../core/error.ts";
import { describeDiskReason } from "./disk-error.ts";
import { openRegularFile } from "./regular-file.ts";

/** A byte source that must be closed after use. */
export type FileSource = ByteSource & { readonly path: string; close(): Promise<void> };

/** Opens a file; rejects with `data-not-found` if it does not exist, `unreadable` if it cannot be read. */
export async function openFileSource(file: string): Promise<FileSource> {
  const path = resolve(file);
  const name = basename(path);
  const fail = (cause: unknown): never => {
    if (cause instanceof GolemError) throw cause;
    const code = (cause as { code?: string }).code ?? "unknown error";
    const missing = code === "ENOENT" || code === "ENOTDIR";
    throw new GolemError(
      missing ? "data-not-found" : "unreadable",
      missing
        ? `${name} does not exist; expected an audio file.`
        : `${name} could not be read: ${describeDiskReason(cause)}.`,
      {
        hint: missing
          ? name.includes("\ufffd")
            ? "The name contains bytes that are not UTF-8, so the file cannot be opened; rename it."
            : "Check the path."
          : "Check that it is a file and that you have permission to read it.",
        cause,
      },
    );
  };
  const { handle, size: byteLength } = await openRegularFile(path).catch(fail);
  return {
    name,
    path,
    byteLength,
    read: async (offset, length) => {
      const count = Math.max(0, Math.min(length, byteLength - offset));
      if (count === 0 || offset < 0) return new Uint8Array(0);
      const bytes = new Uint8Array(count);
      let filled = 0;
      while (filled < count) {
        const { bytesRead } = await handle.read(bytes, filled, count - filled, offset + filled).catch(fail);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return filled === count ? bytes : bytes.subarray(0, filled);
    },
    close: () => handle.close(),
  };
}
