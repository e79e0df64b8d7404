import { sha256 } from "@noble/hashes/sha2.js";
import { expect, it } from "vitest";
import { computeSha256, computeSha256Hex, createSha256 } from "./sha256.ts";

it("is that of the standard, for texts, bytes and parts", () => {
  const expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  expect(computeSha256Hex("abc")).toBe(expected);
  expect(computeSha256Hex(Uint8Array.of(97, 98, 99))).toBe(expected);
  const hash = createSha256();
  hash.update(Uint8Array.of(97));
  hash.update(Uint8Array.of(98, 99));
  expect(Buffer.from(hash.digest()).toString("hex")).toBe(expected);
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i);
  expect(computeSha256(bytes)).toEqual(new Uint8Array(sha256(bytes)));
  expect(computeSha256Hex("é")).toBe(computeSha256Hex(Uint8Array.of(0xc3, 0xa9)));
});
