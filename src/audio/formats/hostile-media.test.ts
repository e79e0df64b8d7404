/**
 * MP4, WebM and Matroska files that keep a demuxer busy for good, or whose headers are cut: each is refused
 * at once.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createMemorySource } from "../../core/byte-source.ts";
import { openAudio } from "../open-audio.ts";
import { openMediaTrack } from "./media-track.ts";

const read = (name: string): Buffer =>
  readFileSync(new URL(`../../../fuzz/seeds/audio/${name}`, import.meta.url));

/** Decodes a file as a prediction does; resolves with the seconds of sound. */
async function decode(bytes: Uint8Array, name: string): Promise<number> {
  const { facts, windows } = await openAudio(createMemorySource(new Uint8Array(bytes), name), {
    trim: false,
  });
  for await (const _ of windows());
  return facts.seconds;
}

/** The file with 32-bit numbers in a table of MP4 replaced, at offsets from the table's name. */
function change(
  name: string,
  table: string,
  ...numbers: readonly (readonly [offset: number, value: number])[]
) {
  const bytes = Buffer.from(read(name));
  for (const [offset, value] of numbers) bytes.writeUInt32BE(value, bytes.indexOf(table) + 4 + offset);
  return bytes;
}

/** The file with the name of a box replaced. */
function rename(name: string, from: string, to: string): Buffer {
  const bytes = Buffer.from(read(name));
  bytes.write(to, bytes.indexOf(from), "latin1");
  return bytes;
}

describe("MP4", () => {
  const hidden = rename("tone.m4a", "stsz", "none");
  hidden.writeUInt32BE(0x7000_0000, hidden.indexOf("stsc") + 16);
  const nested = change("tone.m4a", "stsc", [12, 0x7000_0000]);
  // The table lies in a box that is not known to hold any, of a size that ends before it.
  nested.writeUInt32BE(8, nested.indexOf("stsc") - 4);
  it.each([
    ["a chunk of samples whose sizes are not there", hidden, /chunk of its 0 samples/],
    ["a table behind the end of its box", nested, /claims to hold 1879048192/],
    ["more times than bytes", change("tone.m4a", "stts", [8, 0x7fff_ffff]), /claim to hold 214748/],
    [
      "a number of a chunk that is not there",
      change("clip-pcm.mov", "stsc", [8, 0x7fff_ffff]),
      /number 2147483647/,
    ],
    ["more sizes than bytes", change("tone.m4a", "stsz", [8, 0x7fff_ffff]), /claim to hold 2147483647/],
  ])("is refused for %s", async (_, bytes, message) => {
    await expect(openMediaTrack(createMemorySource(new Uint8Array(bytes), "x.m4a"))).rejects.toMatchObject({
      code: "corrupt-audio",
      message: expect.stringMatching(message),
    });
  });

  it("is refused for sizes without a width", async () => {
    const bytes = rename("tone.m4a", "stsz", "stz2");
    bytes.writeUInt32BE(0xffff_ffff, bytes.indexOf("stz2") + 12);
    await expect(openMediaTrack(createMemorySource(new Uint8Array(bytes), "x.m4a"))).rejects.toMatchObject({
      message: expect.stringMatching(/have no width/),
    });
  });
});

describe("WebM and Matroska", () => {
  /** The file from its first cluster on replaced. */
  function replaceClusters(name: string, tail: Uint8Array): Buffer {
    const bytes = read(name);
    return Buffer.concat([bytes.subarray(0, bytes.indexOf(Buffer.from("1f43b675", "hex"))), tail]);
  }
  /** The segment's size set to unknown, so that its end is that of the file. */
  function openEnd(bytes: Buffer): Buffer {
    const at = bytes.indexOf(Buffer.from("18538067", "hex")) + 4;
    Buffer.from("01ffffffffffffff", "hex").copy(bytes, at);
    return bytes;
  }

  it("ends at junk in which no element is found", async () => {
    const bytes = openEnd(Buffer.concat([read("clip-opus.webm"), Buffer.alloc(3000, 0x55)]));
    expect(await decode(bytes, "x.webm")).toBeGreaterThan(0.05);
  });

  it.each([
    ["junk alone", Buffer.alloc(3000, 0x55)],
    ["eight bytes", Buffer.alloc(8, 0x55)],
    ["a cluster whose size is none", Buffer.from("1f43b67500000000000000000000000000000000", "hex")],
  ])("is refused for %s in the place of its clusters", async (_, tail) => {
    await expect(decode(openEnd(replaceClusters("clip-opus.webm", tail)), "x.webm")).rejects.toMatchObject({
      code: expect.stringMatching(/^(corrupt-audio|no-samples|needs-ffmpeg)$/),
    });
  });

  it("is refused for an index of one time again and again", async () => {
    const bytes = read("clip-opus.webm");
    const at = bytes.indexOf(Buffer.from("1f43b675", "hex"));
    const cue = Buffer.from("bb8bb38100b786f78101f18100", "hex");
    const cues = Buffer.concat(Array.from({ length: 100_010 }, () => cue));
    const size = Buffer.alloc(8);
    size.writeBigUInt64BE(BigInt(cues.length) | (1n << 56n));
    const parts = [bytes.subarray(0, at), Buffer.from("1c53bb6b", "hex"), size, cues, bytes.subarray(at)];
    await expect(decode(openEnd(Buffer.concat(parts)), "x.webm")).rejects.toMatchObject({
      message: expect.stringMatching(/index has more than 100000 entries/),
    });
  });

  it("is refused for laced blocks of more frames than bytes", async () => {
    // A simple block of track 1 with the lacing of equal sizes, and 256 frames in one byte.
    const block = Buffer.from("a385810000" + "84" + "ff", "hex");
    const blocks = Buffer.concat([
      Buffer.from("e78100", "hex"),
      ...Array.from({ length: 20_000 }, () => block),
    ]);
    const size = Buffer.alloc(8);
    size.writeBigUInt64BE(BigInt(blocks.length) | (1n << 56n));
    const cluster = Buffer.concat([Buffer.from("1f43b675", "hex"), size, blocks]);
    await expect(decode(openEnd(replaceClusters("clip-opus.webm", cluster)), "x.webm")).rejects.toMatchObject(
      {
        message: expect.stringMatching(/1 bytes claim 256 frames|2 bytes claim 256 frames/),
      },
    );
  });

  it.each([
    ["clip-opus.webm", "OpusHead", 19],
    ["clip-flac.mka", "fLaC", 42],
  ])("is refused where the codec's header of %s is cut", async (name, magic, length) => {
    const bytes = read(name);
    // The element of private data becomes the track's name.
    const at = bytes.lastIndexOf(Buffer.from("63a2", "hex"), bytes.indexOf(magic));
    bytes.write("536e", at, "hex");
    await expect(decode(bytes, name)).rejects.toMatchObject({
      message: expect.stringContaining(`has 0 of ${length} bytes`),
    });
  });
});

it("is refused where the header of Opus has no channels", async () => {
  const bytes = read("clip-opus.webm");
  bytes.writeUInt8(0, bytes.indexOf("OpusHead") + 9);
  await expect(decode(bytes, "x.webm")).rejects.toMatchObject({
    message: expect.stringMatching(/opus header has no channels/),
  });
});

it("keeps what was read of an MP3 in MP4 that is damaged behind it", async () => {
  const bytes = read("clip-mp3.mp4");
  // More samples share the size of the first ones than the file has bytes for.
  bytes.writeUInt8(36, bytes.indexOf("stts") + 15);
  expect(await decode(bytes, "x.mp4")).toBeGreaterThan(0);
});
