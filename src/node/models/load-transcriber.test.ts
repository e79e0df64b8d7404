import { expect, it } from "vitest";
import { loadEncoder } from "./load-encoder.ts";
import { loadTranscriber } from "./load-transcriber.ts";

const tone = Float32Array.from({ length: 16_000 }, (_, i) => 0.3 * Math.sin(i / 9));

it("uses a given encoder, and does not dispose of it", async () => {
  const encoder = await loadEncoder("moonshine-tiny");
  const transcriber = await loadTranscriber("moonshine-tiny", { encoder });
  const transcript = await transcriber.transcribe(tone);
  await transcriber.dispose();
  expect((await encoder.encode(tone)).frames).toBeGreaterThan(0);
  await encoder.dispose();

  const alone = await loadTranscriber();
  expect(await alone.transcribe(tone)).toEqual(transcript);
  await alone.dispose();
  await expect(alone.transcribe(tone)).rejects.toThrow();
});

it("lists the encoders with a transcriber", async () => {
  await expect(loadTranscriber("mfcc")).rejects.toMatchObject({
    code: "unknown-encoder",
    message: expect.stringContaining("moonshine-tiny"),
  });
});
