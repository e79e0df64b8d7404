/**
 * Text features of transcripts: TF-IDF of words (1- and 2-grams) and of characters within words (2- to
 * 5-grams).
 *
 * Not its concern: transcription, heads.
 *
 * Weights are those of scikit-learn's TfidfVectorizer(sublinear_tf=True): (1 + ln count) x (1 + ln((1 +
 * texts) / (1 + texts with the term))); words and characters are each divided by their Euclidean norm.
 * Character n-grams still match when a word is repeatedly transcribed wrongly in a similar way ("maricano").
 *
 * In exported golems, terms are replaced by hashes: the first 64 bits of SHA-256 over the UTF-8 bytes, as
 * hex. Terms can be looked up by hash but not read. The hashes are not secret: by hashing a list of words, or
 * all sequences of five letters, anyone can find which of them are included. A salt in the golem would not
 * change that, and a slow hash would make every prediction slow.
 */
import { computeSha256Hex } from "../../core/sha256.ts";
import { createMatrix, type Matrix } from "../../math/matrix.ts";
import type { NumberStore } from "../../math/number-store.ts";
import type { SparseRows } from "../../math/sparse-rows.ts";

/** The terms that become features, as plain JSON. */
export interface Vocabulary {
  readonly words: TermList;
  readonly characters: TermList;
}

/** The inverse document frequency of each term, in the order of the features; terms or hashes. */
type TermList =
  | { readonly terms: readonly string[]; readonly idf: readonly number[] }
  | { readonly hashes: readonly string[]; readonly idf: readonly number[] };

/** Maximum number of terms of each kind; the terms that occur in most texts are kept. */
const maximumTerms = 8192;
/** Bytes of a term's hash. Among 16,000 terms, two have the same hash with a probability below 1e-11. */
const hashBytes = 8;
/** Maximum length of the text that is used, in characters; a talk of one hour has about 60,000. */
const maximumCharacters = 100_000;

/** Counts of the terms of one text, in order of appearance. */
type Counts = Map<string, number>;

/** Splits a text into lower-case words: sequences of letters, digits and marks, without apostrophes. */
function splitWords(text: string): string[] {
  const plain = text.slice(0, maximumCharacters).normalize("NFKC").toLowerCase().replace(/['’]/g, "");
  return plain.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
}

function countTerms(terms: readonly string[]): Counts {
  const counts: Counts = new Map();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

function listWords(words: readonly string[]): string[] {
  return [...words, ...words.slice(1).map((word, i) => `${words[i]} ${word}`)];
}

function listCharacters(words: readonly string[]): string[] {
  const terms: string[] = [];
  for (const word of words) {
    const padded = [" ", ...word, " "];
    for (let size = 2; size <= 5; size++) {
      for (let i = 0; i + size <= padded.length; i++) terms.push(padded.slice(i, i + size).join(""));
    }
  }
  return terms;
}

/** Both kinds of terms of one text. */
interface CountedText {
  readonly words: Counts;
  readonly characters: Counts;
}

/** Counts of recent texts: the folds of cross-validation use the same texts many times. */
const latest = new Map<string, CountedText>();
/** Maximum total length of the texts in this cache, in characters; each takes about a hundred bytes. */
const maximumLatest = 500_000;
let charactersKept = 0;

function countBoth(text: string): CountedText {
  const known = latest.get(text);
  if (known) return known;
  const words = splitWords(text);
  const counted = { words: countTerms(listWords(words)), characters: countTerms(listCharacters(words)) };
  if (text.length > maximumLatest) return counted;
  for (const oldest of latest.keys()) {
    if (charactersKept + text.length <= maximumLatest) break;
    latest.delete(oldest);
    charactersKept -= oldest.length;
  }
  latest.set(text, counted);
  charactersKept += text.length;
  return counted;
}

/** Fits the vocabulary to training texts; a text without words adds no terms. */
export function fitVocabulary(
  texts: readonly string[],
): Readonly<Record<keyof Vocabulary, ReturnType<typeof fitTerms>>> {
  // Text by text: the terms of thousands of texts take a hundred times the memory of the texts.
  const frequencies = { words: new Map<string, number>(), characters: new Map<string, number>() };
  for (const text of texts) {
    const { words, characters } = countBoth(text);
    addTerms(words, frequencies.words);
    addTerms(characters, frequencies.characters);
  }
  return {
    words: fitTerms(frequencies.words, texts.length),
    characters: fitTerms(frequencies.characters, texts.length),
  };
}

function addTerms(counts: Counts, frequency: Counts): void {
  for (const term of counts.keys()) frequency.set(term, (frequency.get(term) ?? 0) + 1);
}

/** Selects the most frequent terms of `count` texts, given the number of texts with each. */
function fitTerms(frequency: Counts, count: number): TermList & { readonly terms: readonly string[] } {
  const byTexts: string[][] = [];
  for (const [term, texts] of frequency) {
    const same = byTexts[texts];
    if (same) same.push(term);
    else byTexts[texts] = [term];
  }
  const terms: string[] = [];
  const idf: number[] = [];
  for (let texts = byTexts.length - 1; texts > 0 && terms.length < maximumTerms; texts--) {
    // Without a comparison of its own, `sort` compares strings many times faster.
    const kept = byTexts[texts]?.sort().slice(0, maximumTerms - terms.length) ?? [];
    const value = Math.fround(1 + Math.log((1 + count) / (1 + texts)));
    for (const term of kept) {
      terms.push(term);
      idf.push(value);
    }
  }
  return { terms, idf };
}

/** Returns the number of features of a vocabulary. */
export function getVocabularySize({ words, characters }: Vocabulary): number {
  return words.idf.length + characters.idf.length;
}

/** Whether the vocabulary contains hashes instead of terms. */
export function isHashed({ words, characters }: Vocabulary): boolean {
  return "hashes" in words && "hashes" in characters;
}

/** Replaces the terms of a vocabulary by hashes: it gives the same features and contains no words. */
export function hashVocabulary({ words, characters }: Vocabulary): Vocabulary {
  const hash = (list: TermList): TermList =>
    "hashes" in list ? list : { hashes: list.terms.map(hashTerm), idf: list.idf };
  return { words: hash(words), characters: hash(characters) };
}

/** Computes the hash of a term, 16 hex digits. */
function hashTerm(term: string): string {
  return computeSha256Hex(term).slice(0, 2 * hashBytes);
}

/**
 * Creates a function that computes the features [texts, terms] of texts: words first, then characters; into
 * memory of `numbers` if it is given.
 */
export function createTextFeatures(
  vocabulary: Vocabulary,
): (texts: readonly string[], numbers?: NumberStore) => Matrix {
  const words = indexTerms(vocabulary.words);
  const characters = indexTerms(vocabulary.characters);
  const offset = vocabulary.words.idf.length;
  const columns = getVocabularySize(vocabulary);
  return (texts, numbers) => {
    const size = texts.length * columns;
    const features = createMatrix(texts.length, columns, numbers?.takeFloats(size).fill(0));
    for (const [row, text] of texts.entries()) {
      const counted = countBoth(text);
      const own = features.data.subarray(row * columns, (row + 1) * columns);
      fillFeatures(own.subarray(0, offset), counted.words, words, vocabulary.words.idf);
      fillFeatures(own.subarray(offset), counted.characters, characters, vocabulary.characters.idf);
    }
    return features;
  };
}

/** Like {@link createTextFeatures}, but as sparse rows. */
export function createSparseTextFeatures(vocabulary: Vocabulary): (texts: readonly string[]) => SparseRows {
  const createList = (kind: keyof Vocabulary, offset: number) => {
    const list = vocabulary[kind];
    return { kind, offset, find: indexTerms(list), idf: list.idf };
  };
  const lists = [createList("words", 0), createList("characters", vocabulary.words.idf.length)];
  return (texts) => {
    const starts = new Int32Array(texts.length + 1);
    let indices = new Int32Array(1024);
    let values = new Float64Array(1024);
    let length = 0;
    for (const [row, text] of texts.entries()) {
      const counted = countBoth(text);
      for (const { kind, find, idf, offset } of lists) {
        const own: [number, number][] = [];
        let square = 0;
        for (const [term, count] of counted[kind]) {
          const at = find(term);
          if (at === undefined) continue;
          const value = (1 + Math.log(count)) * idf[at]!;
          own.push([offset + at, Math.fround(value)]);
          square += value * value;
        }
        const factor = 1 / Math.sqrt(square);
        own.sort((a, b) => a[0] - b[0]);
        while (length + own.length > indices.length) {
          indices = resize(indices, new Int32Array(2 * indices.length));
          values = resize(values, new Float64Array(2 * values.length));
        }
        for (const [at, value] of own) {
          indices[length] = at;
          values[length++] = Math.fround(value * factor);
        }
      }
      starts[row + 1] = length;
    }
    const columns = getVocabularySize(vocabulary);
    return {
      ...{ rows: texts.length, columns, starts },
      ...{ indices: indices.slice(0, length), values: values.slice(0, length) },
    };
  };
}

/** Copies numbers to the start of a longer array. */
function resize<T extends Int32Array | Float64Array>(numbers: T, longer: T): T {
  longer.set(numbers);
  return longer;
}

/** Finds the position of a term in the list; undefined if it is not in it. */
type FindTerm = (term: string) => number | undefined;

/** Index of each list, cached: after fitting, the classifier uses the same list again. */
const indexes = new WeakMap<TermList, FindTerm>();

function indexTerms(list: TermList): FindTerm {
  const known = indexes.get(list);
  if (known) return known;
  const index = new Map<string, number>();
  for (const [i, key] of ("hashes" in list ? list.hashes : list.terms).entries()) index.set(key, i);
  const find: FindTerm = "hashes" in list ? (term) => index.get(hashTerm(term)) : (term) => index.get(term);
  indexes.set(list, find);
  return find;
}

function fillFeatures(features: Float32Array, counts: Counts, find: FindTerm, idf: readonly number[]): void {
  let square = 0;
  const found: number[] = [];
  for (const [term, count] of counts) {
    const at = find(term);
    if (at === undefined) continue;
    const value = (1 + Math.log(count)) * idf[at]!;
    features[at] = value;
    square += value * value;
    found.push(at);
  }
  if (square === 0) return;
  const factor = 1 / Math.sqrt(square);
  for (const at of found) features[at]! *= factor;
}
