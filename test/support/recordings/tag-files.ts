/** Tags, padding and other bytes around the audio of a file. */
import { joinBytes } from "../../../src/core/join-arrays.ts";
import { createRandom } from "../../../src/core/random.ts";

/** Letters as bytes. */
export const text = (letters: string): Uint8Array =>
  Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
/** Zeros. */
export const zeros = (length: number): Uint8Array => new Uint8Array(length);
/** Bytes that are neither audio nor a tag. */
export const junk = (length: number): Uint8Array => {
  const random = createRandom(5);
  // No byte of which a frame's sync word could be made.
  return Uint8Array.from({ length }, () => 1 + random.integer(200));
};

/** An ID3v1 tag: 128 bytes. */
export const id3v1 = joinBytes([text("TAG"), junk(125)]);
/** An ID3v2 tag. */
export const id3v2 = joinBytes([text("ID3\x04\0\0\0\0\x02\x10"), junk(256 + 16)]);
/** An APEv2 tag, with a header or with its footer alone. */
export const ape = (hasHeader: boolean): Uint8Array => {
  const mark = (flags: number): Uint8Array => {
    const bytes = joinBytes([text("APETAGEX"), zeros(24)]);
    const view = new DataView(bytes.buffer);
    view.setUint32(8, 2000, true);
    view.setUint32(12, 132, true);
    view.setUint32(20, flags, true);
    return bytes;
  };
  return joinBytes([...(hasHeader ? [mark(0xa000_0000)] : []), junk(100), mark(hasHeader ? 0x8000_0000 : 0)]);
};
/** A Lyrics3v2 tag. */
export const lyrics = text("LYRICSBEGININD0000210LYR00005hello000035LYRICS200");
