/** Opens and reads regular files only: reading a pipe may block forever, and a device may have no end. */
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { GolemError } from "../../core/error.ts";

/** Non-blocking, since opening a pipe without a writer would block. The flag does not exist on Windows. */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** An open file and its size in bytes when it was opened. */
interface RegularFile {
  readonly handle: FileHandle;
  readonly size: number;
}

/**
 * Opens a file for reading; the caller closes it. Rejects with `unreadable` if it is not a regular file, and
 * with the system's error if it cannot be opened (`describeReadError` converts it).
 */
export async function openRegularFile(path: string): Promise<RegularFile> {
  const handle = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "ENXIO" ? createKindError(path, "a socket or a device") : error;
  });
  try {
    const stats = await handle.stat();
    if (stats.isFile()) return { handle, size: stats.size };
    const kind = stats.isDirectory() ? "a folder" : stats.isFIFO() ? "a named pipe" : "a device";
    throw createKindError(path, kind);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Reads a file of at most `maximumBytes`; bytes appended while it is read are left out. `tooLarge` creates
 * the error for a longer file. Other errors are those of {@link openRegularFile}.
 */
export async function readRegularFile(
  path: string,
  maximumBytes: number,
  tooLarge: (size: number) => Error = (size) => createSizeError(path, size, maximumBytes),
): Promise<Buffer> {
  const { handle, size } = await openRegularFile(path);
  try {
    if (size > maximumBytes) throw tooLarge(size);
    // Files of /proc report the size 0 but have contents.
    if (size === 0) return await readUnsized(handle, maximumBytes, tooLarge);
    const bytes = Buffer.allocUnsafeSlow(size);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await handle.read(bytes, filled, size - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } finally {
    await handle.close();
  }
}

async function readUnsized(
  handle: FileHandle,
  maximumBytes: number,
  tooLarge: (size: number) => Error,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  let total = 0;
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(1 << 16), 0, 1 << 16, null);
    if (bytesRead === 0) return Buffer.concat(parts);
    total += bytesRead;
    if (total > maximumBytes) throw tooLarge(total);
    parts.push(buffer.subarray(0, bytesRead));
  }
}

function createKindError(path: string, kind: string): GolemError {
  return new GolemError("unreadable", `${path} cannot be read: it is ${kind}; expected a regular file.`, {
    hint: kind === "a folder" ? "Name a file." : "Copy its contents to a file, and name that.",
  });
}

function createSizeError(path: string, size: number, maximumBytes: number): GolemError {
  return new GolemError("unreadable", `${path} has ${size} bytes; expected at most ${maximumBytes}.`, {
    hint: "Check whether it is the right file.",
  });
}
