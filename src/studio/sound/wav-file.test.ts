import { expect, it } from "vitest";
import { openAudio } from "../../audio/open-audio.ts";
import { createMemorySource } from "../../core/byte-source.ts";
import { encodeWav } from "./wav-file.ts";

it("is read by the library as what was written, to a step of 16 bits", async () => {
  const samples = Float32Array.from({ length: 8000 }, (_, i) => 0.8 * Math.sin(i / 9));
  samples[100] = 1.7;
  samples[101] = -1.7;
  const opened = await openAudio(createMemorySource(encodeWav(samples, 16_000), "a.wav"), { trim: false });
  expect(opened.facts).toMatchObject({ codec: "pcm-s16", sampleRate: 16_000, channels: 1, seconds: 0.5 });
  for await (const read of opened.windows()) {
    expect(read).toHaveLength(samples.length);
    for (const [i, value] of read.entries()) {
      expect(Math.abs(value - Math.max(-1, Math.min(1, samples[i]!)))).toBeLessThan(1 / 32_768 + 1e-7);
    }
  }
});
