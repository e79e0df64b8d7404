/**
 * Recordings decoded while they arrive give the same samples as from a file, and little of them is kept in
 * memory.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { createTone, createWav } from "../../test/support/audio-files.ts";
import { isThorough } from "../../test/support/effort.ts";
import { sharedData, sharedDataNote } from "../../test/support/shared-data.ts";
import type { ByteSource } from "../core/byte-source.ts";
import { createMemorySource } from "../core/byte-source.ts";
import { GolemError } from "../core/error.ts";
import { createFfmpegDecoder } from "../node/decode/ffmpeg-decoder.ts";
import { identifyContent } from "./formats/content.ts";
import { decodeSource } from "./formats/decode-source.ts";
import { canStream, createStreamedSource } from "./streamed-source.ts";

async function* cut(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length);
}

/**
 * The number of samples of the first channel, their hash, and the code of the error; samples before an error
 * count.
 */
async function decode(source: ByteSource): Promise<{ count: number; hash: string; code: string }> {
  const hash = createHash("sha256");
  let count = 0;
  let code = "";
  try {
    const { stream } = await decodeSource(source, [createFfmpegDecoder()], {});
    for await (const [plane] of stream.chunks) {
      hash.update(new Uint8Array(plane!.slice().buffer));
      count += plane!.length;
    }
    // An empty result without an error is reported by the callers.
    if (count === 0) code = "no-samples";
  } catch (error) {
    if (!(error instanceof GolemError)) throw error;
    code = error.code;
  }
  return { count, hash: hash.digest("hex"), code };
}

it("returns bytes once they have arrived, and all of them when they are few", async () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i);
  const source = createStreamedSource(cut(bytes, 7), "a");
  expect(await source.collect(999)).toBeUndefined();
  expect(await source.collect(1000)).toEqual(bytes);
  expect(await source.read(3, 20)).toEqual(bytes.slice(3, 23));
  expect(await source.read(990, 20)).toEqual(bytes.slice(990));
  expect(await source.read(1000, 20)).toHaveLength(0);
  expect(await source.read(Number.POSITIVE_INFINITY, 128)).toHaveLength(0);
});

it("keeps the beginning and the end of what was read, and rejects for the rest", async () => {
  const bytes = Uint8Array.from({ length: 8 << 20 }, (_, i) => i % 251);
  let given = 0;
  const source = createStreamedSource(
    (async function* () {
      for await (const chunk of cut(bytes, 65_536)) {
        given += chunk.length;
        yield chunk;
      }
    })(),
    "long",
  );
  expect(await source.read(6 << 20, 100)).toEqual(bytes.slice(6 << 20, (6 << 20) + 100));
  expect(given).toBeLessThan(7 << 20);
  expect(await source.read(0, 65_536)).toEqual(bytes.slice(0, 65_536));
  expect(await source.read((6 << 20) - 300_000, 50)).toEqual(
    bytes.slice((6 << 20) - 300_000, (6 << 20) - 299_950),
  );
  await expect(source.read(1 << 20, 50)).rejects.toMatchObject({ code: "corrupt-audio" });
  expect(await source.collect(1 << 30)).toBeUndefined();
});

it("decodes WAV of unknown length", async () => {
  const wav = createWav(createTone(16_000, 1, 2, 300), 16_000);
  for (const length of [0, 0xffff_ffff]) {
    const endless = new Uint8Array(wav);
    new DataView(endless.buffer).setUint32(40, length, true);
    new DataView(endless.buffer).setUint32(4, length, true);
    const arrived = await decode(createStreamedSource(cut(endless, 1000), "a.wav"));
    expect(arrived).toEqual(await decode(createMemorySource(new Uint8Array(wav), "a.wav")));
  }
});

describe.skipIf(!sharedData)(`every awkward and broken file that may arrive${sharedDataNote}`, () => {
  const folder = join(sharedData ?? ".", "torture");
  const rows = sharedData
    ? (parse(readFileSync(join(folder, "expected.csv")), { columns: true }) as { file_name: string }[])
    : [];
  const names = rows.map(({ file_name }) => file_name);
  it.each(names.filter((name) => isThorough || !name.includes("30min")))("%s", async (name) => {
    const bytes = new Uint8Array(readFileSync(join(folder, name)));
    const memory = createMemorySource(bytes, name);
    if (bytes.length === 0 || !canStream((await identifyContent(memory)).container)) return;
    const arrived = await decode(createStreamedSource(cut(bytes, 1500), name));
    expect(arrived).toEqual(await decode(memory));
  });
});
