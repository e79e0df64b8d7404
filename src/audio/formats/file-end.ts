/**
 * Finds the end of the file at the start of a source, by the sizes that its elements state: the bytes after
 * it are another file, a tag, or lost. For containers whose decoders (ffmpeg, mediabunny) do not report where
 * they stopped.
 *
 * Not its concern: the bytes after the end; decoding.
 *
 * References: ISO/IEC 14496-12 (MP4), RFC 8794 (EBML), RFC 3533 (Ogg), RFC 4867 (AMR), Microsoft ASF 1.20,
 * Apple CAF 1.0, True Audio 1, WavPack 5, Creative Voice File 1.20, Adobe FLV 10, Sony DSF 1.01, ISO 13818-7
 * (ADTS).
 */
import type { ByteSource } from "../../core/byte-source.ts";
import { blockBytes } from "../../core/byte-source.ts";
import { joinBytes } from "../../core/join-arrays.ts";
import { type Container, hasText } from "./content.ts";
import { getTagLength } from "./tags.ts";

/** Bytes of an element that are read to find its length. */
const headBytes = 282;
/** Elements walked before a file is assumed to be endless. */
const maximumElements = 4_000_000;

/**
 * Length in bytes of the element whose first bytes are given; 0 if no element of this file begins there,
 * `Infinity` if it extends to the end. `index` counts from 0; `seen`, initially empty, may record earlier
 * elements.
 */
type Step = (head: Uint8Array, index: number, seen: Set<string>) => number;

const getView = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const getName = (bytes: Uint8Array, at = 0): string => String.fromCharCode(...bytes.subarray(at, at + 4));
const isPrintable = (name: string): boolean => /^[ -~\xa9]{4}$/.test(name);
const toNumber = (value: bigint): number => Number(value > 0xffff_ffff_ffffn ? 0xffff_ffff_ffffn : value);

/** A box of MP4; the second `ftyp` or `moov` begins another file. */
const stepMp4: Step = (head, _, seen) => {
  if (head.length < 8) return 0;
  const type = getName(head, 4);
  if (!isPrintable(type) || ((type === "ftyp" || type === "moov") && seen.has(type))) return 0;
  seen.add(type);
  const size = getView(head).getUint32(0);
  if (size === 0) return Number.POSITIVE_INFINITY;
  if (size > 1) return size >= 8 ? size : 0;
  return head.length < 16 ? 0 : toNumber(getView(head).getBigUint64(8));
};

const asfHeader = "\x30\x26\xb2\x75\x8e\x66\xcf\x11";
const stepAsf: Step = (head, index) => {
  if (head.length < 24 || hasText(head, 0, asfHeader) !== (index === 0)) return 0;
  const size = toNumber(getView(head).getBigUint64(16, true));
  return size >= 24 ? size : 0;
};

const stepCaf: Step = (head, index) => {
  if (index === 0) return 8;
  if (head.length < 12 || !isPrintable(getName(head)) || hasText(head, 0, "caff")) return 0;
  const size = getView(head).getBigInt64(4);
  return size < 0n ? Number.POSITIVE_INFINITY : 12 + toNumber(size);
};

/** Chunks of RIFF and FORM files as a whole. */
const stepRiff: Step = (head, index) => {
  if (index > 0 || head.length < 12) return 0;
  const size = 8 + getView(head).getUint32(4, !hasText(head, 0, "FORM") && !hasText(head, 0, "RIFX"));
  // Programs that write to a pipe cannot state the size.
  return size < 12 || size > 0x7f00_0000 ? Number.POSITIVE_INFINITY : size + (size & 1);
};

const stepTta: Step = (head, index) => {
  if (index > 0 || head.length < 22 || !hasText(head, 0, "TTA1")) return 0;
  const view = getView(head);
  const rate = view.getUint32(10, true);
  const frames = Math.ceil(view.getUint32(14, true) / Math.max(1, Math.floor((256 * rate) / 245)));
  return 22 + 4 * frames + 4;
};

/** A block at the start of a track begins another file, unless it contains further channels. */
const stepWavPack: Step = (head, _, seen) => {
  if (head.length < 32 || !hasText(head, 0, "wvpk")) return 0;
  const view = getView(head);
  const hasSound = view.getUint32(20, true) > 0;
  const isStart = view.getUint32(16, true) === 0 && head[10] === 0 && (head[25]! & 8) !== 0;
  if (hasSound && isStart && seen.has("start")) return 0;
  if (hasSound) seen.add("start");
  return 8 + view.getUint32(4, true);
};

const stepVoc: Step = (head, index, seen) => {
  if (index === 0) return head.length < 26 ? 0 : getView(head).getUint16(20, true);
  if (head.length < 1 || seen.has("end") || head[0]! > 9) return 0;
  if (head[0] === 0) {
    seen.add("end");
    return 1;
  }
  return head.length < 4 ? 0 : 4 + (head[1]! | (head[2]! << 8) | (head[3]! << 16));
};

const stepFlv: Step = (head, index) => {
  if (index === 0) return head.length < 9 ? 0 : getView(head).getUint32(5) + 4;
  if (head.length < 11 || ![8, 9, 18].includes(head[0]! & 0x1f)) return 0;
  return 15 + ((head[1]! << 16) | (head[2]! << 8) | head[3]!);
};

const amrFrames = [12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0];
const amrWideFrames = [17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0];
const stepAmr: Step = (head, index, seen) => {
  if (hasText(head, 0, "#!AMR")) {
    if (index > 0) return 0;
    const isWide = hasText(head, 5, "-WB\n");
    if (isWide) seen.add("wide");
    return isWide ? 9 : 6;
  }
  // A frame's first byte: padding, type, quality, padding.
  if (head.length < 1 || (head[0]! & 0x83) !== 0) return 0;
  return getAmrFrameBytes((head[0]! >> 3) & 15, seen.has("wide"));
};

/** Returns the bytes of a frame of AMR, or of wide-band AMR, of that type (0 to 15). */
export function getAmrFrameBytes(type: number, isWide: boolean): number {
  return 1 + (isWide ? amrWideFrames : amrFrames)[type]!;
}

const stepRealMedia: Step = (head, index) => {
  if (head.length < 8 || hasText(head, 0, ".RMF") !== (index === 0) || !isPrintable(getName(head))) return 0;
  return getView(head).getUint32(4) || Number.POSITIVE_INFINITY;
};

const stepDsf: Step = (head, index) =>
  index > 0 || head.length < 20
    ? 0
    : toNumber(getView(head).getBigUint64(12, true)) || Number.POSITIVE_INFINITY;

/** A page of Ogg; the first page of a stream, after other pages, begins another file. */
const stepOgg: Step = (head, _, seen) => {
  if (head.length < 27 || !hasText(head, 0, "OggS")) return 0;
  const isFirst = (head[5]! & 2) !== 0;
  if (isFirst && seen.has("pages")) return 0;
  if (!isFirst) seen.add("pages");
  return head.subarray(27, 27 + head[26]!).reduce((sum, length) => sum + length, 27 + head[26]!);
};

/** An element of EBML at the top level: its header, segments. */
const stepEbml: Step = (head, index) => {
  const isHeader = hasText(head, 0, "\x1a\x45\xdf\xa3");
  if (head.length < 5 || isHeader !== (index === 0)) return 0;
  if (!isHeader && !hasText(head, 0, "\x18\x53\x80\x67") && head[0] !== 0xec) return 0;
  const at = head[0] === 0xec ? 1 : 4;
  const width = Math.clz32(head[at]!) - 23;
  if (width > 8 || head.length < at + width) return 0;
  let size = head[at]! & ((1 << (8 - width)) - 1);
  let isUnknown = size === (1 << (8 - width)) - 1;
  for (let i = 1; i < width; i++) {
    size = size * 256 + head[at + i]!;
    isUnknown &&= head[at + i] === 0xff;
  }
  return isUnknown ? Number.POSITIVE_INFINITY : at + width + size;
};

const steps: Readonly<Partial<Record<Container, Step>>> = {
  mp4: stepMp4,
  webm: stepEbml,
  asf: stepAsf,
  caf: stepCaf,
  wav: stepRiff,
  aiff: stepRiff,
  ogg: stepOgg,
  tta: stepTta,
  wavpack: stepWavPack,
  voc: stepVoc,
  flv: stepFlv,
  amr: stepAmr,
  realmedia: stepRealMedia,
  dsf: stepDsf,
};

/**
 * Returns the end of the file of that kind at the start of the source, which exceeds the source's length if
 * the file was cut off; undefined if the kind does not state sizes or the length of the source is unknown.
 */
export async function findFileEnd(source: ByteSource, container: Container): Promise<number | undefined> {
  const { byteLength } = source;
  if (!Number.isFinite(byteLength)) return undefined;
  const step = steps[container];
  if (!step) return container === "sphere" ? searchMark(source, 1, container) : undefined;
  const seen = new Set<string>();
  let at = 0;
  for (let index = 0; index < maximumElements && at < byteLength; index++) {
    const head = await source.read(at, headBytes);
    if (index > 0 && getTagLength(head, 0) > 0) return at;
    const length = step(head, index, seen);
    if (length === Number.POSITIVE_INFINITY) return searchMark(source, at + 1, container);
    if (length === 0) return index === 0 ? undefined : at;
    at += length;
    if (index === 0 && container === "tta") at += await sumFrames(source, at);
  }
  return at;
}

/** Bytes of the frames of True Audio, by the table of their sizes that ends, with a checksum, at `end`. */
async function sumFrames(source: ByteSource, end: number): Promise<number> {
  let sum = 0;
  for (let at = 22; at < end - 4; at += blockBytes) {
    const table = await source.read(at, Math.min(blockBytes, end - 4 - at));
    for (let i = 0; i + 4 <= table.length; i += 4) sum += getView(table).getUint32(i, true);
  }
  return sum;
}

/** Bytes examined after the start of a mark. */
const markBytes = 80;

/** Marks that are long enough to be searched for: texts, and their offsets from the start. */
const marks: Readonly<Partial<Record<Container, readonly (readonly [number, string])[]>>> = {
  webm: [[0, "\x1aE\xdf\xa3"]],
  sphere: [
    [0, "NIST_1A\n   "],
    [15, "\n"],
  ],
  caf: [[0, "caff\0\x01\0\0desc\0"]],
  mp4: [
    [0, "\0\0\0"],
    [4, "ftyp"],
  ],
};

/** The offset of a mark; -1 if there is none. */
function findMark(bytes: Uint8Array, container: Container): number {
  const texts = marks[container]!;
  const first = texts[0]![1].charCodeAt(0);
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (!texts.every(([place, text]) => hasText(bytes, at + place, text))) continue;
    // Four bytes may match by chance; the header also names the type of the document.
    const head = container === "webm" ? String.fromCharCode(...bytes.subarray(at, at + markBytes)) : "";
    if (container !== "webm" || /webm|matroska/.test(head)) return at;
  }
  return -1;
}

/** Longest file, in bytes, that is searched. */
const longestSearch = 1 << 28;

/** The start of the next file of the kind at `from` or later; the end if there is none. */
async function searchMark(
  source: ByteSource,
  from: number,
  container: Container,
): Promise<number | undefined> {
  if (!marks[container] || source.byteLength > longestSearch) return undefined;
  let held: Uint8Array = new Uint8Array(0);
  for (let at = from; at < source.byteLength; ) {
    const more = await source.read(at, blockBytes);
    if (more.length === 0) break;
    at += more.length;
    const bytes = joinBytes([held, more]);
    const found = findMark(bytes, container);
    if (found >= 0) return at - bytes.length + found;
    held = bytes.slice(Math.max(0, bytes.length - markBytes));
  }
  return source.byteLength;
}
