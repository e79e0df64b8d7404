import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GolemError } from "../core/error.ts";
import { decodeText } from "./text-encoding.ts";

const text = "file_name,label\nда.wav,ёж 🦔\n";

function utf16(value: string, bigEndian: boolean): Uint8Array {
  const bytes = Buffer.from(`\ufeff${value}`, "utf16le");
  return bigEndian ? bytes.swap16() : bytes;
}

function getFailure(bytes: Uint8Array): GolemError {
  try {
    decodeText(bytes, "list.csv");
  } catch (error) {
    if (error instanceof GolemError) return error;
  }
  throw new Error("it was accepted");
}

describe("text of a list", () => {
  it("is UTF-8, with or without a byte order mark, or UTF-16 with one", () => {
    expect(decodeText(Buffer.from(text), "list.csv")).toBe(text);
    expect(decodeText(Buffer.from(`\ufeff${text}`), "list.csv")).toBe(text);
    expect(decodeText(utf16(text, false), "list.csv")).toBe(text);
    expect(decodeText(utf16(text, true), "list.csv")).toBe(text);
    expect(decodeText(new Uint8Array(0), "list.csv")).toBe("");
  });

  it.each([
    [
      "Windows-1251",
      Buffer.from([...Buffer.from("file_name,label\na.wav,"), 0xe4, 0xe0, 0x0a]),
      "line 2, byte 7 is the byte 0xe4",
    ],
    ["Latin-1", Buffer.from("a\nb\ncaf\xe9 au lait", "latin1"), "line 3, byte 4 is the byte 0xe9"],
    [
      "a character cut off at the end",
      Buffer.from("ok\nё").subarray(0, 4),
      "line 2, byte 1 is the byte 0xd1",
    ],
    ["UTF-16 without a mark", Buffer.from("file", "utf16le"), "zero byte in line 1, byte 2"],
    ["UTF-32", Buffer.from([0xff, 0xfe, 0, 0, 0x66, 0, 0, 0]), "is UTF-32"],
    ["half of UTF-16", Buffer.from([0xff, 0xfe, 0x66]), "not valid UTF-16"],
  ])("is not %s, and the error states the position", (_, bytes, found) => {
    const error = getFailure(bytes);
    expect(error.code).toBe("invalid-data");
    expect(error.message).toContain("list.csv");
    expect(error.message).toContain(found);
    expect(error.hint).toMatch(/UTF-8/);
  });

  it("names the first invalid byte at any position", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (before, after) => {
        const prefix = Buffer.from(before.replaceAll("\0", "").replaceAll("\n", ""));
        fc.pre(prefix[0] !== 0xfe && prefix[0] !== 0xff);
        const bytes = Buffer.concat([prefix, Buffer.from([0xc0]), Buffer.from(after.replaceAll("\0", ""))]);
        expect(getFailure(bytes).message).toContain(`line 1, byte ${prefix.length + 1} is the byte 0xc0`);
      }),
    );
  });
});
