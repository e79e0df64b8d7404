/** Headers of WAV files that contradict themselves: the samples are read as they were written. */
import { describe, expect, it } from "vitest";
import { createChunk, createFormat, joinRiff } from "../../../../test/support/audio-files.ts";
import { createMemorySource } from "../../../core/byte-source.ts";
import { createRandom } from "../../../core/random.ts";
import { decodeSource } from "../decode-source.ts";

const rate = 16_000;
const frames = 3000;

/** Something like sound: three tones per channel that differ between channels, and a little noise. */
function createSound(channels: number, bits: number, isEqual = false): number[][] {
  const random = createRandom(3);
  const scale = 2 ** (bits - 1) - 1;
  return Array.from({ length: channels }, (_, channel) => {
    const k = isEqual ? 1 : 1 + channel;
    const seeded = isEqual ? createRandom(3) : random;
    return Array.from({ length: frames }, (_, i) => {
      const tones = Math.sin(0.03 * k * i) + 0.6 * Math.sin(0.11 * i + k) + 0.4 * Math.sin(0.31 * i + 2 * k);
      return Math.round(scale * (0.2 * tones + 0.004 * (seeded.uniform() - 0.5))) + 0; // not -0
    });
  });
}

/** Writes integers of `width` bytes into slots of `slot` bytes, `lead` bytes behind the slot's start. */
function writeSlots(planes: readonly number[][], width: number, slot = width, lead = 0): Uint8Array {
  const bytes = new Uint8Array(planes.length * frames * slot);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < frames; i++) {
    for (const [channel, plane] of planes.entries()) {
      const at = (i * planes.length + channel) * slot + lead;
      for (let k = 0; k < width; k++) view.setUint8(at + k, (plane[i]! >> (8 * k)) & 0xff);
    }
  }
  return bytes;
}

/** What a header states; the byte rate is `stride` frames per second unless given. */
interface Stated {
  readonly channels: number;
  readonly bits: number;
  readonly align: number;
  readonly byteRate?: number;
}

async function decode(data: Uint8Array, { channels, bits, align, byteRate = rate * align }: Stated) {
  const format = createFormat(1, channels, rate, align, bits);
  new DataView(format.buffer).setUint32(8, byteRate, true);
  const bytes = joinRiff([createChunk("fmt ", format), createChunk("data", data)]);
  const { stream } = await decodeSource(createMemorySource(bytes, "clip.wav"), [], {});
  const planes: number[][] = Array.from({ length: stream.channels }, () => []);
  for await (const chunk of stream.chunks) {
    for (const [channel, plane] of chunk.entries()) planes[channel]!.push(...plane);
  }
  return { planes, codes: stream.warnings.map(({ code }) => code) };
}

const scaled = (planes: readonly number[][], bits: number) =>
  planes.map((plane) => plane.map((value) => Math.fround(value / 2 ** (bits - 1))));
const overruled = ["header-overruled"];

describe("the block align of another number of channels", () => {
  it.each([2, 3, 4, 6, 8])("one channel, block align of %i", async (count) => {
    const sound = createSound(1, 16);
    for (const byteRate of [2 * rate, 2 * count * rate]) {
      const stated = { channels: 1, bits: 16, align: 2 * count, byteRate };
      const { planes, codes } = await decode(writeSlots(sound, 2), stated);
      expect(planes).toEqual(scaled(sound, 16));
      expect(codes).toEqual(overruled);
    }
  });

  it.each([2, 4, 8])("%i channels, block align of one", async (channels) => {
    const sound = createSound(channels, 16);
    for (const byteRate of [2 * rate, 2 * channels * rate]) {
      const { planes, codes } = await decode(writeSlots(sound, 2), {
        channels,
        bits: 16,
        align: 2,
        byteRate,
      });
      expect(planes).toEqual(scaled(sound, 16));
      expect(codes).toEqual(overruled);
    }
  });

  it.each([2, 4])("the header states one channel, and %i are there", async (channels) => {
    for (const isEqual of [true, false]) {
      const sound = createSound(channels, 16, isEqual);
      const { planes, codes } = await decode(writeSlots(sound, 2), {
        channels: 1,
        bits: 16,
        align: 2 * channels,
      });
      expect(planes).toEqual(scaled(sound, 16));
      expect(codes).toEqual(overruled);
    }
  });

  it.each([1, 2])("the header states four channels, and %i are there", async (channels) => {
    const sound = createSound(channels, 16);
    const { planes } = await decode(writeSlots(sound, 2), { channels: 4, bits: 16, align: 2 * channels });
    expect(planes).toEqual(scaled(sound, 16));
  });
});

describe("samples in wider slots", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])("24 bits in 4 bytes, low and high, %i channels", async (channels) => {
    const sound = createSound(channels, 24);
    for (const lead of [0, 1]) {
      for (const byteRate of [4 * channels * rate, 3 * channels * rate]) {
        const stated = { channels, bits: 24, align: 4 * channels, byteRate };
        const { planes, codes } = await decode(writeSlots(sound, 3, 4, lead), stated);
        expect(planes).toEqual(scaled(sound, 24));
        expect(codes).toEqual(overruled);
      }
    }
  });

  it.each([1, 2])("16 bits in 4 bytes, low and high, %i channels", async (channels) => {
    const sound = createSound(channels, 16);
    for (const lead of [0, 2]) {
      const { planes } = await decode(writeSlots(sound, 2, 4, lead), {
        channels,
        bits: 16,
        align: 4 * channels,
      });
      expect(planes).toEqual(scaled(sound, 16));
    }
  });
});

describe("bits per sample of another width", () => {
  it.each([
    [2, 8],
    [2, 24],
    [3, 16],
    [4, 16],
  ])("samples of %i bytes, %i bits stated", async (width, bits) => {
    for (const channels of [1, 2]) {
      const sound = createSound(channels, 8 * width);
      const { planes, codes } = await decode(writeSlots(sound, width), {
        channels,
        bits,
        align: width * channels,
      });
      expect(planes).toEqual(scaled(sound, 8 * width));
      expect(codes).toEqual(overruled);
    }
  });
});

it("keeps what channels, bits and block align agree on, whatever the byte rate says", async () => {
  for (const channels of [1, 2]) {
    const sound = createSound(channels, 16);
    for (const byteRate of [0, rate, 4 * rate, 8 * rate, 0xffff_ffff]) {
      const stated = { channels, bits: 16, align: 2 * channels, byteRate };
      expect(await decode(writeSlots(sound, 2), stated)).toEqual({ planes: scaled(sound, 16), codes: [] });
    }
  }
});

it("takes bits per sample that are not stated from the block align", async () => {
  for (const [channels, bits] of [
    [1, 16],
    [2, 24],
  ] as const) {
    const sound = createSound(channels, bits);
    const width = bits / 8;
    const { planes, codes } = await decode(writeSlots(sound, width), {
      channels,
      bits: 0,
      align: channels * width,
    });
    expect(planes).toEqual(scaled(sound, bits));
    expect(codes).toEqual(overruled);
  }
});
