import { expect, it } from "vitest";
import { loadVocabulary } from "./vocabulary.ts";

it("turns tokens into text", async () => {
  const { decode, hasLetterOrDigit } = await loadVocabulary();
  const hello = [15043, 29892, 3186, 29991]; // "▁Hello" "," "▁world" "!"
  expect(decode(hello)).toBe("Hello, world!");
  expect(decode([])).toBe("");
  // Start, end, unknown and reserved tokens give no text.
  expect(decode([1, 0, ...hello, 32_000, 32_767, 2])).toBe("Hello, world!");
  // A character of three bytes ("♪"), then only its first two bytes, a line feed and the escape character.
  expect(decode([229, 156, 173])).toBe("♪");
  expect(decode([15043, 229, 156, 13, 30, 3186])).toBe("Hello world");
  expect(hello.map(hasLetterOrDigit)).toEqual([true, false, true, false]);
  expect([0, 1, 2, 229, 29_871, 32_000].some(hasLetterOrDigit)).toBe(false);
});

it("has the tokens of the package it is made from", async () => {
  const { default: tokenizer } = await import("llama-tokenizer-js");
  const { llamaVocabulary } = await import("./llama-vocabulary.ts");
  expect(llamaVocabulary.split(" ")).toEqual(tokenizer.vocabById);
});
