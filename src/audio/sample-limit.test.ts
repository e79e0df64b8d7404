/** The limit on decoded samples: by the headers before anything is decoded, else as soon as it is passed. */
import { expect, it } from "vitest";
import type { DecodedStream } from "./formats/decoder.ts";
import { limitSamples } from "./sample-limit.ts";

function createStream(facts: Partial<DecodedStream>): DecodedStream & { getRead(): number } {
  let read = 0;
  const chunks = (async function* () {
    for (; read < 10; read++) yield [new Float32Array(100), new Float32Array(100)];
  })();
  const base = { container: "x", codec: "x", sampleRate: 1000, channels: 2, warnings: [] };
  return { ...base, chunks, getRead: () => read, ...facts };
}

it("refuses what the headers declare, and reads nothing", () => {
  const stream = createStream({ declaredSeconds: 1 });
  expect(() => limitSamples(stream, "x.flac", 1999)).toThrow(
    /x.flac has 2000 samples \(2 channels at 1000 Hz\)/,
  );
  expect(stream.getRead()).toBe(0);
  limitSamples(stream, "x.flac", 2000);
});

it("counts where the headers say nothing, or only guess", async () => {
  for (const facts of [{}, { declaredSeconds: 9, isEstimate: true }]) {
    const stream = createStream(facts);
    const read = async (): Promise<void> => {
      for await (const _ of limitSamples(stream, "x.mp3", 500).chunks);
    };
    await expect(read()).rejects.toMatchObject({ code: "too-long" });
    expect(stream.getRead()).toBe(2);
  }
});
