/**
 * Writes src/encoder/llama-vocabulary.ts from the package llama-tokenizer-js:
 *
 *   npx tsx scripts/make-llama-vocabulary.ts
 */
import { writeFileSync } from "node:fs";
import tokenizer from "llama-tokenizer-js";

const words = tokenizer.vocabById;
if (words.some((word) => word.includes(" "))) throw new Error("A token contains a space.");
const header = [
  "/**",
  " * Llama's vocabulary (SentencePiece): 32,000 tokens in the order of their numbers, separated by spaces. A",
  " * space in a token is written as U+2581, the byte NN of a character that has no token as <0xNN>.",
  " *",
  " * Not its concern: what is done with tokens. Written by scripts/make-llama-vocabulary.ts from the package",
  " * llama-tokenizer-js (MIT, Copyright 2023 belladore.ai); the build adds its licence to the notices.",
  " */",
];
const body = `\n/** The tokens, separated by spaces. */\nexport const llamaVocabulary =\n  ${JSON.stringify(words.join(" "))};\n`;
writeFileSync("src/encoder/llama-vocabulary.ts", `${header.join("\n")}${body}`);
