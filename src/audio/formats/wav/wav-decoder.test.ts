import { describe, expect, it } from "vitest";
import {
  createChunk,
  createFormat,
  createTone,
  createWav,
  interleave,
  joinRiff,
  measureTone,
  readAll,
  writers,
} from "../../../../test/support/audio-files.ts";
import { createMemorySource } from "../../../core/byte-source.ts";
import { decodeImaBlock, decodeMsBlock } from "../adpcm.ts";
import { wavDecoder } from "./wav-decoder.ts";

async function decode(bytes: Uint8Array) {
  const stream = await wavDecoder.decode(createMemorySource(bytes, "clip.wav"), {});
  const planes: number[][] = Array.from({ length: stream.channels }, () => []);
  for await (const chunk of stream.chunks) {
    for (const [channel, plane] of chunk.entries()) planes[channel]!.push(...plane);
  }
  return { ...stream, planes };
}

const rejection = (bytes: Uint8Array) =>
  decode(bytes).then(
    () => undefined,
    (error) => error.code,
  );

describe("wavDecoder", () => {
  const tolerances = { u8: 1 / 128, s16: 1 / 32_768, s24: 2e-7, s32: 1e-7, f32: 0, f64: 0 } as const;
  it.each(Object.keys(tolerances) as (keyof typeof tolerances)[])(
    "reads %s in 1, 2 and 8 channels",
    async (kind) => {
      for (const channels of [1, 2, 8]) {
        const tone = createTone(8000, 0.05, channels);
        const decoded = await decode(createWav(tone, 8000, kind));
        expect(decoded.channels).toBe(channels);
        expect(decoded.sampleRate).toBe(8000);
        for (const [channel, plane] of tone.entries()) {
          expect(decoded.planes[channel]).toBeAllclose(plane, { rtol: 0, atol: tolerances[kind] });
        }
      }
    },
  );

  it("names an unknown format tag", async () => {
    const bytes = joinRiff([
      createChunk("fmt ", createFormat(0x7a21, 1, 8000, 2, 16)),
      createChunk("data", new Uint8Array(8)),
    ]);
    await expect(decode(bytes)).rejects.toMatchObject({
      code: "unsupported-codec",
      message: expect.stringContaining("0x7A21"),
    });
  });

  it("reads A-law and mu-law as in G.711", async () => {
    // segment ends of both laws, as listed in G.711: code word, then value in 16-bit units
    const cases = [
      [6, [0xd5, 0x55, 0xaa, 0x2a], [8, -8, 32_256, -32_256]],
      [7, [0xff, 0x7f, 0x80, 0x00], [0, 0, 32_124, -32_124]],
    ] as const;
    for (const [tag, codes, values] of cases) {
      const bytes = joinRiff([
        createChunk("fmt ", createFormat(tag, 1, 8000, 1, 8)),
        createChunk("data", Uint8Array.from(codes)),
      ]);
      const { planes } = await decode(bytes);
      expect(planes[0]!.map((value) => value * 32_768 + 0)).toBeAllclose(values, { atol: 1e-3 });
    }
  });

  it("skips odd chunks, reads RF64 and WAVE_FORMAT_EXTENSIBLE", async () => {
    const tone = createTone(8000, 0.05);
    const data = interleave(tone, writers.s16);
    const extensible = new Uint8Array(40);
    extensible.set(createFormat(0xfffe, 1, 8000, 2, 16));
    extensible.set([22, 0, 16, 0, 0, 0, 0, 0, 1, 0], 16);
    const ds64 = new Uint8Array(28);
    new DataView(ds64.buffer).setUint32(8, data.length, true);
    const bytes = joinRiff(
      [
        createChunk("ds64", ds64),
        createChunk("odd ", new Uint8Array(7)),
        createChunk("fmt ", extensible),
        createChunk("data", data, 0xffff_ffff),
      ],
      "RF64",
    );
    const { planes, warnings } = await decode(bytes);
    expect(planes[0]).toBeAllclose(tone[0]!, { atol: 1e-4 });
    expect(warnings).toEqual([]);
  });

  it("warns about wrong lengths, and allocates nothing by the claims of a header", async () => {
    const data = interleave(createTone(8000, 0.1), writers.s16);
    const build = (declared: number, body = data) =>
      joinRiff([createChunk("fmt ", createFormat(1, 1, 8000, 2, 16)), createChunk("data", body, declared)]);
    const huge = await decode(build(0x7fff_fff0));
    expect(huge.planes[0]!.length).toBe(800);
    expect(huge.warnings[0]!.code).toBe("truncated");
    const unknown = await decode(build(0xffff_ffff));
    expect([unknown.planes[0]!.length, unknown.warnings[0]!.code]).toEqual([800, "wrong-length"]);
    const odd = await decode(build(1599));
    expect([odd.planes[0]!.length, odd.warnings[0]!.code]).toEqual([799, "truncated"]);
  });

  it("refuses impossible headers", async () => {
    const build = (...format: Parameters<typeof createFormat>) =>
      joinRiff([createChunk("fmt ", createFormat(...format)), createChunk("data", new Uint8Array(64))]);
    expect(await rejection(build(1, 0, 8000, 2, 16))).toBe("corrupt-audio");
    expect(await rejection(build(1, 9, 8000, 18, 16))).toBe("unsupported-codec");
    expect(await rejection(build(1, 1, 0, 2, 16))).toBe("corrupt-audio");
    expect(await rejection(build(1, 1, 4_000_000, 2, 16))).toBe("corrupt-audio");
    expect(await rejection(build(1, 1, 8000, 2, 99))).toBe("unsupported-codec");
    expect(await rejection(build(0x11, 1, 8000, 0, 4))).toBe("corrupt-audio");
    expect(await rejection(joinRiff([createChunk("data", new Uint8Array(4))]))).toBe("corrupt-audio");
    expect(await rejection(joinRiff([createChunk("fmt ", createFormat(1, 1, 8000, 2, 16))]))).toBe(
      "corrupt-audio",
    );
  });
});

describe("ADPCM blocks", () => {
  it("IMA: the header's sample, then steps by the table", () => {
    // predictor 100, index 0 (step 7): nibble 7 adds 7/8 + 7 + 3 + 1 = 11, then the step is 16 (index 8)
    const block = Uint8Array.of(100, 0, 0, 0, 0x77, 0, 0, 0);
    const [plane] = decodeImaBlock(block, 1);
    expect(plane!.length).toBe(9);
    expect(plane![0]! * 32_768).toBe(100);
    expect(plane![1]! * 32_768).toBe(111);
    expect(plane![2]! * 32_768).toBe(111 + 2 + 16 + 8 + 4);
  });

  it("Microsoft: two samples of the header, then prediction with adapted steps", () => {
    // predictor 0 (256, 0), delta 16, newer 50, older 40; nibble 2: 50 + 2 * 16; delta stays 16 (230 * 16 >>
    // 8 = 14 -> 16)
    const block = Uint8Array.of(0, 16, 0, 50, 0, 40, 0, 0x2f);
    const [plane] = decodeMsBlock(block, 1);
    expect(Array.from(plane!, (value) => value * 32_768)).toEqual([40, 50, 82, 66]);
  });
});

describe("AIFF", () => {
  const createAiff = (compression: string, bits: number, body: Uint8Array, frames: number): Uint8Array => {
    const chunk = (id: string, content: Uint8Array): Uint8Array => {
      const bytes = createChunk(id, content);
      new DataView(bytes.buffer).setUint32(4, content.length);
      return bytes;
    };
    const common = new Uint8Array(22);
    const view = new DataView(common.buffer);
    view.setUint16(0, 1);
    view.setUint32(2, frames);
    view.setUint16(6, bits);
    view.setUint16(8, 16_383 + 12); // 8000 = 2^12 * 1.953125
    view.setUint32(10, 8000 * 2 ** 19);
    common.set(
      [...compression].map((letter) => letter.charCodeAt(0)),
      18,
    );
    const sound = new Uint8Array(8 + body.length);
    sound.set(body, 8);
    const bytes = joinRiff([chunk("COMM", common), chunk("SSND", sound)], "FORM");
    bytes.set(
      [..."AIFC"].map((letter) => letter.charCodeAt(0)),
      8,
    );
    return bytes;
  };
  const tone = createTone(8000, 0.1)[0]!;
  const write = (width: number, put: (view: DataView, at: number, value: number) => void): Uint8Array =>
    interleave([tone], [width, put]);

  it.each([
    ["NONE", 16, write(2, (view, at, value) => view.setInt16(at, Math.round(value * 32_767)))],
    ["sowt", 16, write(2, (view, at, value) => view.setInt16(at, Math.round(value * 32_767), true))],
    ["23ni", 32, write(4, (view, at, value) => view.setInt32(at, Math.round(value * 2_147_483_647), true))],
    ["fl32", 32, write(4, (view, at, value) => view.setFloat32(at, value))],
    ["fl64", 64, write(8, (view, at, value) => view.setFloat64(at, value))],
  ] as const)("reads compression %s at %i bits", async (compression, bits, body) => {
    const { facts, windows } = await readAll(createAiff(compression, bits, body, tone.length), {
      sampleRate: 8000,
      trim: false,
    });
    expect(facts).toMatchObject({
      container: "aiff",
      sampleRate: 8000,
      channels: 1,
      seconds: 0.1,
      warnings: [],
    });
    expect(windows[0]).toBeAllclose(tone, { atol: 1e-4 });
    expect(measureTone(windows[0]!, 8000, 440)).toBeCloseTo(0.5, 2);
  });

  it("warns when frames are missing and names an unknown compression", async () => {
    const body = write(2, (view, at, value) => view.setInt16(at, Math.round(value * 32_767)));
    const { facts } = await readAll(createAiff("NONE", 16, body, 5000), { sampleRate: 8000 });
    expect(facts.warnings[0]!.code).toBe("truncated");
    await expect(readAll(createAiff("MAC6", 16, body, 800))).rejects.toMatchObject({
      code: "unsupported-codec",
      message: expect.stringContaining("MAC6"),
    });
  });
});
