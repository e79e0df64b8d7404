/**
 * Identifies the kind of a file by its bytes alone; the name is only compared with the result.
 *
 * Not its concern: decoding.
 *
 * Signatures: RFC 2361 (RIFF), EBU Tech 3306 (RF64), Apple AIFF-C, RFC 9639 (FLAC), RFC 3533 (Ogg), ISO
 * 14496-12 (MP4), RFC 8794 (EBML), ID3v2.4.
 */
import type { ByteSource } from "../../core/byte-source.ts";
import { isMpegAudio } from "./mpeg-frame.ts";

/** Kinds of content. `unknown`: not recognised as audio. */
export type Container =
  | "wav"
  | "aiff"
  | "mp3"
  | "flac"
  | "ogg"
  | "mp4"
  | "webm"
  | "aac"
  | "asf"
  | "amr"
  | "caf"
  | "au"
  | "w64"
  | "avi"
  | "wavpack"
  | "ape"
  | "ac3"
  | "flv"
  | "sphere"
  | "tta"
  | "voc"
  | "musepack"
  | "shorten"
  | "tak"
  | "dsf"
  | "realmedia"
  | "unknown";

/** The kind of content, and where the audio format starts (after ID3 tags). */
export interface Content {
  readonly container: Container;
  readonly offset: number;
}

const signatures: readonly (readonly [Container, number, string])[] = [
  ["flac", 0, "fLaC"],
  ["ogg", 0, "OggS"],
  ["mp4", 4, "ftyp"],
  ["webm", 0, "\x1a\x45\xdf\xa3"],
  ["asf", 0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11"],
  ["amr", 0, "#!AMR"],
  ["caf", 0, "caff"],
  ["au", 0, ".snd"],
  ["w64", 0, "riff\x2e\x91\xcf\x11"],
  ["wavpack", 0, "wvpk"],
  ["ape", 0, "MAC "],
  ["ac3", 0, "\x0b\x77"],
  ["flv", 0, "FLV\x01"],
  ["sphere", 0, "NIST_1A"],
  ["tta", 0, "TTA1"],
  ["tta", 0, "TTA2"],
  ["voc", 0, "Creative Voice File\x1a"],
  ["musepack", 0, "MPCK"],
  ["musepack", 0, "MP+"],
  ["shorten", 0, "ajkg"],
  ["tak", 0, "tBaK"],
  ["dsf", 0, "DSD "],
  ["realmedia", 0, ".RMF"],
  ["realmedia", 0, ".ra\xfd"],
];

const extensions: Readonly<Record<string, Container>> = {
  wav: "wav",
  wave: "wav",
  bwf: "wav",
  rf64: "wav",
  aif: "aiff",
  aiff: "aiff",
  aifc: "aiff",
  mp3: "mp3",
  mp2: "mp3",
  mpga: "mp3",
  flac: "flac",
  ogg: "ogg",
  oga: "ogg",
  opus: "ogg",
  spx: "ogg",
  m4a: "mp4",
  mp4: "mp4",
  m4b: "mp4",
  mov: "mp4",
  "3gp": "mp4",
  webm: "webm",
  mkv: "webm",
  mka: "webm",
  weba: "webm",
  aac: "aac",
  wma: "asf",
  amr: "amr",
  caf: "caf",
  au: "au",
  snd: "au",
  w64: "w64",
  avi: "avi",
  wv: "wavpack",
  ape: "ape",
  ac3: "ac3",
  flv: "flv",
  sph: "sphere",
  nist: "sphere",
  tta: "tta",
  voc: "voc",
  mpc: "musepack",
  shn: "shorten",
  tak: "tak",
  dsf: "dsf",
  ra: "realmedia",
  rm: "realmedia",
};

/** Returns the kind of content of a file name's extension; undefined for an unknown extension. */
export function getNamedContainer(name: string): Container | undefined {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? undefined : extensions[name.slice(dot + 1).toLowerCase()];
}

/** Whether `text` (one character per byte) is at `offset`. */
export function hasText(bytes: Uint8Array, offset: number, text: string): boolean {
  if (offset < 0 || offset + text.length > bytes.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[offset + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Bytes examined to identify a file; MPEG frames may follow as much junk. */
const headBytes = 32_768;

/** Identifies the kind of content by the first bytes; skips ID3v2 tags of any length. */
export async function identifyContent(source: ByteSource): Promise<Content> {
  let offset = 0;
  for (let tags = 0; tags < 8; tags++) {
    const tag = await source.read(offset, 10);
    const length = getId3Length(tag);
    if (length === 0) break;
    offset += length;
  }
  const head = await source.read(offset, headBytes);
  return { container: identifyHead(head, offset > 0), offset };
}

/** Returns the whole length in bytes of the ID3v2 tag at the start of `bytes`; 0 when there is none. */
export function getId3Length(bytes: Uint8Array): number {
  if (bytes.length < 10 || !hasText(bytes, 0, "ID3") || bytes[3] === 0xff || bytes[4] === 0xff) return 0;
  let size = 0;
  for (let i = 6; i < 10; i++) {
    if (bytes[i]! > 0x7f) return 0;
    size = size * 128 + bytes[i]!;
  }
  return 10 + size + (bytes[5]! & 0x10 ? 10 : 0);
}

function identifyHead(head: Uint8Array, afterId3: boolean): Container {
  if (
    hasText(head, 0, "RIFF") ||
    hasText(head, 0, "RF64") ||
    hasText(head, 0, "BW64") ||
    hasText(head, 0, "RIFX")
  ) {
    if (hasText(head, 8, "WAVE")) return "wav";
    if (hasText(head, 8, "AVI ")) return "avi";
  }
  if (hasText(head, 0, "FORM") && (hasText(head, 8, "AIFF") || hasText(head, 8, "AIFC"))) return "aiff";
  for (const [container, offset, text] of signatures) if (hasText(head, offset, text)) return container;
  if (isAdts(head)) return "aac";
  if (isMpegAudio(head)) return "mp3";
  return afterId3 && head.length > 0 && head[0] === 0xff ? "mp3" : "unknown";
}

/** Whether there are two ADTS headers (ISO 13818-7) one frame apart, or one with the whole file as frame. */
function isAdts(head: Uint8Array): boolean {
  const at = (i: number): number => {
    if (i + 7 > head.length || head[i] !== 0xff || (head[i + 1]! & 0xf6) !== 0xf0) return 0;
    return ((head[i + 3]! & 3) << 11) | (head[i + 4]! << 3) | (head[i + 5]! >> 5);
  };
  const length = at(0);
  return length > 7 && (length === head.length || at(length) > 7);
}
