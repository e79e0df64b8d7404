import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createStoredEmbedding, createStoredTranscript, seal } from "../../test/support/store-values.ts";
import { encodeEmbedding } from "./embedding-codec.ts";
import { decodeTranscript, encodeTranscript, isTranscript } from "./transcript-codec.ts";

describe("transcripts as bytes", () => {
  it("round-trip any transcript", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.nat(),
        fc.nat(),
        fc.array(fc.float32Array({ maxLength: 20 }), { maxLength: 16 }),
        (text, logprob, tokens, steps, vectors) => {
          const value = { text, logprob, tokens, steps, vectors };
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

  it("are distinguished from embeddings, and from other numbers", () => {
    const transcript = encodeTranscript(createStoredTranscript(1));
    const embedding = encodeEmbedding(createStoredEmbedding(1));
    expect([isTranscript(transcript), isTranscript(embedding)]).toEqual([true, false]);
    expect(isTranscript(transcript.subarray(0, 3))).toBe(false);
    expect(decodeTranscript(embedding)).toBeUndefined();
    const view = new DataView(transcript.buffer);
    view.setFloat64(12, Number.NaN, true);
    expect(decodeTranscript(seal(transcript))).toBeUndefined();
  });

  it("are a miss when another version wrote them", () => {
    // Version 1: log-probability, tokens, text, and no vectors.
    const old = new Uint8Array(24 + 60);
    const view = new DataView(old.buffer);
    view.setUint32(0, 0x544c_4f47, true);
    view.setUint32(4, 1, true);
    view.setFloat64(12, -1, true);
    view.setUint32(20, 3, true);
    old.fill(0x61, 24);
    expect(isTranscript(seal(old))).toBe(true);
    expect(decodeTranscript(old)).toBeUndefined();
    view.setUint32(4, 2, true);
    expect(decodeTranscript(seal(old))).toBeUndefined();
  });

  it("are a miss, without allocating, when the counts are wrong and the checksum is right", () => {
    const bytes = encodeTranscript(createStoredTranscript(1));
    for (const place of [28, 32, 36]) {
      for (const lie of [1000, 0x3fff_ffff, 0x4000_000c, 0x7fff_ffff, 0xffff_ffff]) {
        const forged = bytes.slice();
        new DataView(forged.buffer).setUint32(place, lie, true);
        expect(decodeTranscript(seal(forged)), `${lie} at ${place}`).toBeUndefined();
      }
    }
  });

  it("are a miss when anything but the header is wrong", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 200 }), (bytes) => {
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        view.setUint32(0, 0x544c_4f47, true);
        view.setUint32(4, 2, true);
        const value = decodeTranscript(seal(bytes));
        const numbers = value?.vectors.reduce((sum, vector) => sum + vector.length, 0) ?? 0;
        expect(32 + 4 * numbers).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  it.each([
    ["a text that is too long", { text: "a".repeat((1 << 22) + 1) }],
    ["no probability", { logprob: Number.NaN }],
    ["half a token", { tokens: 0.5 }],
    ["a negative number of steps", { steps: -1 }],
    ["too many vectors", { vectors: Array(17).fill(new Float32Array(1)) }],
    ["too many numbers", { vectors: [new Float32Array(1 << 19), new Float32Array((1 << 19) + 1)] }],
  ])("are rejected with %s", (_, wrong) => {
    const value = { ...createStoredTranscript(1), ...wrong };
    expect(() => encodeTranscript(value)).toThrow(expect.objectContaining({ code: "store-failed" }));
  });
});
