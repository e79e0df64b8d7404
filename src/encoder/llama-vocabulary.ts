/**
 * Llama's vocabulary (SentencePiece, 32,000 tokens), which moonshine's decoder uses.
 *
 * Not its concern: networks.
 *
 * The vocabulary comes from llama-tokenizer-js, which unpacks it when imported (0.7 MB, about 65 ms) and, in
 * a browser, leaves its tokenizer in `window.llamaTokenizer`; it is therefore imported when the first
 * transcriber is created.
 */

/** Converts tokens to text. */
interface Vocabulary {
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

/** Loads the vocabulary. */
export async function loadLlamaVocabulary(): Promise<Vocabulary> {
  const { default: tokenizer } = await import("llama-tokenizer-js");
  const words = tokenizer.vocabById;
  const isText = (token: number): boolean => token >= specialTokens && token < words.length;
  return {
    decode: (tokens) =>
      tokenizer
        .decode(tokens.filter(isText), false, false)
        .replaceAll("\ufffd", "")
        .replace(/[\p{Cc}\s]+/gu, " ")
        .trim(),
    hasLetterOrDigit: (token) =>
      isText(token) && !/^<0x..>$/.test(words[token]!) && /[\p{L}\p{N}]/u.test(words[token]!),
  };
}
