/**
 * Transcripts as features: TF-IDF of words (1 and 2 in a row) and of characters within words (2 to 5 in a row).
 *
 * Weights as in scikit-learn's TfidfVectorizer(sublinear_tf=True): (1 + ln count) x (1 + ln((1 + texts) / (1 + texts with the
 * term))); words and characters are each divided by their Euclidean norm. Sounds that are misheard the same way ("maricano") keep
 * their characters, whatever the words.
 * Not its concern: how text was heard, heads.
 */
import { createMatrix, type Matrix } from "../math/matrix.ts";
import { hashTerm } from "./term-hash.ts";

/** What texts are measured against; plain JSON. */
export interface Vocabulary {
  readonly words: TermList;
  readonly characters: TermList;
}

/**
 * The inverse document frequency of each term, in the order of features; beside it the terms themselves, or, in a golem that was passed on,
 * their hashes, by which a term is looked up just as well.
 */
type TermList =
  | { readonly terms: readonly string[]; readonly idf: readonly number[] }
  | { readonly hashes: readonly string[]; readonly idf: readonly number[] };

/** Most terms of each kind; of more, those in most texts are kept. */
const maximumTerms = 8192;
/** Longest text that is read, in characters: a talk of an hour has about 60,000. */
const maximumCharacters = 100_000;

/** Counts of the terms of one text, in the order in which they appear. */
type Counts = Map<string, number>;

/** Lower case words: runs of letters, digits and marks, apostrophes left out. */
function splitWords(text: string): string[] {
  const plain = text.slice(0, maximumCharacters).normalize("NFKC").toLowerCase().replace(/['’]/g, "");
  return plain.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
}

function countTerms(terms: Iterable<string>): Counts {
  const counts: Counts = new Map();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

function* listWords(words: readonly string[]): Iterable<string> {
  yield* words;
  for (let i = 0; i + 1 < words.length; i++) yield `${words[i]} ${words[i + 1]}`;
}

function* listCharacters(words: readonly string[]): Iterable<string> {
  for (const word of words) {
    const padded = [" ", ...word, " "];
    for (let size = 2; size <= 5; size++) {
      for (let i = 0; i + size <= padded.length; i++) yield padded.slice(i, i + size).join("");
    }
  }
}

/** Both kinds of terms of one text. */
interface CountedText {
  readonly words: Counts;
  readonly characters: Counts;
}

/** The latest texts, counted: the folds of cross-validation ask for the same ones many times. */
const latest = new Map<string, CountedText>();
/** Most characters of texts that are kept counted; a counted character takes some hundred bytes. */
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

/** The vocabulary of training texts; a text without any word adds nothing. */
export function fitVocabulary(
  texts: readonly string[],
): Readonly<Record<keyof Vocabulary, ReturnType<typeof fitTerms>>> {
  const counted = texts.map(countBoth);
  return {
    words: fitTerms(counted.map(({ words }) => words)),
    characters: fitTerms(counted.map(({ characters }) => characters)),
  };
}

function fitTerms(counted: readonly Counts[]): TermList & { readonly terms: readonly string[] } {
  const frequency = countTerms(counted.flatMap((counts) => [...counts.keys()]));
  const kept = [...frequency].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, maximumTerms);
  return {
    terms: kept.map(([term]) => term),
    idf: kept.map(([, texts]) => Math.fround(1 + Math.log((1 + counted.length) / (1 + texts)))),
  };
}

/** Number of features of a vocabulary. */
export function getVocabularySize({ words, characters }: Vocabulary): number {
  return words.idf.length + characters.idf.length;
}

/** Whether the terms are there as hashes alone. */
export function isHashed({ words, characters }: Vocabulary): boolean {
  return "hashes" in words && "hashes" in characters;
}

/** The same vocabulary with hashes for terms: it gives the same features and holds no words. */
export function hashVocabulary({ words, characters }: Vocabulary): Vocabulary {
  const hash = (list: TermList): TermList =>
    "hashes" in list ? list : { hashes: list.terms.map(hashTerm), idf: list.idf };
  return { words: hash(words), characters: hash(characters) };
}

/** A function from texts to features [texts, terms]: words first, then characters. */
export function createTextFeatures(vocabulary: Vocabulary): (texts: readonly string[]) => Matrix {
  const words = indexTerms(vocabulary.words);
  const characters = indexTerms(vocabulary.characters);
  const offset = vocabulary.words.idf.length;
  const columns = getVocabularySize(vocabulary);
  return (texts) => {
    const features = createMatrix(texts.length, columns);
    for (const [row, text] of texts.entries()) {
      const counted = countBoth(text);
      const own = features.data.subarray(row * columns, (row + 1) * columns);
      fillFeatures(own.subarray(0, offset), counted.words, words, vocabulary.words.idf);
      fillFeatures(own.subarray(offset), counted.characters, characters, vocabulary.characters.idf);
    }
    return features;
  };
}

/** From a term to its place in the list; undefined for one that is not in it. */
type FindTerm = (term: string) => number | undefined;

/** Places of terms, by the list: a list that is fitted to is soon asked again, by the classifier. */
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
  for (const [term, count] of counts) {
    const at = find(term);
    if (at === undefined) continue;
    const value = (1 + Math.log(count)) * idf[at]!;
    features[at] = value;
    square += value * value;
  }
  if (square === 0) return;
  const factor = 1 / Math.sqrt(square);
  for (let i = 0; i < features.length; i++) features[i]! *= factor;
}
