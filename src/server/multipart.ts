/**
 * Files out of a multipart/form-data body, one after another while it arrives; nothing is kept.
 *
 * RFC 7578 (multipart/form-data), RFC 2046 5.1 (boundaries).
 * Not its concern: limits on bytes (see request-body.ts), audio.
 */
import { GolemError } from "../core/error.ts";

/** Most bytes of one part's headers, and of what stands before the first boundary. */
const maximumHeaderBytes = 16_384;
/** Most fields that are no files. */
const maximumFields = 100;
const lineEnd = Buffer.from("\r\n");
const headersEnd = Buffer.from("\r\n\r\n");

/** One file of a form. */
export interface FormFile {
  /** As the sender calls it, without folders. */
  readonly name: string;
  /** Its bytes as they arrive, to be read once, before the next file is asked for. */
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** The boundary in a content type; undefined when it is not multipart/form-data; `bad-request` when it has no proper boundary. */
export function getMultipartBoundary(contentType: string): string | undefined {
  if (!/^multipart\/form-data\s*(;|$)/i.test(contentType)) return undefined;
  const [, quoted, plain] = /;\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw malformed("its content type has no boundary of 1 to 70 characters");
  return boundary;
}

/**
 * Hands out the files of a form in their order; fields without a file name are passed over. Rejects with `bad-request` for what is no
 * form, `too-large` for more than `maximumFiles`, and with what reading the chunks rejects with.
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
    // Blanks may stand between a boundary and its line's end.
    const rest = after.equals(lineEnd)
      ? Buffer.alloc(0)
      : Buffer.concat([after, await reader.readTo(lineEnd, maximumHeaderBytes)]);
    if (!/^[ \t]*\r?$/.test(rest.toString("latin1"))) throw malformed("something stands behind a boundary");
    reader.putBack(lineEnd);
    const headers = (await reader.readTo(headersEnd, maximumHeaderBytes)).toString("utf8");
    const name = getFileName(headers);
    if (name === undefined) {
      if (++fields > maximumFields) throw malformed(`it has more than ${maximumFields} fields`);
      for await (const _ of reader.stream(delimiter));
      continue;
    }
    if (++files > maximumFiles) {
      throw new GolemError("too-large", `The form has more than the ${maximumFiles} files that are taken.`, {
        hint: "Send them in several requests; the server's limit is --max-files.",
      });
    }
    const pieces = reader.stream(delimiter);
    yield { name, pieces };
    // What nobody read.
    for await (const _ of pieces);
  }
}

/** The name in a part's headers, where it is a file. Names come as UTF-8, with quotes and line ends escaped by per cent signs. */
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

/** Reads chunks up to marks that may lie across them. `before` is taken to stand in front of the first one. */
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
      // What could be the beginning of a mark stays.
      if (held.length >= mark.length) yield cut(held.length - mark.length + 1);
      await fill();
    }
  }
  const readTo = async (mark: Uint8Array, most: number, reason = "a part has too long headers") => {
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of stream(mark)) {
      pieces.push(piece);
      length += piece.length;
      if (length > most) throw malformed(reason);
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
  return new GolemError("bad-request", `The body is not multipart/form-data as it should be: ${what}.`, {
    hint: "Send it as `curl -F file=@recording.wav` does.",
  });
}
