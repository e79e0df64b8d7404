/**
 * How hard the demo's wordings are: balanced accuracy of TF-IDF and ridge on the exact words, of 50 wordings drawn
 * ten times out of all, tested on the others.
 *
 *   npx tsx runs/demo-wordings.ts [FILE]
 *
 * FILE holds wordings by class and split (default scripts/demo-banking-wordings.json). On the transcripts of MInDS-14 in
 * English, of which nothing is in this repository, the same procedure gives .884; the demo's are to give .87 to .90.
 */
import { readFileSync } from "node:fs";
import { createTextFeatures, fitVocabulary } from "../src/classifier/features/text-features.ts";
import { createRandom, shuffle } from "../src/core/random.ts";
import { trainHead } from "../src/head/registry.ts";

const file = process.argv[2] ?? "scripts/demo-banking-wordings.json";
const wordings = JSON.parse(readFileSync(file, "utf8")) as Record<string, Record<"train" | "test", string[]>>;
const labels = Object.keys(wordings).sort();
const scores = Array.from({ length: 10 }, (_, seed) => score(seed));
const mean = scores.reduce((sum, value) => sum + value, 0) / scores.length;
console.log(`${mean.toFixed(3)} (${scores.map((value) => value.toFixed(2)).join(" ")})`);

/** Balanced accuracy of one draw: 50 wordings, 3 or 4 per class. */
function score(seed: number): number {
  const random = createRandom(seed);
  const train: { text: string; label: number }[] = [];
  const test: typeof train = [];
  const short = new Set(shuffle([...labels.keys()], random).slice(0, 4 * labels.length - 50));
  for (const [label, name] of labels.entries()) {
    const texts = shuffle([...wordings[name]!.train, ...wordings[name]!.test], random);
    const count = short.has(label) ? 3 : 4;
    train.push(...texts.slice(0, count).map((text) => ({ text, label })));
    test.push(...texts.slice(count).map((text) => ({ text, label })));
  }
  const toTexts = (rows: typeof train) => rows.map(({ text }) => text);
  const vocabulary = fitVocabulary(toTexts(train));
  const computeFeatures = createTextFeatures(vocabulary);
  const rows = train.map(({ label }) => label);
  const head = trainHead("ridge", computeFeatures(toTexts(train)), rows, labels.length, { seed: 0 });
  const logits = head.computeLogits(computeFeatures(toTexts(test)));
  const hits = labels.map(() => 0);
  const counts = labels.map(() => 0);
  for (const [row, { label }] of test.entries()) {
    const own = logits.data.subarray(row * labels.length, (row + 1) * labels.length);
    counts[label]!++;
    if (own.indexOf(Math.max(...own)) === label) hits[label]!++;
    else if (process.env.SHOW)
      console.log(`${labels[label]} as ${labels[own.indexOf(Math.max(...own))]}: ${test[row]!.text}`);
  }
  return hits.reduce((sum, hit, label) => sum + hit / counts[label]!, 0) / labels.length;
}
