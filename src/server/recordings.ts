/**
 * The recordings in a request: a raw body or the files of a form, under limits.
 *
 * Must not know: what is done with them.
 */
import type { IncomingMessage } from "node:http";
import { GolemError } from "../core/error.ts";
import { getMultipartBoundary, readMultipart, type UploadedFile } from "./multipart.ts";
import { type BodyLimits, joinChunks, openBody } from "./request-body.ts";

/** Recordings of one request. */
export interface Recordings {
  readonly files: readonly UploadedFile[];
  readonly isForm: boolean;
  /** Of all files. */
  readonly byteLength: number;
  /** Gives back what they hold of the limits; to be called when they are done with. */
  release(): void;
}

/** Limits on what one request may bring. */
export interface RecordingLimits {
  readonly body: BodyLimits;
  readonly maximumFiles: number;
}

/** What a raw body is called that has no name. */
const bodyName = "recording";
const form = "Send it as `curl -F file=@recording.wav` does.";

/**
 * Reads them; `name` is that of a raw body. Rejects with `unsupported-media-type`, `bad-request`, `too-large`, `request-timeout`,
 * `overloaded`, or `aborted`.
 */
export async function readRecordings(
  incoming: IncomingMessage,
  name: string | undefined,
  { body: limits, maximumFiles }: RecordingLimits,
): Promise<Recordings> {
  const contentType = incoming.headers["content-type"] ?? "application/octet-stream";
  checkCoding(incoming);
  const boundary = getMultipartBoundary(contentType);
  if (boundary === undefined) checkContentType(contentType);
  const body = openBody(incoming, limits);
  const files: UploadedFile[] = [];
  try {
    if (boundary === undefined) {
      const pieces: Uint8Array[] = [];
      for await (const chunk of body.chunks) pieces.push(chunk);
      files.push({ name: name ?? bodyName, bytes: joinChunks(pieces) });
    } else {
      for await (const file of readMultipart(body.chunks, boundary, maximumFiles)) files.push(file);
    }
    if (files.length === 0) {
      throw new GolemError("bad-request", "The form holds no file; expected at least one recording.", {
        hint: form,
      });
    }
  } catch (error) {
    body.release();
    throw error;
  }
  return {
    files,
    isForm: boundary !== undefined,
    byteLength: files.reduce((sum, { bytes }) => sum + bytes.length, 0),
    release: body.release,
  };
}

function checkCoding({ headers }: IncomingMessage): void {
  const coding = headers["content-encoding"] ?? "identity";
  if (coding === "identity") return;
  throw new GolemError(
    "unsupported-media-type",
    `The body is encoded as ${coding.slice(0, 100)}; expected it as it is.`,
    { hint: "Leave Content-Encoding out. FLAC and Opus are small by themselves." },
  );
}

/** What the content is, is judged by its bytes; types that are certainly something else are refused. */
function checkContentType(contentType: string): void {
  if (/^(audio|video)\/|^application\/(octet-stream|ogg|x-ogg)\s*(;|$)/i.test(contentType)) return;
  throw new GolemError(
    "unsupported-media-type",
    `The body is ${contentType.split(";")[0]?.slice(0, 100)}; expected a recording or multipart/form-data.`,
    { hint: `${form} Or with -H 'Content-Type: audio/wav' --data-binary @recording.wav` },
  );
}
