/** Transcripts as features: numbers of scikit-learn's TfidfVectorizer, unknown words, hostile texts. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { getRow } from "../../math/matrix.ts";
import { createTextFeatures, fitVocabulary, getVocabularySize } from "./text-features.ts";

const texts = ["I want a latte, a large latte.", "Make me a MOCHA!", "Want an iced mocha"];

const expected: readonly (readonly [string, number])[] = [
  ["latte", 0.4677403],
  ["a", 0.3557286],
  ["want", 0.210099],
  ["a latte", 0.276255],
  ["mocha", 0.0],
  ["# a ", 0.140307],
  ["#latte", 0.1844868],
  ["#tt", 0.1844868],
  ["# w", 0.0828675],
  ["#mo", 0.0],
];

/** The features of one text by term. */
function describeText(text: string): Map<string, number> {
  const vocabulary = fitVocabulary(texts);
  const row = getRow(createTextFeatures(vocabulary)([text]), 0);
  const terms = [...vocabulary.words.terms, ...vocabulary.characters.terms.map((term) => `#${term}`)];
  return new Map(terms.map((term, i) => [term, row[i]!]));
}

describe("createTextFeatures", () => {
  it("gives the numbers of TfidfVectorizer(sublinear_tf=True)", () => {
    // scikit-learn 1.2, texts without punctuation:
    // TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b") and
    // TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True).
    const features = describeText(texts[0]!);
    for (const [term, value] of expected) expect(features.get(term), term).toBeCloseTo(value, 5);
  });

  it("ignores unknown terms, and gives zeros for an empty text", () => {
    expect([...describeText("")].every(([, value]) => value === 0)).toBe(true);
    expect([...describeText("xyz 123 …")].every(([, value]) => value === 0)).toBe(true);
    expect(describeText("mocha quux").get("mocha")).toBeGreaterThan(0.9);
  });

  it("gives rows of length one or zero in words and in characters, for any text", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1, maxLength: 5 }), (any) => {
        const vocabulary = fitVocabulary(any);
        const features = createTextFeatures(vocabulary)(any);
        expect(features.columns).toBe(getVocabularySize(vocabulary));
        const { length } = vocabulary.words.terms;
        for (let row = 0; row < any.length; row++) {
          const own = getRow(features, row);
          for (const part of [own.subarray(0, length), own.subarray(length)]) {
            const norm = Math.hypot(...part);
            expect(norm === 0 || Math.abs(norm - 1) < 1e-5).toBe(true);
          }
        }
      }),
    );
  });

  it("bounds the vocabulary and keeps the terms that occur in most texts", () => {
    const many = Array.from({ length: 12_000 }, (_, i) => `common word${i}`);
    const { words } = fitVocabulary(many);
    expect(words.terms).toHaveLength(8192);
    expect(words.terms[0]).toBe("common");
  });
});
