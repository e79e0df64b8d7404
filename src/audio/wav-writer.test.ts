/** WAV files as written: the codes of G.711, and that the project's own decoder reads back what went in. */
import { expect, it } from "vitest";
import { createMemorySource } from "../core/byte-source.ts";
import { openAudio } from "./open-audio.ts";
import { encodeWav, type WavEncoding } from "./wav-writer.ts";

/** A growing sine, odd in length, which goes over full scale in two places where `isLoud`. */
function createSamples(isLoud = false): Float32Array {
  const samples = Float32Array.from({ length: 3201 }, (_, i) => (Math.sin(i / 9) * i) / 3201);
  if (isLoud) samples.set([1.7, -1.7], 100);
  return samples;
}

async function readBack(bytes: Uint8Array) {
  const opened = await openAudio(createMemorySource(bytes, "clip.wav"), { trim: false });
  const windows: Float32Array[] = [];
  for await (const window of opened.windows()) windows.push(window);
  expect(windows).toHaveLength(1);
  return { facts: opened.facts, samples: windows[0]! };
}

const tolerances: [WavEncoding, string, { rtol: number; atol: number }][] = [
  ["pcm16", "pcm-s16", { rtol: 0, atol: 1 / 32_768 + 1e-7 }],
  ["float32", "pcm-f32", { rtol: 0, atol: 0 }],
  ["mulaw", "mulaw", { rtol: 1 / 30, atol: 2 / 8191 }],
];
it.each(tolerances)("%s comes back within its steps", async (encoding, codec, tolerance) => {
  const samples = createSamples();
  const { facts, samples: read } = await readBack(encodeWav(samples, 16_000, encoding));
  expect(facts).toMatchObject({ container: "wav", codec, sampleRate: 16_000, channels: 1, warnings: [] });
  expect(read).toHaveLength(samples.length);
  expect(read).toBeAllclose(samples, tolerance);
});

it.each(["pcm16", "mulaw"] as const)("%s is clipped at full scale", async (encoding) => {
  const { samples } = await readBack(encodeWav(createSamples(true), 16_000, encoding));
  expect(samples[100]).toBeGreaterThan(0.97);
  expect(samples[101]).toBeLessThan(-0.97);
});

it("gives mu-law the codes of G.711 at its corners", () => {
  // Ends of segments: 31 of 8191 is the last of the first one, 95 of the second.
  const samples = [0, 1, -1, 2, -2, Number.NaN, 30 / 8191, 31 / 8191, 95 / 8191];
  const bytes = encodeWav(Float32Array.from(samples), 16_000, "mulaw");
  expect([...bytes.subarray(58, 58 + samples.length)]).toEqual([
    ...[0xff, 0x80, 0x00, 0x80, 0x00, 0xff],
    ...[0xf0, 0xef, 0xdf],
  ]);
});

it("pads an odd number of bytes and counts the padding in the RIFF chunk alone", () => {
  const bytes = encodeWav(new Float32Array(3), 8000, "mulaw");
  const view = new DataView(bytes.buffer);
  expect(bytes).toHaveLength(58 + 4);
  expect([view.getUint32(4, true), view.getUint32(54, true)]).toEqual([bytes.length - 8, 3]);
});
