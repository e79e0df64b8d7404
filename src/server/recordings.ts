/** Reads the recordings in a request, a raw body or the files of a form, under limits. */
import type { IncomingMessage } from "node:http";
import { findForeignContent, foreignHeadBytes } from "../audio/formats/foreign-content.ts";
import { GolemError } from "../core/error.ts";
import { joinBytes } from "../core/join-arrays.ts";
import { type FormFile, getMultipartBoundary, readMultipart } from "./http/multipart.ts";
import { type BodyLimits, type LimitedBody, openBody } from "./http/request-body.ts";

/** A recording that arrived. */
export interface UploadedFile {
  /** Its name on the sender's machine, without folders. */
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The recordings of one request. */
export interface Recordings {
  readonly files: readonly UploadedFile[];
  readonly isForm: boolean;
  /** Size of all files in bytes. */
  readonly byteLength: number;
  /** Returns their bytes to the limits; to be called when they are no longer needed. */
  release(): void;
}

/** Limits on one request. */
export interface RecordingLimits {
  readonly body: BodyLimits;
  readonly maximumFiles: number;
}

/** Name of a raw body that has none. */
const bodyName = "recording";
const form = "Send it as `curl -F file=@recording.wav` does.";

/**
 * Reads all recordings of a request; `name` is the name of a raw body. Rejects with `unsupported-media-type`,
 * `bad-request`, `too-large`, `request-timeout`, `overloaded`, or `aborted`.
 */
export async function readRecordings(
  incoming: IncomingMessage,
  name: string | undefined,
  { body: limits, maximumFiles }: RecordingLimits,
): Promise<Recordings> {
  const boundary = checkHeaders(incoming);
  const body = openBody(incoming, limits);
  const files: UploadedFile[] = [];
  try {
    for await (const { name: own, pieces } of splitBody(body, name, boundary, maximumFiles)) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of pieces) chunks.push(chunk);
      files.push({ name: own, bytes: joinBytes(chunks) });
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

/** The only recording of a request, while it arrives. */
interface ArrivingRecording {
  /** Yields one file; rejects as {@link readRecordings} does, also for a second file. */
  readonly files: AsyncGenerator<FormFile>;
  /** Returns bytes that are no longer in memory to the limits. */
  giveBack(bytes: number): void;
  /** Returns all of its bytes to the limits. */
  release(): void;
}

/**
 * Opens a request with one recording; `name` is the name of a raw body, `option` the option that sets its
 * limit. Throws `unsupported-media-type` or `bad-request` if its headers show that it contains no recording.
 */
export function openRecording(
  incoming: IncomingMessage,
  name: string | undefined,
  limits: BodyLimits,
  option: string,
): ArrivingRecording {
  const boundary = checkHeaders(incoming);
  const { giveBack, release, ...body } = openBody(incoming, limits, option);
  return { files: splitBody(body, name, boundary, 1), giveBack, release };
}

/** Rejects bodies that are certainly not recordings; returns the boundary of a form. */
function checkHeaders(incoming: IncomingMessage): string | undefined {
  const contentType = incoming.headers["content-type"] ?? "application/octet-stream";
  checkCoding(incoming);
  const boundary = getMultipartBoundary(contentType);
  if (boundary === undefined) checkContentType(contentType);
  return boundary;
}

/** Yields the files of a form, at least one, or the raw body. */
async function* splitBody(
  { chunks }: Pick<LimitedBody, "chunks">,
  name: string | undefined,
  boundary: string | undefined,
  maximumFiles: number,
): AsyncGenerator<FormFile> {
  if (boundary === undefined) {
    yield { name: name ?? bodyName, pieces: rejectForeign(chunks) };
    return;
  }
  let count = 0;
  for await (const { name: own, pieces } of readMultipart(chunks, boundary, maximumFiles)) {
    count++;
    // If several files are allowed, each has its own answer.
    yield { name: own, pieces: maximumFiles === 1 ? rejectForeign(pieces) : pieces };
  }
  if (count > 0) return;
  throw new GolemError("bad-request", "The form contains no file; expected at least one recording.", {
    hint: form,
  });
}

/**
 * Passes bytes on unchanged; rejects with `not-audio` as soon as the first bytes show that they are not a
 * recording, so that the rest need not be received.
 */
async function* rejectForeign(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let length = 0;
  let isChecked = false;
  const check = async (): Promise<void> => {
    isChecked = true;
    const found = await findForeignContent(joinBytes(held).subarray(0, foreignHeadBytes));
    if (found === undefined) return;
    throw new GolemError("not-audio", `The body is ${found}; expected a recording.`, {
      hint: "Send WAV, FLAC, MP3, Ogg Vorbis or Opus, or another format that the server's ffmpeg decodes.",
    });
  };
  for await (const piece of pieces) {
    if (isChecked) {
      yield piece;
      continue;
    }
    held.push(piece);
    length += piece.length;
    if (length < foreignHeadBytes) continue;
    await check();
    yield* held;
    held = [];
  }
  if (isChecked) return;
  await check();
  yield* held;
}

function checkCoding({ headers }: IncomingMessage): void {
  const coding = headers["content-encoding"] ?? "identity";
  if (coding === "identity") return;
  throw new GolemError(
    "unsupported-media-type",
    `The body is encoded as ${coding.slice(0, 100)}; expected no encoding.`,
    { hint: "Send it without Content-Encoding; FLAC and Opus are compressed already." },
  );
}

/** Rejects types that are certainly not recordings; for others, the bytes decide. */
function checkContentType(contentType: string): void {
  if (/^(audio|video)\/|^application\/(octet-stream|ogg|x-ogg)\s*(;|$)/i.test(contentType)) return;
  throw new GolemError(
    "unsupported-media-type",
    `The body is ${contentType.split(";")[0]?.slice(0, 100)}; expected a recording or multipart/form-data.`,
    { hint: `${form} Or with -H 'Content-Type: audio/wav' --data-binary @recording.wav` },
  );
}
