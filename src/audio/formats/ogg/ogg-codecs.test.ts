/** Ogg with Opus and Vorbis: the same samples as ffmpeg gives, output gain, refused packets. */
import { execFileSync } from "node:child_process";
import { describe, expect, it, vi } from "vitest";
import { hasFfmpeg, hasFfmpegNote } from "../../../../test/support/ffmpeg.ts";
import { createMemorySource } from "../../../core/byte-source.ts";
import { joinFloats } from "../../../core/join-arrays.ts";
import { decodeSource } from "../decode-source.ts";

const run = (args: readonly string[], input?: Uint8Array): Uint8Array =>
  new Uint8Array(
    execFileSync("ffmpeg", ["-v", "error", ...args], { ...(input ? { input } : {}), stdio: "pipe" }),
  );

/** Half a second of two tones, encoded. */
const encode = (channels: number, args: readonly string[]): Uint8Array =>
  run([
    ...[
      "-f",
      "lavfi",
      "-i",
      "sine=f=440:r=48000:d=0.5123",
      "-f",
      "lavfi",
      "-i",
      "sine=f=990:r=48000:d=0.5123",
    ],
    ...["-filter_complex", "[0][1]amerge", "-ac", String(channels), "-bitexact", ...args, "-f", "ogg", "-"],
  ]);

async function decode(bytes: Uint8Array) {
  const { stream } = await decodeSource(createMemorySource(bytes, "a.ogg"), [], {});
  const planes: Float32Array[][] = Array.from({ length: stream.channels }, () => []);
  for await (const chunk of stream.chunks) for (const [i, plane] of chunk.entries()) planes[i]!.push(plane);
  return { stream, planes: planes.map(joinFloats) };
}

/** Channels of six in the order of WAV, which ffmpeg uses, by their places in that of Vorbis and Opus. */
const wavOrder = [0, 2, 1, 5, 3, 4];

/** Largest difference from ffmpeg, which leaves out up to 128 samples at the end of Vorbis. */
function measureDifference(bytes: Uint8Array, planes: readonly Float32Array[]): number {
  const count = planes.length;
  const expected = new Float32Array(run(["-i", "-", "-f", "f32le", "-"], bytes).slice().buffer);
  expect(planes[0]!.length).toBe(Math.floor(0.5123 * 48_000));
  expect(planes[0]!.length - expected.length / count).toBeLessThanOrEqual(128);
  let largest = 0;
  for (const [i, value] of expected.entries()) {
    const plane = planes[count === 6 ? wavOrder[i % 6]! : i % count]!;
    largest = Math.max(largest, Math.abs(value - plane[Math.floor(i / count)]!));
  }
  return largest;
}

/** Changes the payload and the header of the pages from the given one on, with new checksums. */
function change(
  bytes: Uint8Array,
  fromPage: number,
  replace: (body: Uint8Array, header: DataView) => void,
): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  for (let at = 0, page = 0; at < copy.length; page++) {
    const count = copy[at + 26]!;
    const start = at + 27 + count;
    const end = copy.subarray(at + 27, start).reduce((sum, length) => sum + length, start);
    if (page >= fromPage) {
      replace(copy.subarray(start, end), new DataView(copy.buffer, at, 27));
      view.setUint32(at + 22, 0, true);
      let crc = 0;
      for (let i = at; i < end; i++) {
        crc ^= copy[i]! << 24;
        for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
      }
      view.setUint32(at + 22, crc >>> 0, true);
    }
    at = end;
  }
  return copy;
}

describe.skipIf(!hasFfmpeg)(`Opus and Vorbis in Ogg${hasFfmpegNote}`, () => {
  it.each([1, 2, 6])("gives the samples of ffmpeg: Opus, %i channels", async (channels) => {
    const bytes = encode(channels, ["-c:a", "libopus"]);
    const { planes, stream } = await decode(bytes);
    expect(stream.warnings).toEqual([]);
    expect(measureDifference(bytes, planes)).toBeLessThan(2e-3);
  });

  it.each([1, 2, 6])("gives the samples of ffmpeg: Vorbis, %i channels", async (channels) => {
    const bytes = encode(channels, ["-c:a", "libvorbis"]);
    const { planes, stream } = await decode(bytes);
    expect(stream.warnings).toEqual([]);
    expect(measureDifference(bytes, planes)).toBeLessThan(1e-4);
  });

  it("applies the output gain of Opus", async () => {
    const bytes = encode(1, ["-c:a", "libopus"]);
    let isHead = true;
    const louder = change(bytes, 0, (body) => {
      // 6.02 dB in steps of 1/256 dB.
      if (isHead) new DataView(body.buffer, body.byteOffset).setInt16(16, 1541, true);
      isHead = false;
    });
    const [plain, doubled] = [await decode(bytes), await decode(louder)];
    const ratio = doubled.planes[0]![10_000]! / plain.planes[0]![10_000]!;
    expect(ratio).toBeCloseTo(2, 3);
  });

  it("ends where the last page says, whatever single pages before it say", async () => {
    const bytes = encode(1, ["-c:a", "libvorbis", "-page_duration", "100000"]);
    for (const wrong of [2, 3]) {
      let page = 0;
      const moved = change(bytes, 0, (_, header) => {
        if (page++ === wrong) header.setBigInt64(6, header.getBigInt64(6, true) + 163n, true);
      });
      expect((await decode(moved)).planes[0]!.length).toBe(Math.floor(0.5123 * 48_000));
    }
  });

  it("writes nothing to the console for refused packets", async () => {
    const written = (["log", "warn", "error"] as const).map((kind) => vi.spyOn(console, kind));
    const stderr = vi.spyOn(process.stderr, "write");
    for (const codec of ["libopus", "libvorbis"]) {
      const bytes = encode(2, ["-c:a", codec, "-page_duration", "20000"]);
      const damaged = change(bytes, 8, (body) => body.fill(0xff));
      const { stream } = await decode(damaged);
      if (codec === "libopus") expect(stream.warnings.map(({ code }) => code)).toContain("damaged");
    }
    for (const spy of [...written, stderr]) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
  });
});
