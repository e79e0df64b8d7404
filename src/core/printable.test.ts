/** Controls are escaped, all other text is unchanged. */
import { expect, it } from "vitest";
import { makePrintable } from "./printable.ts";

it.each([
  ["dog\u001b[2J\u0007", "dog\\x1b[2J\\x07"],
  ["\u009b31m\u007f", "\\x9b31m\\x7f"],
  ["a\u202egpj.wav\u2066\u2028", "a\\u202egpj.wav\\u2066\\u2028"],
  ["a\r\n\tb", "a\\x0d\\x0a\\x09b"],
  ["Ärger 犬 👩‍👩‍👧 שלום e\u0301", "Ärger 犬 👩‍👩‍👧 שלום e\u0301"],
])("%j", (text, expected) => {
  expect(makePrintable(text)).toBe(expected);
});

it("keeps what the caller needs", () => {
  expect(makePrintable("a\nb\tc\r", "\n\t")).toBe("a\nb\tc\\x0d");
});
