/** SHA-256 of a file's bytes. */
import { createHash } from "node:crypto";
import { GolemError, throwIfAborted } from "../../core/error.ts";
import { describeDiskReason } from "./disk-error.ts";
import { openRegularFile } from "./regular-file.ts";

const blockBytes = 1 << 20;

/**
 * Computes the SHA-256 (64 lower-case hexadecimal digits) of a file, at most 1 MB of it in memory at a time.
 *
 * @throws GolemError `data-not-found` if there is no such file, `unreadable` if it cannot be read.
 */
export async function computeFileHash(path: string, options: { signal?: AbortSignal } = {}): Promise<string> {
  try {
    const { handle, size } = await openRegularFile(path);
    try {
      const hash = createHash("sha256");
      // One byte more than the file's size, so that one read shows that a small file is complete.
      const block = Buffer.allocUnsafe(Math.min(size + 1, blockBytes));
      for (;;) {
        throwIfAborted(options.signal);
        const { bytesRead } = await handle.read(block, 0, block.length);
        hash.update(block.subarray(0, bytesRead));
        if (bytesRead === 0 || (bytesRead === size && bytesRead < block.length)) break;
      }
      return hash.digest("hex");
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw describeReadError(error, path);
  }
}

/** Adds file name and hint to an error of the file system; returns GolemErrors unchanged. */
export function describeReadError(error: unknown, path: string): GolemError {
  if (error instanceof GolemError) return error;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new GolemError("data-not-found", `There is no file ${path}.`, {
      hint: "Check the spelling; relative paths start at the working folder.",
      cause: error,
    });
  }
  return new GolemError("unreadable", `${path} cannot be read: ${describeDiskReason(error)}.`, {
    hint: "Check the file and its permissions.",
    cause: error,
  });
}
