/**
 * Converts Llama's tokens to text.
 *
 * Not its concern: the choice of tokens; text to tokens.
 */

/** Converts tokens to text. */
export interface Vocabulary {
  /**
   * Returns the text of tokens, without special tokens, control characters, repeated white space and
   * incomplete characters.
   */
  decode(tokens: readonly number[]): string;
  /** Whether a token contains a letter or a digit; false for bytes of characters that have no token. */
  hasLetterOrDigit(token: number): boolean;
}

/** Tokens below this one are "unknown", start and end; those from the vocabulary's size on are reserved. */
const specialTokens = 3;
/** A byte of a character that has no token. */
const bytePattern = /^<0x(..)>$/;

/** Loads the vocabulary (240 kB), when it is first needed. */
export async function loadVocabulary(): Promise<Vocabulary> {
  const { llamaVocabulary } = await import("./llama-vocabulary.ts");
  const words = llamaVocabulary.split(" ");
  const encoder = new TextEncoder();
  const isText = (token: number): boolean => token >= specialTokens && token < words.length;
  const getBytes = (token: number): number[] => {
    const byte = bytePattern.exec(words[token]!)?.[1];
    return byte === undefined ? [...encoder.encode(words[token]!)] : [Number.parseInt(byte, 16)];
  };
  return {
    decode: (tokens) =>
      new TextDecoder()
        .decode(Uint8Array.from(tokens.filter(isText).flatMap(getBytes)))
        .replaceAll("\u2581", " ")
        .replaceAll("\ufffd", "")
        .replace(/[\p{Cc}\s]+/gu, " ")
        .trim(),
    hasLetterOrDigit: (token) =>
      isText(token) && !bytePattern.test(words[token]!) && /[\p{L}\p{N}]/u.test(words[token]!),
  };
}
