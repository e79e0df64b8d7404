/**
 * Unpacks untrusted zip files within limits on what is actually unpacked, whatever the archive claims.
 *
 * Not its concern: what the files are.
 *
 * Format: PKWARE's APPNOTE; read by fflate, which inflates into as many bytes as an entry claims.
 */
import { unzipSync } from "fflate";
import { GolemError } from "../../core/error.ts";

/** Limits of one archive. */
interface UnzipLimits {
  readonly maximumBytes: number;
  readonly maximumFiles: number;
}

/**
 * Unpacks the files of an archive by path; folders are left out.
 *
 * @throws GolemError `too-long` above a limit; `unreadable` for a damaged archive, for a path that leads out
 *   of the archive's folder and for entries that claim more packed bytes together than it has (they overlap).
 */
export function unpackZip(bytes: Uint8Array, limits: UnzipLimits): Record<string, Uint8Array> {
  try {
    return unpack(bytes, limits);
  } catch (cause) {
    if (cause instanceof GolemError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GolemError("unreadable", `The zip file cannot be read: ${reason}.`, {
      hint: "It is damaged or was cut off; download or pack it again.",
      cause,
    });
  }
}

function unpack(bytes: Uint8Array, limits: UnzipLimits): Record<string, Uint8Array> {
  let unpacked = 0;
  let packed = 0;
  let count = 0;
  return unzipSync(bytes, {
    filter: ({ name, size, originalSize, compression }) => {
      if (++count > limits.maximumFiles) {
        throw new GolemError("too-long", `The zip file has more than ${limits.maximumFiles} entries.`, {
          hint: "Split it into several.",
        });
      }
      packed += size;
      // fflate copies stored entries by their packed size.
      unpacked += compression === 0 ? Math.max(size, originalSize) : originalSize;
      if (packed > bytes.length) {
        throw new GolemError("unreadable", "Entries of the zip file overlap; each was expected apart.", {
          hint: "Pack it again.",
        });
      }
      if (unpacked > limits.maximumBytes) {
        const megabytes = limits.maximumBytes / 1e6;
        throw new GolemError(
          "too-long",
          `The zip file holds more than ${megabytes} MB; at most so much was expected.`,
        );
      }
      if (/^[/\\]|^[a-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)|\0/i.test(name)) {
        throw new GolemError("unreadable", `The zip file has the path ${JSON.stringify(name)}.`, {
          hint: "Paths below the archive's own folder were expected; pack it again.",
        });
      }
      return !name.endsWith("/");
    },
  });
}
