/**
 * The words of Llama's vocabulary (SentencePiece, 32,000 tokens), which moonshine's decoder writes in.
 *
 * The vocabulary comes out of llama-tokenizer-js, which unpacks it when it is imported (0.7 MB, about 65 ms) and, in a
 * browser, leaves its tokenizer in `window.llamaTokenizer`; so it is imported when the first transcriber is made.
 * Not its concern: networks.
 */

/** Tokens as text. */
export interface Vocabulary {
  /** The text of tokens, without special ones, control characters, doubled white space, and halves of characters. */
  decode(tokens: readonly number[]): string;
  /** Whether a token has a letter or a digit in it; false for bytes of characters that have no token. */
  saysSomething(token: number): boolean;
}

/** Tokens below are "unknown", start and end; those from the size on are reserved. */
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
    saysSomething: (token) =>
      isText(token) && !/^<0x..>$/.test(words[token]!) && /[\p{L}\p{N}]/u.test(words[token]!),
  };
}
