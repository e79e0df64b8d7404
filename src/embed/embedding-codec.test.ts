import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createStoredEmbedding, seal } from "../../test/support/store-values.ts";
import { computeChecksum } from "../core/checksum.ts";
import { decodeEmbedding, encodeEmbedding } from "./embedding-codec.ts";
import { parseFacts, stringifyFacts } from "./stored-facts.ts";

describe("the checksum", () => {
  it("is zlib's CRC-32", () => {
    expect(computeChecksum(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(computeChecksum(bytes)).toBe(crc32(bytes));
      }),
    );
  });
});

describe("embeddings as bytes", () => {
  it("round-trip any numbers and texts", () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    // JSON has no -0.
    const finite = number.map((value) => value + 0);
    fc.assert(
      fc.property(
        fc.float32Array(),
        fc.nat(),
        fc.tuple(finite, finite, finite, finite),
        fc.oneof(finite, fc.constant(Number.NEGATIVE_INFINITY)),
        fc.string({ unit: "binary" }),
        (vector, frames, [seconds, start, end, peak], loudnessDb, text) => {
          const facts = {
            ...createStoredEmbedding(0).facts,
            seconds,
            kept: [start, end] as const,
            peak,
            loudnessDb,
          };
          const value = {
            vector,
            frames,
            facts: { ...facts, codec: text, warnings: [{ code: text, message: text, hint: text }] },
          };
          expect(decodeEmbedding(encodeEmbedding(value))).toStrictEqual(value);
        },
      ),
    );
  });

  it("are read from the middle of a larger buffer, at any alignment", () => {
    const bytes = encodeEmbedding(createStoredEmbedding(5));
    const larger = new Uint8Array(bytes.length + 9).fill(255);
    larger.set(bytes, 3);
    expect(decodeEmbedding(larger.subarray(3, 3 + bytes.length))).toStrictEqual(createStoredEmbedding(5));
  });

  it("are a miss when any byte is changed", () => {
    const bytes = encodeEmbedding(createStoredEmbedding(1, 8));
    for (let i = 0; i < bytes.length; i++) {
      const damaged = bytes.slice();
      damaged[i]! ^= 0x10;
      expect(decodeEmbedding(damaged), `byte ${i}`).toBeUndefined();
    }
  });

  it("are a miss when cut or lengthened", () => {
    const bytes = encodeEmbedding(createStoredEmbedding(1, 8));
    for (let length = 0; length < bytes.length; length++) {
      expect(decodeEmbedding(bytes.subarray(0, length))).toBeUndefined();
    }
    expect(decodeEmbedding(Uint8Array.from([...bytes, 0]))).toBeUndefined();
  });

  it("are a miss, without allocating, when the lengths are wrong and the checksum is right", () => {
    const bytes = encodeEmbedding(createStoredEmbedding(1, 8));
    for (const lie of [0, 7, 9, 0x3fff_ffff, 0x4000_0008, 0xffff_ffff]) {
      const forged = bytes.slice();
      new DataView(forged.buffer).setUint32(16, lie, true);
      expect(decodeEmbedding(seal(forged))).toBeUndefined();
    }
  });

  it("are a miss when they are any other bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => decodeEmbedding(bytes) === undefined),
    );
  });

  it("are rejected when they could not be read back", () => {
    const value = createStoredEmbedding(1);
    const facts = { ...value.facts, seconds: Number.NaN };
    expect(() => encodeEmbedding({ ...value, facts })).toThrow(/not a number/);
    expect(() => encodeEmbedding({ ...value, facts: { ...value.facts, loudnessDb: Number.NaN } })).toThrow(
      /not a number/,
    );
    const unknown = { ...value.facts, audioHash: "" };
    expect(() => encodeEmbedding({ ...value, facts: unknown })).toThrow(/without its hash/);
    expect(() => encodeEmbedding({ ...value, frames: -1 })).toThrow(/whole number/);
    expect(() => encodeEmbedding({ ...value, frames: 0.5 })).toThrow(/whole number/);
    const warnings = [{ code: "x", message: "y".repeat(1 << 20), hint: "" }];
    expect(() => encodeEmbedding({ ...value, facts: { ...value.facts, warnings } })).toThrow(/at most/);
  });
});

describe("facts as text", () => {
  it("are rejected when a field is missing or of another kind", () => {
    const whole: Record<string, unknown> = JSON.parse(stringifyFacts(createStoredEmbedding(1).facts));
    expect(parseFacts(JSON.stringify(whole))).toBeDefined();
    for (const field of Object.keys(whole)) {
      for (const value of [undefined, {}, [1], true]) {
        expect(parseFacts(JSON.stringify({ ...whole, [field]: value })), `${field} ${value}`).toBeUndefined();
      }
    }
    for (const text of ["", "null", "[]", "7", "{", '{"__proto__":{}}'])
      expect(parseFacts(text)).toBeUndefined();
  });
});
