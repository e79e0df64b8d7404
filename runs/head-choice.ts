/**
 * Measures the effect of the choice of a head: each head on one layer, and the one that `--head auto`
 * chooses, on the published draws.
 *
 *   npx tsx runs/head-choice.ts [FOLDER]
 *
 * FOLDER contains the data sets and their draws (default ../shared/data). Writes
 * runs/results/head-choice.json and head-choice.md. Nothing is chosen on test data.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { resolve } from "node:path";
import { fitClassifier } from "../src/classifier/classifier.ts";
import { computeConfusion, computeScores, getPredictions } from "../src/evaluate/metrics.ts";
import { loadDraws, loadRealSet, selectEmbeddings, setNames, toRows } from "./scoreboard/real-set.ts";

const folder = resolve(process.argv[2] ?? "../shared/data");
const layers = [1, 6] as const;
const heads = ["centroid", "ridge", "logistic", "auto"] as const;

/** Balanced accuracies of one head on one layer of moonshine-tiny, one per draw. */
interface Measurement {
  readonly set: string;
  readonly layer: number;
  readonly head: string;
  readonly balancedAccuracy: number[];
  /** Kinds of the fitted heads, one per draw. */
  readonly kinds: string[];
}

const results: Measurement[] = [];
for (const name of setNames) {
  const set = await loadRealSet(folder, name);
  const { classes } = set;
  const draws = await loadDraws(folder, set);
  for (const layer of layers) {
    for (const head of heads) {
      const result: Measurement = { set: name, layer, head, balancedAccuracy: [], kinds: [] };
      for (const draw of draws) {
        const only = { encoders: ["moonshine-tiny"], reads: false };
        const train = selectEmbeddings(draw.train, set.encoderSet, only);
        const test = selectEmbeddings(draw.test, set.encoderSet, only);
        const classifier = fitClassifier(toRows(train.rows, classes), train.encoderSet, {
          ...{ seed: 0, layer, head },
        });
        const truth = toRows(test.rows, classes).labels;
        const predicted = getPredictions(classifier.computeProbabilities(test.rows));
        const { balancedAccuracy } = computeScores(computeConfusion(truth, predicted, classes.length));
        result.balancedAccuracy.push(balancedAccuracy);
        result.kinds.push(classifier.fitted[0]!.head.kind);
      }
      results.push(result);
    }
  }
  console.error(name);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const show = (value: number): string => value.toFixed(3).replace(/^0/, "");
const rows = layers.flatMap((layer) =>
  heads.map((head) => {
    const own = setNames.map((set) =>
      mean(
        results.find((row) => row.set === set && row.layer === layer && row.head === head)!.balancedAccuracy,
      ),
    );
    return `| ${layer} | ${head} | ${[...own, mean(own)].map(show).join(" | ")} |`;
  }),
);
const chosen = results.filter(({ head }) => head === "auto").flatMap(({ kinds }) => kinds);
const counts = heads
  .filter((head) => head !== "auto")
  .map((head) => `${head} ${chosen.filter((kind) => kind === head).length}`);
const report = `# What the choice of a head is worth

Balanced accuracy on the test part of the published draws, mean over draws; one layer of moonshine-tiny, mean and standard deviation over time.
\`auto\` is \`golem train --head auto --layer N\`: the simplest of the three within one standard error of the best, by cross-validation
inside the training recordings; it chose ${counts.join(", ")}.
Made by \`runs/head-choice.ts\` with Node ${process.version} on ${cpus().length} x ${cpus()[0]?.model ?? "unknown CPU"}.

| layer | head | ${setNames.join(" | ")} | mean |
|---:|---|${setNames.map(() => "---:|").join("")}---:|
${rows.join("\n")}
`;
mkdirSync("runs/results", { recursive: true });
writeFileSync("runs/results/head-choice.json", `${JSON.stringify(results, null, 1)}\n`);
writeFileSync("runs/results/head-choice.md", report);
console.log(report);
