import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { createMemorySource } from "../../core/byte-source.ts";
import { createRandom } from "../../core/random.ts";
import { identifyContent } from "./content.ts";

const identify = async (bytes: Uint8Array): Promise<string> =>
  (await identifyContent(createMemorySource(bytes, "file"))).container;

/** MPEG-1 layer III at 128 kbit/s and 44.1 kHz, without sound: 417 bytes per frame. */
function createFrames(count: number): Uint8Array {
  const bytes = new Uint8Array(417 * count);
  for (let i = 0; i < count; i++) bytes.set([0xff, 0xfb, 0x90, 0x64], 417 * i);
  return bytes;
}

const join = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

describe("identifyContent", () => {
  it("takes no random bytes for MP3", { timeout: 30_000 }, async () => {
    const random = createRandom(1);
    for (let file = 0; file < 300; file++) {
      const bytes = new Uint8Array(40_000);
      for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(random.uniform() * 256);
      expect(await identify(bytes)).not.toBe("mp3");
    }
  });

  it("takes no program for MP3", async () => {
    expect(await identify(new Uint8Array(await readFile(process.execPath)).subarray(0, 1 << 20))).toBe(
      "unknown",
    );
  });

  it("takes a few frames among other bytes for chance", async () => {
    const other = new Uint8Array(2000).fill(0x41);
    for (const count of [1, 2, 3, 5, 7]) {
      expect(await identify(join(other, createFrames(count), other))).toBe("unknown");
    }
    for (const count of [1, 2, 3]) expect(await identify(join(createFrames(count), other))).toBe("unknown");
  });

  it("recognises short files, and frames behind other bytes", async () => {
    const other = new Uint8Array(2000).fill(0x41);
    for (const count of [1, 2, 3, 4, 100]) expect(await identify(createFrames(count))).toBe("mp3");
    expect(await identify(join(createFrames(4), other))).toBe("mp3");
    expect(await identify(join(other, createFrames(8), other))).toBe("mp3");
    expect(await identify(join(other, createFrames(4)))).toBe("mp3");
  });
});
