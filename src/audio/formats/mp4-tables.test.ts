import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type ByteSource, createMemorySource } from "../../core/byte-source.ts";
import { openMediaTrack } from "./media-track.ts";
import { findFalseTable } from "./mp4-tables.ts";

const whole = readFileSync(new URL("../../../fuzz/seeds/audio/tone.m4a", import.meta.url));

/** The file with a number in a table of samples replaced, at an offset from the table's name. */
function claim(table: string, offset: number, value: number): Uint8Array {
  const bytes = Buffer.from(whole);
  bytes.writeUInt32BE(value, bytes.indexOf(table) + 4 + offset);
  return new Uint8Array(bytes);
}

/** A box of a fragmented file. */
function createBox(name: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.length);
  head.write(name, 4, "latin1");
  return Buffer.concat([head, content]);
}

it("finds nothing in a file whose tables are true", async () => {
  expect(await findFalseTable(createMemorySource(new Uint8Array(whole), "x"))).toBeUndefined();
});

/** Opens the track of a source and reads its packets. */
async function readAll(source: ByteSource): Promise<void> {
  const { packets } = await openMediaTrack(source);
  for await (const _ of packets());
}

it.each([
  ["a chunk", claim("stsc", 12, 0x7f00_0005), /a chunk of its \d+ samples claims to hold 2130706437/],
  ["an unsigned chunk", claim("stsc", 12, 0xffff_ffff), /claims to hold 4294967295/],
])("refuses the count of samples of %s before a demuxer goes through them", async (_, bytes, message) => {
  await expect(readAll(createMemorySource(bytes, "x.m4a"))).rejects.toMatchObject({
    code: "corrupt-audio",
    message: expect.stringMatching(message),
  });
});

it("refuses a count of samples where the one size for all of them is out of the demuxer's reach", async () => {
  const bytes = Buffer.from(claim("stsc", 12, 0x6300_0000));
  // One size for all samples, in a box that the box before it swallows.
  const [before, sizes] = [bytes.indexOf("stsc") - 4, bytes.indexOf("stsz") - 4];
  bytes.writeUInt32BE(976, sizes + 12);
  bytes.writeUInt32BE(sizes - before + bytes.readUInt32BE(sizes), before);
  await expect(readAll(createMemorySource(new Uint8Array(bytes), "x.m4a"))).rejects.toMatchObject({
    code: "corrupt-audio",
    message: expect.stringMatching(/a chunk of its 0 samples claims to hold 1660944384/),
  });
});

it("refuses a run of a fragment that is longer than the file", async () => {
  const run = Buffer.alloc(8);
  run.writeUInt32BE(900_000_000, 4);
  const fragment = createBox("moof", createBox("traf", createBox("trun", run)));
  const source = createMemorySource(new Uint8Array(Buffer.concat([whole, fragment])), "x.m4a");
  await expect(openMediaTrack(source)).rejects.toMatchObject({
    code: "corrupt-audio",
    message: expect.stringMatching(/claim to hold 900000000 samples/),
  });
});
