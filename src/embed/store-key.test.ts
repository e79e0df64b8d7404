import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { computeStoreKey, keyDigits } from "./store-key.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("keys of the store", () => {
  it("are the fingerprint's digest, then the file's hash", () => {
    const key = computeStoreKey(sha256("file"), "moonshine-tiny – 1");
    expect(key).toBe(sha256("moonshine-tiny – 1").slice(0, 32) + sha256("file"));
    expect(key).toHaveLength(keyDigits);
  });

  it("do not confuse fingerprints", () => {
    const keys = ["", "a", "a", "b", "a", ""].map((fingerprint) =>
      computeStoreKey(sha256("file"), fingerprint),
    );
    const digests = ["", "a", "a", "b", "a", ""].map((fingerprint) => sha256(fingerprint).slice(0, 32));
    expect(keys.map((key) => key.slice(0, 32))).toEqual(digests);
  });

  it("need a complete hash", () => {
    expect(() => computeStoreKey("abc", "x")).toThrow(/64 lower-case hexadecimal digits; got "abc"/);
    expect(() => computeStoreKey(sha256("file").toUpperCase(), "x")).toThrow(/64/);
  });
});
