/**
 * The vocabulary of a byte-level BPE tokenizer, as Hugging Face publishes it: tokenizer.json, or vocab.json
 * with added_tokens.json. Converts tokens to text.
 *
 * Not its concern: the choice of tokens; text to tokens.
 *
 * Radford et al. 2019 (GPT-2), the authors' code: bytes that are not printable are written as letters from
 * U+0100 on.
 */
import { GolemError } from "../../core/error.ts";
import type { Vocabulary } from "../vocabulary.ts";

/** A vocabulary whose special tokens ("<|en|>") are found by their text. */
export interface ByteVocabulary extends Vocabulary {
  /** The texts of special tokens, with their numbers. */
  readonly special: ReadonlyMap<string, number>;
}

/** Parsed files, by name; undefined if there is none. */
export interface VocabularyFiles {
  readonly "tokenizer.json"?: unknown;
  readonly "vocab.json"?: unknown;
  readonly "added_tokens.json"?: unknown;
}

/** A special token, and a time stamp. */
const specialPattern = /^<\|.*\|>$/s;

/** Longest text of a token, in UTF-16 units. */
const maximumText = 1024;

/**
 * Reads a vocabulary of `size` tokens; undefined when the files contain none. Throws `weights-damaged` for
 * numbers outside of it and for anything that is not a table of tokens.
 */
export function parseByteVocabulary(files: VocabularyFiles, size: number): ByteVocabulary | undefined {
  const entries = listEntries(files);
  if (entries === undefined) return undefined;
  const words: (string | undefined)[] = new Array(size);
  for (const [word, token] of entries) {
    const fits = Number.isInteger(token) && (token as number) >= 0 && (token as number) < size;
    if (!fits || word.length > maximumText) {
      throw createDamage(
        `token ${JSON.stringify(word.slice(0, 32))} has the number ${JSON.stringify(token)?.slice(0, 32)}, in a vocabulary of ${size}`,
      );
    }
    words[token as number] = word;
  }
  const bytes = createByteTable();
  const utf8 = new TextEncoder();
  const getBytes = (token: number): number[] =>
    [...(words[token] ?? "")].flatMap((letter) => bytes.get(letter) ?? [...utf8.encode(letter)]);
  const isText = (token: number): boolean => !specialPattern.test(words[token] ?? "<||>");
  const decode = (tokens: readonly number[]): string =>
    new TextDecoder().decode(Uint8Array.from(tokens.filter(isText).flatMap(getBytes)));
  return {
    special: new Map(words.flatMap((word, i) => (word && specialPattern.test(word) ? [[word, i]] : []))),
    decode: (tokens) =>
      decode(tokens)
        .replaceAll("\ufffd", "")
        .replace(/[\p{Cc}\s]+/gu, " ")
        .trim(),
    hasLetterOrDigit: (token) => /[\p{L}\p{N}]/u.test(decode([token])),
  };
}

function listEntries(files: VocabularyFiles): [string, unknown][] | undefined {
  const whole = files["tokenizer.json"];
  if (whole !== undefined) {
    const { model, added_tokens: added = [] } = asRecord(whole, "tokenizer.json");
    if (!Array.isArray(added)) throw createDamage("added_tokens of tokenizer.json is not a list");
    const more = added.map((entry): [string, unknown] => {
      const { content, id } = asRecord(entry, "added_tokens of tokenizer.json");
      return [String(content).slice(0, maximumText + 1), id];
    });
    const { vocab } = asRecord(model, "model of tokenizer.json");
    return [...Object.entries(asRecord(vocab, "model.vocab of tokenizer.json")), ...more];
  }
  const words = files["vocab.json"];
  if (words === undefined) return undefined;
  const added = files["added_tokens.json"] ?? {};
  return [
    ...Object.entries(asRecord(words, "vocab.json")),
    ...Object.entries(asRecord(added, "added_tokens.json")),
  ];
}

function asRecord(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw createDamage(`${what} is not an object`);
}

function createDamage(found: string): GolemError {
  return new GolemError("weights-damaged", `The checkpoint's vocabulary cannot be read: ${found}.`, {
    hint: "config.json and the files of the tokenizer must be of the same model and revision.",
  });
}

/** Creates the table of the byte that each letter represents. */
function createByteTable(): ReadonlyMap<string, number> {
  const isPrintable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  const table = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    table.set(String.fromCodePoint(isPrintable(byte) ? byte : next++), byte);
  }
  return table;
}
