/** Mu-law WAV: the codes of G.711, and that the project's own decoder reads back what was written. */
import { expect, it } from "vitest";
import { createMemorySource } from "../core/byte-source.ts";
import { openAudio } from "./open-audio.ts";
import { encodeMulaw, encodeMulawWav } from "./wav-writer.ts";

it("gives the codes of G.711 at the ends of its segments", () => {
  expect([0, 1, -1, 2, -2, Number.NaN].map(encodeMulaw)).toEqual([0xff, 0x80, 0x00, 0x80, 0x00, 0xff]);
  // Ends of segments: 31 of 8191 is the last of the first one, 95 of the second.
  expect(encodeMulaw(30 / 8191)).toBe(0xf0);
  expect(encodeMulaw(31 / 8191)).toBe(0xef);
  expect(encodeMulaw(95 / 8191)).toBe(0xdf);
});

it("is read back within the steps of mu-law", async () => {
  const samples = Float32Array.from({ length: 3201 }, (_, i) => (Math.sin(i / 9) * i) / 3201);
  const source = createMemorySource(encodeMulawWav(samples, 16_000), "clip.wav");
  const opened = await openAudio(source, { trim: false });
  expect(opened.facts).toMatchObject({ container: "wav", sampleRate: 16_000, channels: 1, warnings: [] });
  for await (const read of opened.windows()) {
    expect(read.length).toBe(samples.length);
    expect(read).toBeAllclose(samples, { rtol: 1 / 30, atol: 2 / 8191 });
  }
});
