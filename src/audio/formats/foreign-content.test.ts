import { describe, expect, it } from "vitest";
import { createTone, createWav } from "../../../test/support/audio-files.ts";
import { findForeignContent } from "./foreign-content.ts";

const bytes = (text: string): Uint8Array =>
  Uint8Array.from(text.padEnd(64, "\0"), (letter) => letter.charCodeAt(0));

describe("content that is no recording", () => {
  it.each([
    ["a PNG picture", bytes("\x89PNG\r\n\x1a\n")],
    ["a JPEG picture", bytes("\xff\xd8\xff\xe0")],
    ["a WebP picture", bytes("RIFF\x10\0\0\0WEBPVP8 ")],
    ["a HEIF picture", bytes("\0\0\0\x18ftypheic")],
    ["a PDF document", bytes("%PDF-1.7\n")],
    ["a ZIP archive", bytes("PK\x03\x04")],
    ["text", new TextEncoder().encode("<!DOCTYPE html><html><body>Größe</body>")],
    ["text", new TextEncoder().encode('{"file": "a.wav", "label": "yes"}')],
  ])("is %s", async (title, head) => {
    expect(await findForeignContent(head)).toBe(title);
  });

  it.each([
    ["WAV", createWav(createTone(8000, 0.1), 8000)],
    [
      "WAV behind a tag",
      Uint8Array.from([...bytes("ID3\x03\0\0\0\0\0\x36"), ...createWav(createTone(8000, 0.1), 8000)]),
    ],
    ["MP4", bytes("\0\0\0\x18ftypM4A ")],
    ["SPHERE", bytes("NIST_1A\n   1024\n")],
    ["unknown bytes", bytes("\x01\x02\x03\x04\x05")],
    ["nothing", new Uint8Array(0)],
    ["a few letters", new TextEncoder().encode("abc")],
  ])("is not %s", async (_, head) => {
    expect(await findForeignContent(head)).toBeUndefined();
  });
});
