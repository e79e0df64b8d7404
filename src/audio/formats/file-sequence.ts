/**
 * Files of any kinds joined end to end, for decoders that do not report where they stopped: each file is
 * decoded by itself, the later ones to the sample rate and channels of the first; bytes that belong to no
 * file are entered as lost.
 *
 * Not its concern: where a file ends, how one is decoded.
 */
import { type ByteSource, blockBytes, createSourceSlice } from "../../core/byte-source.ts";
import { type ErrorRecord, GolemError } from "../../core/error.ts";
import { createWarning } from "../warning.ts";
import { type ByteAccount, createByteAccount } from "./byte-account.ts";
import { type Container, identifyContent } from "./content.ts";
import type { DecodedStream } from "./decoder.ts";
import { findFileEnd } from "./file-end.ts";
import { decodeJoined, type JoinedFile } from "./joined-files.ts";
import { getTagLength } from "./tags.ts";

/** Opens one file as a stream. */
type Opening = (source: ByteSource) => Promise<DecodedStream>;

/**
 * Opens the file of kind `container` at the start of `source` with `open`, and the rest with `openNext`,
 * which reads to the end. A stream of `open` with an account has entered its own bytes.
 */
export async function decodeSequence(
  source: ByteSource,
  container: Container,
  open: Opening,
  openNext: Opening,
): Promise<DecodedStream> {
  let files = 0;
  return decodeJoined(source, (file) =>
    files++ === 0 ? openFirst(file, container, open) : openRest(file, openNext),
  );
}

async function openFirst(source: ByteSource, container: Container, open: Opening): Promise<JoinedFile> {
  const end = await findFileEnd(source, container);
  const next = end === undefined ? undefined : await findNextFile(source, end);
  const part = next === undefined ? undefined : createSourceSlice(source, 0, end!);
  const stream = part ? await open(part).catch((error: unknown) => openWhole(error)) : await open(source);
  const warnings = [...stream.warnings];
  const account = stream.account ?? createByteAccount(source.name, warnings);
  const sink = stream.account ? (stream.warnings as ErrorRecord[]) : warnings;

  async function openWhole(error: unknown): Promise<DecodedStream> {
    // Some files can only be read as a whole.
    if (!(error instanceof GolemError) || error.code === "aborted") throw error;
    return open(source);
  }
  async function* readAll(): AsyncGenerator<readonly Float32Array[]> {
    let frames = 0;
    for await (const planes of stream.chunks) {
      frames += planes[0]!.length;
      yield planes;
    }
    if (stream.account) return;
    warnings.push(...stream.warnings.slice(warnings.length));
    if (container === "aac") await accountForAdts(source, account);
    else if (Number.isFinite(source.byteLength))
      account.addSound(Math.min(end ?? source.byteLength, source.byteLength));
    checkLength(source, end, stream, frames / stream.sampleRate, warnings);
  }
  return {
    stream: { ...stream, account, warnings: sink, chunks: readAll() },
    findNext: async () => {
      if (end === undefined) return undefined;
      if (next === undefined) await account.addRest(source, end);
      return next;
    },
  };
}

async function openRest(source: ByteSource, openNext: Opening): Promise<JoinedFile> {
  const stream = await openNext(source);
  // Its warnings have been reported when it was opened.
  const account = createByteAccount(source.name, []);
  const warnings = stream.warnings as ErrorRecord[];
  return { stream: { ...stream, account, warnings }, findNext: async () => undefined };
}

/** The start of a recognised file after `end`, beyond tags and zeros; undefined if there is none. */
async function findNextFile(source: ByteSource, end: number): Promise<number | undefined> {
  let at = end;
  while (at < source.byteLength) {
    const bytes = await source.read(at, blockBytes);
    if (bytes.length === 0) return undefined;
    const zeros = bytes.findIndex((byte) => byte !== 0);
    if (zeros >= 0) {
      // The first bytes of MP4 are a size, which begins with zeros.
      const start = at + Math.max(0, zeros - 3);
      for (const from of start === at + zeros ? [start] : [start, at + zeros]) {
        const { container } = await identifyContent(createSourceSlice(source, from, source.byteLength));
        if (container !== "unknown") return from;
      }
    }
    const tag = zeros === 0 ? getTagLength(bytes, 0) : 0;
    if (zeros === 0 && tag === 0) return undefined;
    at += zeros < 0 ? bytes.length : zeros + tag;
  }
  return undefined;
}

/** Seconds, and share, by which a stream may be shorter than stated: durations are rounded. */
const toleratedSeconds = 0.25;
const toleratedShare = 0.02;

/** Samples of a codec's largest common block: stated durations count the padding of the last (ALAC). */
const blockSamples = 4096;
/** Bytes that may be missing: padding. */
const toleratedBytes = 8;

/** Warns that a file is shorter than its header states, in seconds or bytes, unless another warning does. */
function checkLength(
  { name, byteLength }: ByteSource,
  end: number | undefined,
  { declaredSeconds = 0, isEstimate = false, sampleRate }: DecodedStream,
  seconds: number,
  warnings: ErrorRecord[],
): void {
  if (warnings.some(({ code }) => code === "damaged" || code === "truncated")) return;
  const tolerated = Math.max(toleratedSeconds, toleratedShare * declaredSeconds, blockSamples / sampleRate);
  const isShort = !isEstimate && declaredSeconds - seconds > tolerated;
  const missing = (end ?? byteLength) - byteLength;
  if (!isShort && !(missing > toleratedBytes)) return;
  const stated = isShort ? `${declaredSeconds.toFixed(2)} s but has ${seconds.toFixed(2)} s` : "";
  const bytes = `${end} bytes but has ${byteLength}, which gave ${seconds.toFixed(2)} s`;
  warnings.push(
    createWarning(
      "truncated",
      `${name} states ${stated || bytes}; these were read.`,
      "The file was cut off; copy or record it again if the end matters.",
    ),
  );
}

/** Bytes of an ADTS header. */
const adtsBytes = 7;

/** Enters the frames of AAC in ADTS (ISO 13818-7), and the bytes between them. */
async function accountForAdts(source: ByteSource, account: ByteAccount): Promise<void> {
  let at = 0;
  while (at < source.byteLength) {
    const bytes = await source.read(at, blockBytes);
    const isEnd = at + bytes.length >= source.byteLength;
    let done = 0;
    let gap = 0;
    while (done < bytes.length) {
      const length = getAdtsLength(bytes, done);
      const next = done + length;
      if (length > 0 && next + adtsBytes > bytes.length && !isEnd && done > 0) break;
      // One header may match by chance; the next one, or the end, confirms it.
      const isFrame = length > 0 && (next >= bytes.length || getAdtsLength(bytes, next) > 0 || gap === done);
      if (!isFrame) {
        done++;
        continue;
      }
      account.addGap(bytes.subarray(gap, done));
      account.addSound(Math.min(length, bytes.length - done));
      done = Math.min(next, bytes.length);
      gap = done;
    }
    account.addGap(bytes.subarray(gap, done));
    if (done === 0) return;
    at += done;
  }
}

/** Length of the frame whose header is at `at`; 0 if there is none. */
function getAdtsLength(bytes: Uint8Array, at: number): number {
  if (at + adtsBytes > bytes.length || bytes[at] !== 0xff || (bytes[at + 1]! & 0xf6) !== 0xf0) return 0;
  const length = ((bytes[at + 3]! & 3) << 11) | (bytes[at + 4]! << 3) | (bytes[at + 5]! >> 5);
  return length > adtsBytes ? length : 0;
}
