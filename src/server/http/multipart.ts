/**
 * Reads the files of a multipart/form-data body one after another while it arrives, without keeping them in
 * memory.
 *
 * RFC 7578 (multipart/form-data), RFC 2046, 5.1 (boundaries). Own code, since no library reads a recording of
 * several hours as it arrives with these limits. `parseBody` of Hono and `@remix-run/multipart-parser` 0.16
 * keep each whole file in memory (remix-run/remix issue 10845). busboy 1.6 (no release since 2022) and
 * @fastify/busboy 3.2 push events: an adapter with back-pressure and the time limit of request-body.ts
 * would be as long as this file. With @fastify/busboy, a form with bytes after its
 * last boundary never ends (fastify/busboy issue 228), and a truncated form can end the process
 * (fastify/fastify-multipart 594). Not its concern: limits on bytes (see request-body.ts).
 */
import { GolemError } from "../../core/error.ts";

/** Maximum number of bytes of one part's headers, and before the first boundary. */
const maximumHeaderBytes = 16_384;
/** Maximum number of fields that are not files. */
const maximumFields = 100;
const lineEnd = Buffer.from("\r\n");
const headersEnd = Buffer.from("\r\n\r\n");

/** One file of a form. */
export interface FormFile {
  /** Its name on the sender's machine, without folders. */
  readonly name: string;
  /** Its bytes as they arrive; to be read once, before the next file is requested. */
  readonly pieces: AsyncIterable<Uint8Array>;
}

/**
 * Gets the boundary in a content type; undefined if the type is not multipart/form-data. Throws `bad-request`
 * if it has no valid boundary.
 */
export function getMultipartBoundary(contentType: string): string | undefined {
  if (!/^multipart\/form-data\s*(;|$)/i.test(contentType)) return undefined;
  const [, quoted, plain] = /;\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw malformed("its content type has no boundary of 1 to 70 characters");
  return boundary;
}

/**
 * Yields the files of a form in their order; fields without a file name are skipped. Rejects with
 * `bad-request` if the body is not a form, `too-large` if it has more than `maximumFiles`, and with the
 * errors of reading the chunks.
 */
export async function* readMultipart(
  chunks: AsyncIterable<Uint8Array>,
  boundary: string,
  maximumFiles: number,
): AsyncGenerator<FormFile> {
  const delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
  const reader = createReader(chunks, lineEnd);
  await reader.skipTo(delimiter, maximumHeaderBytes, "it does not begin with its boundary");
  for (let files = 0, fields = 0; ; ) {
    const after = await reader.take(2);
    if (after.toString("latin1") === "--") return;
    // There may be blanks between a boundary and the end of its line.
    const rest = after.equals(lineEnd)
      ? Buffer.alloc(0)
      : Buffer.concat([after, await reader.readTo(lineEnd, maximumHeaderBytes)]);
    if (!/^[ \t]*\r?$/.test(rest.toString("latin1"))) throw malformed("there is text after a boundary");
    reader.putBack(lineEnd);
    const headers = (await reader.readTo(headersEnd, maximumHeaderBytes)).toString("utf8");
    const name = getFileName(headers);
    if (name === undefined) {
      if (++fields > maximumFields) throw malformed(`it has more than ${maximumFields} fields`);
      for await (const _ of reader.stream(delimiter));
      continue;
    }
    if (++files > maximumFiles) {
      throw new GolemError(
        "too-large",
        `The form has more than the ${maximumFiles} files that are accepted.`,
        {
          hint: "Send them in several requests; the server's limit is --max-files.",
        },
      );
    }
    const pieces = reader.stream(delimiter);
    yield { name, pieces };
    // Skips the bytes that were not read.
    for await (const _ of pieces);
  }
}

/** Gets the file name in a part's headers, if any: UTF-8, quotes and line ends percent-encoded. */
function getFileName(headers: string): string | undefined {
  const disposition = /^content-disposition:[ \t]*form-data([^\r\n]*)/im.exec(headers)?.[1];
  if (disposition === undefined) throw malformed("a part has no form-data disposition");
  const [, quoted, plain] = /;\s*filename=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/i.exec(disposition) ?? [];
  const name = (quoted ?? plain)
    ?.replaceAll(/\\(.)/g, "$1")
    .replaceAll(/%(22|0A|0D)/gi, (_, hex) => (hex === "22" ? '"' : " "))
    .split(/[/\\]/)
    .at(-1);
  return name === undefined ? undefined : name.slice(0, 255) || "file";
}

/** Reads chunks up to marks, which may span chunks; `before` precedes the first chunk. */
function createReader(chunks: AsyncIterable<Uint8Array>, before: Uint8Array) {
  const iterator = chunks[Symbol.asyncIterator]();
  let held = Buffer.from(before);
  const fill = async (): Promise<void> => {
    const next = await iterator.next();
    if (next.done) throw malformed("it ends before its last boundary");
    held = held.length === 0 ? Buffer.from(next.value) : Buffer.concat([held, next.value]);
  };
  const cut = (count: number): Buffer<ArrayBuffer> => {
    const piece = held.subarray(0, count);
    held = held.subarray(count);
    return piece;
  };
  async function* stream(mark: Uint8Array): AsyncGenerator<Buffer> {
    for (;;) {
      const found = held.indexOf(mark);
      if (found >= 0) {
        yield cut(found);
        cut(mark.length);
        return;
      }
      // The last bytes may be the beginning of a mark.
      if (held.length >= mark.length) yield cut(held.length - mark.length + 1);
      await fill();
    }
  }
  const readTo = async (mark: Uint8Array, maximumBytes: number, reason = "a part has too long headers") => {
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of stream(mark)) {
      pieces.push(piece);
      length += piece.length;
      if (length > maximumBytes) throw malformed(reason);
    }
    return Buffer.concat(pieces);
  };
  return {
    stream,
    readTo,
    skipTo: readTo,
    putBack(bytes: Uint8Array) {
      held = Buffer.concat([bytes, held]);
    },
    async take(count: number): Promise<Buffer> {
      while (held.length < count) await fill();
      return cut(count);
    },
  };
}

function malformed(what: string): GolemError {
  return new GolemError("bad-request", `The body is not valid multipart/form-data: ${what}.`, {
    hint: "Send it as `curl -F file=@recording.wav` does.",
  });
}
