/** Archives that claim less than they hold, overlap, or lead out of their folder. */
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { unpackZip } from "./unzip.ts";

const limits = { maximumBytes: 1e6, maximumFiles: 100 };
const attempt = (bytes: Uint8Array): unknown => {
  try {
    return unpackZip(bytes, limits);
  } catch (error) {
    return error;
  }
};

/** Overwrites a field of each entry of the central directory. */
function patch(zip: Uint8Array, field: number, value: number | ((index: number) => number)): Uint8Array {
  const view = new DataView(zip.buffer, zip.byteOffset);
  let index = 0;
  for (let at = 0; at < zip.length - 46; at++) {
    if (view.getUint32(at, true) !== 0x02014b50) continue;
    view.setUint32(at + field, typeof value === "number" ? value : value(index), true);
    index++;
  }
  return zip;
}

describe("an archive", () => {
  it("is unpacked, without its folders", () => {
    const zip = zipSync({
      a: { "b.txt": [new Uint8Array([1, 2]), { level: 0 }], c: {} },
      d: new Uint8Array(900),
    });
    expect(attempt(zip)).toEqual({ "a/b.txt": new Uint8Array([1, 2]), d: new Uint8Array(900) });
  });

  it("with more bytes than allowed is refused, packed or stored", () => {
    const large = new Uint8Array(600_000);
    for (const level of [0, 6] as const) {
      const error = attempt(zipSync({ a: large, b: large }, { level }));
      expect(error).toMatchObject({ code: "too-long" });
    }
  });

  it("whose stored entries claim to be empty is refused", () => {
    const zip = patch(
      zipSync({ a: new Uint8Array(600_000), b: new Uint8Array(600_000) }, { level: 0 }),
      24,
      0,
    );
    expect(attempt(zip)).toMatchObject({ code: "too-long" });
  });

  it("whose entries share their bytes is refused", () => {
    const files = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`f${i}`, new Uint8Array(10)]));
    const zip = zipSync({ large: new Uint8Array(5000), ...files }, { level: 0 });
    patch(patch(patch(zip, 42, 0), 20, 5000), 24, 0);
    expect(attempt(zip)).toMatchObject({ code: "unreadable", message: expect.stringMatching(/overlap/) });
  });

  it("that is damaged or cut off is refused with a code", () => {
    const zip = zipSync({ a: new TextEncoder().encode("a text to be packed, ".repeat(50)) });
    for (const bytes of [zip.subarray(0, 20), zip.subarray(0, -10), zip.slice().fill(0xff, 40, 60)]) {
      expect(attempt(bytes)).toMatchObject({ code: "unreadable" });
    }
  });

  it("never unpacks more of an entry than it claims", () => {
    const zip = patch(zipSync({ a: new Uint8Array(5_000_000) }), 24, 1000);
    const found = attempt(zip);
    if (found instanceof Error) return expect(found.message).not.toBe("");
    expect((found as { a: Uint8Array }).a.length).toBeLessThanOrEqual(1000);
  });

  it("with too many entries is refused", () => {
    const files = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`f${i}`, new Uint8Array(1)]));
    expect(attempt(zipSync(files))).toMatchObject({ code: "too-long" });
  });

  it.each(["../a", "a/../../b", "/a", "C:\\a", "a\\..\\..\\b"])("with the path %s is refused", (path) => {
    expect(attempt(zipSync({ [path]: new Uint8Array(1) }))).toMatchObject({ code: "unreadable" });
  });
});
