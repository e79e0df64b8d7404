/**
 * Joined, tagged and damaged files of every format are decoded to their end, and what is lost is said.
 */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import {
  createChunk,
  createFormat,
  createTone,
  createWav,
  joinRiff,
} from "../../../test/support/audio-files.ts";
import {
  createFlacFrame,
  createFlacHead,
  createOggFlac,
} from "../../../test/support/recordings/flac-files.ts";
import { ape, id3v1, id3v2, junk, lyrics, text, zeros } from "../../../test/support/recordings/tag-files.ts";
import { sharedData } from "../../../test/support/shared-data.ts";
import { createMemorySource } from "../../core/byte-source.ts";
import { joinBytes } from "../../core/join-arrays.ts";
import { createStreamedSource } from "../streamed-source.ts";
import { decodeSource } from "./decode-source.ts";

async function decode(parts: readonly Uint8Array[], name = "clip") {
  const bytes = joinBytes(parts);
  async function* arrive() {
    for (let at = 0; at < bytes.length; at += 1500) yield bytes.slice(at, at + 1500);
  }
  const read = async (source: Parameters<typeof decodeSource>[0]) => {
    const { stream, warnings } = await decodeSource(source, [], {});
    const plane: number[] = [];
    // libFLAC's floats have full scale at 32767.
    for await (const [first] of stream.chunks)
      plane.push(...first!.map((value) => Math.round(value * 32_767)));
    const all = [...warnings, ...stream.warnings];
    return { plane, codes: all.map(({ code }) => code), messages: all.map(({ message }) => message) };
  };
  const decoded = await read(createMemorySource(bytes, name));
  const arrived = await read(createStreamedSource(arrive(), name));
  expect(arrived.plane).toEqual(decoded.plane);
  expect(arrived.codes).toEqual(decoded.codes);
  return decoded;
}

describe("MP3", () => {
  /** Silent frames: MPEG-1 layer III, 128 kbit/s, 44.1 kHz, joint stereo or mono. */
  const createFrames = (count: number, last = 0x64): Uint8Array => {
    const bytes = zeros(417 * count);
    for (let i = 0; i < count; i++) bytes.set([0xff, 0xfb, 0x90, last], 417 * i);
    return bytes;
  };
  const frameSamples = 1152;

  it.each([
    ["ID3v1", id3v1],
    ["ID3v2", id3v2],
    ["APEv2", ape(true)],
    ["APEv2 without a header", ape(false)],
    ["Lyrics3 and ID3v1", joinBytes([lyrics, id3v1])],
    ["all of them, padded", joinBytes([ape(true), lyrics, id3v1, zeros(3000), id3v2])],
  ])("goes on behind %s, which is no loss there nor at the end", async (_, tag) => {
    const { plane, codes } = await decode([
      createFrames(20),
      tag,
      createFrames(30),
      tag,
      createFrames(10),
      tag,
    ]);
    expect(plane.length).toBe(60 * frameSamples);
    expect(codes).toEqual([]);
  });

  it("gives a later part the rate and channels of the first", async () => {
    const other = createFrames(20);
    for (let i = 0; i < 20; i++) other[417 * i + 2] = 0x94; // 48 kHz: frames of 384 bytes
    const faster = joinBytes(Array.from({ length: 20 }, (_, i) => other.subarray(417 * i, 417 * i + 384)));
    const { plane, codes } = await decode([createFrames(20), id3v1, faster, createFrames(5, 0xc4)]);
    expect(Math.abs(plane.length - (25 + (20 * 44.1) / 48) * frameSamples)).toBeLessThan(2);
    expect(codes).toEqual([]);
  });

  it("goes on behind zeros and other bytes, and says how much is lost", async () => {
    const { plane, codes, messages } = await decode([createFrames(20), zeros(4096), createFrames(20)]);
    expect(plane.length).toBe(40 * frameSamples);
    expect(codes).toEqual(["damaged"]);
    expect(messages[0]).toContain("4096 overwritten with zeros");
    expect(messages[0]).toContain("0.257 s");
    expect((await decode([createFrames(20), junk(9000), createFrames(20)])).codes).toEqual(["damaged"]);
  });

  it("says what is left at the end", async () => {
    const { codes, messages } = await decode([createFrames(20), junk(16_000)]);
    expect(codes).toEqual(["bytes-left"]);
    expect(messages[0]).toContain("16000 bytes");
    expect(messages[0]).toContain("1.0 s");
    expect((await decode([createFrames(20), zeros(16_000)])).codes).toEqual([]);
  });
});

describe("FLAC", () => {
  const values = Array.from({ length: 12 }, (_, i) => 1000 * i - 5000);
  const frames = values.map((value, i) => createFlacFrame(i, value));
  const head = createFlacHead(16_000, 1, 12);
  const expected = values.flatMap((value) => Array(4096).fill(value) as number[]);

  it.each([
    ["random bytes", junk(5000)],
    ["a few bytes", junk(3)],
    ["a tag", id3v1],
  ])("loses no frame to %s between frames", async (_, between) => {
    const { plane } = await decode([head, ...frames.slice(0, 5), between, ...frames.slice(5)]);
    expect(plane).toEqual(expected);
  });

  it("loses one frame, and says so, where one is overwritten", async () => {
    const wide = values.map((value, i) => createFlacFrame(i, value, 8));
    const damaged = wide[5]!.slice();
    damaged[7]! ^= 0xff;
    const wideHead = createFlacHead(16_000, 8, 12);
    const { plane, codes, messages } = await decode([
      wideHead,
      ...wide.slice(0, 5),
      damaged,
      ...wide.slice(6),
    ]);
    expect(plane.length).toBe(11 * 4096);
    expect(codes).toEqual(["damaged"]);
    expect(messages[0]).toContain("0.256 s of sound are missing");
  });

  it("decodes joined files, and tags at the end are no loss", async () => {
    const stereo = [createFlacHead(16_000, 2, 2), createFlacFrame(0, 200, 2), createFlacFrame(1, 300, 2)];
    const faster = [createFlacHead(32_000, 1, 2), createFlacFrame(0, 0), createFlacFrame(1, 0)];
    const { plane, codes } = await decode([head, ...frames, ...stereo, ...faster, ape(true), id3v1]);
    expect(plane.slice(0, expected.length)).toEqual(expected);
    expect(plane.length).toBe(15 * 4096);
    expect(plane[12 * 4096]).toBe(200);
    expect(codes).toEqual([]);
  });

  it("says that the end is missing, and what is left behind it", async () => {
    expect((await decode([head, ...frames.slice(0, 6)])).codes).toEqual(["truncated"]);
    expect((await decode([head, ...frames.slice(0, 6), frames[6]!.subarray(0, 8)])).codes).toEqual([
      "truncated",
    ]);
    expect((await decode([head, ...frames, junk(5000)])).codes).toEqual(["bytes-left"]);
  });
});

describe("Ogg", () => {
  const first = createOggFlac(7, 16_000, 1, [100, 200, 300]);

  it("decodes every link, with the rate and channels of the first", async () => {
    const links = [...first, ...createOggFlac(8, 32_000, 2, [0, 0]), ...createOggFlac(7, 16_000, 1, [400])];
    const { plane, codes } = await decode(links);
    expect(plane.length).toBe(5 * 4096);
    expect(plane.at(-1)).toBe(400);
    expect(codes).toEqual([]);
  });

  it("goes on behind tags and padding between links", async () => {
    const { plane, codes } = await decode([...first, id3v1, ...first, zeros(512), ...first, id3v1]);
    expect(plane.length).toBe(9 * 4096);
    expect(codes).toEqual([]);
  });

  it("decodes the first of streams beside each other, and goes on behind them", async () => {
    const other = createOggFlac(9, 16_000, 1, [900, 900, 900]);
    const beside = first.flatMap((page, i) => [page, other[i]!]);
    const { plane, codes } = await decode([...beside, ...first]);
    expect(plane.length).toBe(6 * 4096);
    expect(plane).not.toContain(900);
    expect(codes).toEqual([]);
  });

  it("says what is lost of a damaged page, of a link without its first page, and at the end", async () => {
    const damaged = first.map((page, i) =>
      i === 3 ? page.map((byte, k) => (k === 30 ? byte ^ 1 : byte)) : page,
    );
    expect((await decode(damaged)).codes).toEqual(["damaged"]);
    const headless = createOggFlac(8, 16_000, 1, [1, 2]).slice(1);
    expect((await decode([...first, ...headless])).codes).toEqual(["damaged"]);
    expect((await decode([...first, junk(9000)])).codes).toEqual(["bytes-left"]);
  });
});

describe("WAV", () => {
  const wav = createWav(createTone(8000, 0.5), 8000);

  it("accounts for what follows the samples", async () => {
    const riff = [createChunk("fmt ", createFormat(1, 1, 8000, 2, 16)), createChunk("data", junk(8000))];
    const listed = joinRiff([...riff, createChunk("LIST", text("INFOodd")), createChunk("id3 ", id3v2)]);
    expect((await decode([listed])).codes).toEqual([]);
    expect((await decode([wav, id3v1])).codes).toEqual([]);
    expect((await decode([wav, zeros(3000)])).codes).toEqual([]);
    const { codes, messages } = await decode([wav, junk(16_000)]);
    expect(codes).toEqual(["bytes-left"]);
    expect(messages[0]).toContain("1.0 s");
  });

  const half = wav.slice(0, 44 + 4000);
  new DataView(half.buffer).setUint32(40, 4000, true);
  new DataView(half.buffer).setUint32(4, 4036, true);

  it.each([
    ["nothing", new Uint8Array(0)],
    ["a tag", id3v1],
    ["padding", zeros(512)],
    ["chunks", createChunk("LIST", text("INFO"))],
  ])("decodes joined files with %s between them", async (_, between) => {
    const { plane, codes } = await decode([wav, between, half, between, wav, id3v1]);
    const expected = (await decode([wav])).plane;
    expect(plane).toEqual([...expected, ...expected.slice(0, 2000), ...expected]);
    expect(codes).toEqual([]);
  });

  it("gives a joined file the rate and channels of the first", async () => {
    const { plane, codes } = await decode([wav, createWav(createTone(16_000, 1, 2), 16_000, "s24")]);
    expect(Math.abs(plane.length - 12_000)).toBeLessThan(2);
    expect(codes).toEqual([]);
  });

  it("says how much is lost with a joined file that cannot be decoded", async () => {
    const other = wav.slice();
    other[20] = 0x21; // format tag
    other[21] = 0x7a;
    const { plane, codes, messages } = await decode([wav, other]);
    expect(plane.length).toBe(4000);
    expect(codes).toEqual(["bytes-left"]);
    expect(messages[0]).toContain("0.503 s");
  });

  it.each([0, 0xffff_ffff])("finds a joined file where the size in front of it is %i", async (size) => {
    const piped = wav.slice();
    for (const at of [4, 40]) new DataView(piped.buffer).setUint32(at, size, true);
    const source = createMemorySource(joinBytes([piped, piped]), "piped.wav");
    const { stream } = await decodeSource(source, [], {});
    let frames = 0;
    for await (const [plane] of stream.chunks) frames += plane!.length;
    expect(frames).toBe(8000);
    expect(stream.warnings.map(({ code }) => code)).toEqual(["wrong-length", "wrong-length"]);
  });
});

describe("AIFF", () => {
  /** 16 bits, mono, 8 kHz; sizes as stated. */
  const createAiff = (values: readonly number[], stated = 2 * values.length + 8): Uint8Array => {
    const bytes = zeros(54 + 2 * values.length);
    bytes.set(text("FORM....AIFFCOMM\0\0\0\x12\0\x01"));
    bytes.set(text("\0\x10\x40\x0b\xfa\0\0\0\0\0\0\0SSND"), 26);
    const view = new DataView(bytes.buffer);
    view.setUint32(4, bytes.length - 8);
    view.setUint32(22, stated === 0 ? 0 : values.length);
    view.setUint32(42, stated);
    for (const [i, value] of values.entries()) view.setInt16(54 + 2 * i, value);
    return bytes;
  };
  const values = Array.from({ length: 3000 }, (_, i) => Math.round(20_000 * Math.sin(i / 9)) + 0);
  const read = async (bytes: Uint8Array) => {
    const { stream } = await decodeSource(createMemorySource(bytes, "joined.aiff"), [], {});
    const plane: number[] = [];
    for await (const [first] of stream.chunks) plane.push(...first!.map((value) => value * 32_768 + 0));
    return { plane, codes: stream.warnings.map(({ code }) => code) };
  };

  it("decodes joined files, with a tag between them, and what states no size", async () => {
    const both = { plane: [...values, ...values], codes: [] };
    expect(await read(joinBytes([createAiff(values), createAiff(values)]))).toEqual(both);
    expect(await read(joinBytes([createAiff(values), id3v1, createAiff(values), id3v1]))).toEqual(both);
    const open = createAiff(values, 0);
    expect(await read(joinBytes([open, open]))).toEqual({ ...both, codes: ["wrong-length", "wrong-length"] });
  });
});

const cases = resolve(sharedData ?? ".", "..", "cases");
const hasCases = sharedData !== undefined && existsSync(cases);
const casesNote = hasCases ? "" : " (skipped: no files in ../shared/cases)";

it.skipIf(!hasCases).each([
  ["mp3-three-joined-id3v1.mp3", 16_000, 9.2],
  ["vorbis-three-chained.ogg", 16_000, 9.03],
])(`decodes %s to its end${casesNote}`, async (name, rate, seconds) => {
  const { plane, codes } = await decode([new Uint8Array(readFileSync(resolve(cases, name)))], name);
  expect(Math.abs(plane.length / rate - seconds)).toBeLessThan(0.05);
  expect(codes).toEqual([]);
});
