/** Safetensors: round trips, the layout that other readers expect, and hostile bytes. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { GolemError } from "../core/error.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

const example = encodeSafetensors({
  weight: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
  bias: { shape: [2], data: Float32Array.of(-1, Number.NaN) },
});

function withHeader(header: unknown, dataBytes: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

describe("safetensors", () => {
  it("gives back what was written, bit for bit", () => {
    const tensors = decodeSafetensors(example);
    expect(tensors.weight).toEqual({ shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
    expect(tensors.bias!.data).toEqual(Float32Array.of(-1, Number.NaN));
    expect(encodeSafetensors(tensors)).toEqual(example);
  });

  it("starts its data on an 8-byte boundary, as the format requires", () => {
    const length = new DataView(example.buffer).getBigUint64(0, true);
    expect(length % 8n).toBe(0n);
  });

  it.each([
    ["nothing", new Uint8Array(0)],
    ["a header of 2^63 bytes", Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128, 123, 125)],
    ["a header longer than the file", Uint8Array.of(99, 0, 0, 0, 0, 0, 0, 0, 123, 125)],
    ["a header that is not JSON", withHeader("{", 0)],
    ["a header that is a list", withHeader([], 0)],
    ["an entry that is null", withHeader({ a: null }, 0)],
    ["another type", withHeader({ a: { dtype: "F64", shape: [1], data_offsets: [0, 8] } }, 8)],
    ["a negative size", withHeader({ a: { dtype: "F32", shape: [-1, -1], data_offsets: [0, 4] } }, 4)],
    ["a huge shape", withHeader({ a: { dtype: "F32", shape: [1e15, 1e15], data_offsets: [0, 4] } }, 4)],
    ["offsets past the end", withHeader({ a: { dtype: "F32", shape: [2], data_offsets: [0, 8] } }, 4)],
    [
      "offsets that are not numbers",
      withHeader({ a: { dtype: "F32", shape: [1], data_offsets: ["0", 4] } }, 4),
    ],
    [
      "overlapping tensors",
      withHeader(
        {
          a: { dtype: "F32", shape: [1], data_offsets: [0, 4] },
          b: { dtype: "F32", shape: [1], data_offsets: [0, 4] },
        },
        4,
      ),
    ],
    ["bytes of no tensor", withHeader({ a: { dtype: "F32", shape: [1], data_offsets: [0, 4] } }, 12)],
  ])("rejects %s", (_, bytes) => {
    expect(() => decodeSafetensors(bytes)).toThrow(GolemError);
  });

  test.prop([fc.integer({ min: 0, max: example.length - 1 })])("rejects every truncation", (length) => {
    expect(() => decodeSafetensors(example.slice(0, length))).toThrow(GolemError);
  });

  test.prop([fc.integer({ min: 0, max: example.length - 1 }), fc.integer({ min: 0, max: 255 })])(
    "survives any changed byte",
    (position, value) => {
      const bytes = example.slice();
      bytes[position] = value;
      try {
        decodeSafetensors(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(GolemError);
      }
    },
  );
});
