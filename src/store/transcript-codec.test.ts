import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createStoredEmbedding, createStoredTranscript } from "../../test/store-values.ts";
import { computeChecksum } from "./checksum.ts";
import { encodeEmbedding } from "./embedding-codec.ts";
import { decodeTranscript, encodeTranscript, isTranscript } from "./transcript-codec.ts";

describe("transcripts as bytes", () => {
  it("round-trip whatever was said", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.nat(),
        (text, logprob, tokens) => {
          const value = { text, logprob, tokens };
          expect(decodeTranscript(encodeTranscript(value))).toStrictEqual(value);
        },
      ),
    );
  });

  it("are read from the middle of a larger buffer, at any alignment", () => {
    const bytes = encodeTranscript(createStoredTranscript(5));
    const larger = new Uint8Array(bytes.length + 9).fill(255);
    larger.set(bytes, 3);
    expect(decodeTranscript(larger.subarray(3, 3 + bytes.length))).toStrictEqual(createStoredTranscript(5));
  });

  it("are a miss when any byte is changed, and when cut or lengthened", () => {
    const bytes = encodeTranscript(createStoredTranscript(1));
    for (let i = 0; i < bytes.length; i++) {
      const damaged = bytes.slice();
      damaged[i]! ^= 0x10;
      expect(decodeTranscript(damaged), `byte ${i}`).toBeUndefined();
      expect(decodeTranscript(bytes.subarray(0, i)), `${i} bytes`).toBeUndefined();
    }
    expect(decodeTranscript(Uint8Array.from([...bytes, 0]))).toBeUndefined();
  });

  it("are told from embeddings, and from numbers that are none", () => {
    const transcript = encodeTranscript(createStoredTranscript(1));
    const embedding = encodeEmbedding(createStoredEmbedding(1));
    expect([isTranscript(transcript), isTranscript(embedding)]).toEqual([true, false]);
    expect(isTranscript(transcript.subarray(0, 3))).toBe(false);
    expect(decodeTranscript(embedding)).toBeUndefined();
    const view = new DataView(transcript.buffer);
    view.setFloat64(12, Number.NaN, true);
    view.setUint32(8, computeChecksum(transcript.subarray(12)), true);
    expect(decodeTranscript(transcript)).toBeUndefined();
  });

  it.each([
    ["a text without end", { text: "a".repeat((1 << 22) + 1), logprob: -1, tokens: 1 }],
    ["no probability", { text: "", logprob: Number.NaN, tokens: 1 }],
    ["half a token", { text: "", logprob: -1, tokens: 0.5 }],
  ])("are refused with %s", (_, value) => {
    expect(() => encodeTranscript(value)).toThrow(expect.objectContaining({ code: "store-failed" }));
  });
});
