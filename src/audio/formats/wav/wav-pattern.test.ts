/**
 * Samples that are not what the header of a WAV file says, and headers whose chunks have wrong sizes or
 * places.
 */
import { describe, expect, it } from "vitest";
import {
  createChunk,
  createFormat,
  createTone,
  interleave,
  joinRiff,
  type SampleWriter,
  writers,
} from "../../../../test/support/audio-files.ts";
import { createMemorySource } from "../../../core/byte-source.ts";
import { createRandom } from "../../../core/random.ts";
import { decodeSource } from "../decode-source.ts";

const rate = 16_000;
const tone = createTone(rate, 0.5);
const random = createRandom(9);
const noise = [Float32Array.from(tone[0]!, () => 1.9 * random.uniform() - 0.95)];

async function decode(bytes: Uint8Array) {
  const { stream } = await decodeSource(createMemorySource(bytes, "clip.wav"), [], {});
  const planes: number[][] = Array.from({ length: stream.channels }, () => []);
  for await (const chunk of stream.chunks) {
    for (const [channel, plane] of chunk.entries()) planes[channel]!.push(...plane);
  }
  return { plane: planes[0]!, codec: stream.codec, codes: stream.warnings.map(({ code }) => code) };
}

const format = (tag = 1, bits = 16): Uint8Array =>
  createChunk("fmt ", createFormat(tag, 1, rate, bits / 8, bits));
const samples = (planes: readonly Float32Array[], writer: SampleWriter = writers.s16): Uint8Array =>
  createChunk("data", interleave(planes, writer));

/** The bytes of each sample the other way round. */
function swap([width, write]: SampleWriter): SampleWriter {
  return [
    width,
    (view, at, value) => {
      write(view, at, value);
      new Uint8Array(view.buffer, at, width).reverse();
    },
  ];
}

const overruled = ["header-overruled"];

describe("samples of another kind than the header says", () => {
  it.each([
    ["16 bits, big-endian", 16, swap(writers.s16), "pcm-s16"],
    ["24 bits, big-endian", 24, swap(writers.s24), "pcm-s24"],
    ["32 bits, big-endian", 32, swap(writers.s32), "pcm-s32"],
    ["floats of 32 bits", 32, writers.f32, "pcm-f32"],
    ["floats of 64 bits", 64, writers.f64, "pcm-f64"],
  ] as const)("%s", async (_, bits, writer, codec) => {
    const found = await decode(joinRiff([format(1, bits), samples(tone, writer)]));
    expect(found).toMatchObject({ codec, codes: overruled });
    expect(found.plane).toBeAllclose(tone[0]!, { rtol: 0, atol: 1 / 32_768 });
  });

  it.each([
    ["noise that fills the scale", noise, writers.s16],
    ["noise of 24 bits", noise, writers.s24],
    ["noise of 32 bits", noise, writers.s32],
    ["noise of 8 bits in 16", noise.map((plane) => plane.map((v) => Math.round(v * 128) / 128)), writers.s16],
    ["faint noise", noise.map((plane) => plane.map((v) => v * 1e-3)), writers.s16],
    ["faint noise of 32 bits", noise.map((plane) => plane.map((v) => v * 1e-6)), writers.s32],
    ["a tone of half the rate", createTone(rate, 0.5, 1, 7990, 0.99), writers.s16],
  ] as const)("%s is left as it is", async (_, planes, writer) => {
    const found = await decode(joinRiff([format(1, 8 * writer[0]), samples(planes, writer)]));
    expect(found.codes).toEqual([]);
    expect(found.plane).toBeAllclose(planes[0]!, { rtol: 0, atol: 1 / 32_768 });
  });
});

describe("chunks of wrong sizes and in wrong places", () => {
  const text = new Uint8Array(602).fill(0x78);
  const list = new TextEncoder().encode("INFOISFT\x04\0\0\0abc\0");
  const unpadded = createChunk("LIST", list.subarray(0, 15)).subarray(0, 23);
  it.each([
    ["a chunk longer than it is", [createChunk("bext", text, 858), format(), samples(tone)], overruled],
    ["an odd chunk without its padding", [unpadded, format(), samples(tone)], overruled],
    ["the format behind the samples", [samples(tone), format()], []],
    [
      "a last chunk that is cut off",
      [format(), samples(tone), createChunk("LIST", list, 1 << 20)],
      ["bytes-left"],
    ],
    [
      "an extensible format without the rest",
      [createChunk("fmt ", createFormat(0xfffe, 1, rate, 2, 16)), samples(tone)],
      overruled,
    ],
  ] as const)("%s", async (_, chunks, codes) => {
    const found = await decode(joinRiff(chunks));
    expect(found.plane).toHaveLength(tone[0]!.length);
    expect(found.plane).toBeAllclose(tone[0]!, { rtol: 0, atol: 1 / 32_768 });
    expect(found.codes).toEqual(codes);
  });

  it("are an error where a chunk is longer than the file", async () => {
    const chunks = [format(), createChunk("LIST", list, 1 << 30), samples(tone)];
    await expect(decode(joinRiff(chunks))).rejects.toMatchObject({ code: "corrupt-audio" });
  });

  it("are an error where there is no format at all", async () => {
    await expect(decode(joinRiff([samples(tone)]))).rejects.toMatchObject({
      code: "corrupt-audio",
      message: expect.stringContaining("no fmt chunk"),
    });
  });
});
