/**
 * Files of one kind joined end to end (WAV, AIFF): finds the start of the next one, and decodes all of them
 * as one stream in the sample rate and channels of the first.
 *
 * Not its concern: how one file is decoded.
 */
import type { ByteSource } from "../../core/byte-source.ts";
import { blockBytes, createSourceSlice } from "../../core/byte-source.ts";
import { type ErrorRecord, GolemError } from "../../core/error.ts";
import { joinBytes } from "../../core/join-arrays.ts";
import type { ByteAccount } from "./byte-account.ts";
import { hasText } from "./content.ts";
import type { DecodedStream } from "./decoder.ts";
import { createFormatAdapter } from "./format-adapter.ts";

/** Kinds of files by their first bytes and those at byte 8. */
const marks = {
  wav: [
    ["RIFF", "WAVE"],
    ["RIFX", "WAVE"],
    ["RF64", "WAVE"],
    ["BW64", "WAVE"],
  ],
  aiff: [
    ["FORM", "AIFF"],
    ["FORM", "AIFC"],
  ],
} as const;

/** Kinds of files that are decoded one after another. */
export type JoinedKind = keyof typeof marks;

/** Bytes of a mark. */
const markBytes = 12;
/** Maximum number of joined files that are decoded. */
const maximumFiles = 10_000;

/**
 * Returns the start of a file of that kind at `from` or later; undefined if there is none. The bytes before
 * it are passed to `onGap`.
 */
export async function findJoinedFile(
  source: ByteSource,
  from: number,
  kind: JoinedKind,
  onGap: (bytes: Uint8Array) => void = () => {},
): Promise<number | undefined> {
  let held: Uint8Array = new Uint8Array(0);
  for (let at = from; at < source.byteLength; ) {
    const more = await source.read(at, blockBytes);
    if (more.length === 0) break;
    at += more.length;
    const bytes = joinBytes([held, more]);
    const found = findMark(bytes, kind);
    if (found >= 0) {
      onGap(bytes.subarray(0, found));
      return at - bytes.length + found;
    }
    const rest = Math.max(0, bytes.length - markBytes + 1);
    onGap(bytes.subarray(0, rest));
    held = bytes.slice(rest);
  }
  onGap(held);
  return undefined;
}

/** Longest file, in bytes, that is searched before it is decoded. */
const longestSearch = 1 << 26;

/**
 * As {@link findJoinedFile}, for samples without a stated size; longer files are not searched, so that
 * opening one does not read all of it.
 */
export async function searchUnsized(
  source: ByteSource,
  from: number,
  kind: JoinedKind,
): Promise<number | undefined> {
  return source.byteLength - from > longestSearch ? undefined : findJoinedFile(source, from, kind);
}

function findMark(bytes: Uint8Array, kind: JoinedKind): number {
  for (let at = 0; at + markBytes <= bytes.length; at++) {
    // All marks begin with R or F.
    if (bytes[at] !== 0x52 && bytes[at] !== 0x46) continue;
    if (marks[kind].some(([id, form]) => hasText(bytes, at, id) && hasText(bytes, at + 8, form))) return at;
  }
  return -1;
}

/** One of several joined files: its stream, and, once that has ended, the start of the next one. */
export interface JoinedFile {
  readonly stream: DecodedStream & { readonly account: ByteAccount; readonly warnings: ErrorRecord[] };
  /** Enters the bytes between the samples and the next file into the account. */
  findNext(): Promise<number | undefined>;
}

/** Opens the file at the start of `source` as one stream together with those that follow it. */
export async function decodeJoined(
  source: ByteSource,
  open: (source: ByteSource) => Promise<JoinedFile>,
): Promise<DecodedStream> {
  const first = await open(source);
  return { ...first.stream, chunks: readAll() };

  async function* readAll(): AsyncGenerator<readonly Float32Array[]> {
    yield* first.stream.chunks;
    let start = 0;
    let file = first;
    for (let files = 1; ; files++) {
      const next = await file.findNext();
      if (next === undefined) return;
      start += next;
      const opened =
        files < maximumFiles
          ? await openNext(createSourceSlice(source, start, source.byteLength))
          : undefined;
      if (!opened) {
        // It is counted as lost.
        await first.stream.account.addRest(source, start);
        return;
      }
      file = opened;
      yield* readFile(file);
    }
  }

  async function openNext(rest: ByteSource): Promise<JoinedFile | undefined> {
    try {
      return await open(rest);
    } catch (error) {
      if (error instanceof GolemError && error.code !== "aborted") return undefined;
      throw error;
    }
  }

  async function* readFile({ stream }: JoinedFile): AsyncGenerator<readonly Float32Array[]> {
    const adapter = createFormatAdapter(stream.sampleRate, first.stream);
    let frames = 0;
    for await (const planes of stream.chunks) {
      frames += planes[0]!.length;
      const adapted = adapter.push(planes);
      if (adapted[0]!.length > 0) yield adapted;
    }
    const rest = adapter.finish();
    if ((rest[0]?.length ?? 0) > 0) yield rest;
    stream.account.report(frames / stream.sampleRate);
    first.stream.warnings.push(...stream.warnings);
  }
}
