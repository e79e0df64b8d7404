import { describe, expect, it } from "vitest";
import { createTone } from "../../test/support/audio-files.ts";
import { createSampleSource } from "../audio/sample-source.ts";
import type { Encoder } from "../encoder/encoder.ts";
import { createMfcc } from "../encoder/mfcc.ts";
import { embedSource } from "./embed-source.ts";

describe("an encoder that gives no usable numbers", () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    "(%d) is an error that names the recording",
    async (value) => {
      const mfcc = createMfcc();
      const encoder: Encoder = {
        ...mfcc,
        async encode(samples) {
          const { frames, vector } = await mfcc.encode(samples);
          return { frames, vector: vector.map((number, i) => (i === 3 ? value : number)) };
        },
      };
      const source = createSampleSource(createTone(16_000, 1)[0]!, 16_000, "tone.wav");
      await expect(embedSource(source, { encoders: [encoder] })).rejects.toMatchObject({
        code: "encoder-failed",
        message: expect.stringContaining("tone.wav"),
      });
    },
  );
});
