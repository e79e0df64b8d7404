/** Spectrograms as PNG: the file is well formed, and levels appear at the right places. */
import { inflateSync } from "node:zlib";
import { expect, it } from "vitest";
import { computeChecksum } from "../core/checksum.ts";
import { drawSpectrogram } from "./spectrogram-picture.ts";

function readPng(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const chunks = new Map<string, Uint8Array>();
  expect([...bytes.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  for (let offset = 8; offset < bytes.length; ) {
    const length = view.getUint32(offset);
    const name = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
    chunks.set(name, bytes.subarray(offset + 8, offset + 8 + length));
    expect(view.getUint32(offset + 8 + length)).toBe(
      computeChecksum(bytes.subarray(offset + 4, offset + 8 + length)),
    );
    offset += 12 + length;
  }
  return chunks;
}

it("puts time to the right, pitch upwards and the loudest in the brightest colour", () => {
  const [frames, bands] = [5, 3];
  const levels = new Float32Array(frames * bands).fill(-20);
  levels[4 * bands + 2] = 0;
  const chunks = readPng(drawSpectrogram(levels, bands));
  const header = new DataView(chunks.get("IHDR")!.slice().buffer);
  expect([header.getUint32(0), header.getUint32(4)]).toEqual([frames, bands]);
  const lines = inflateSync(chunks.get("IDAT")!);
  expect(lines.length).toBe((frames + 1) * bands);
  const rows = Array.from({ length: bands }, (_, y) => [...lines.subarray(y * 6 + 1, y * 6 + 6)]);
  expect(rows).toEqual([
    [0, 0, 0, 0, 63],
    [0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0],
  ]);
  expect(chunks.get("PLTE")!.length).toBe(3 * 64);
});
