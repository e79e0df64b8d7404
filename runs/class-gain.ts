/**
 * Tests the forecast of `golem curve` for a single class: recordings of one class are added to training, and
 * recordings of all classes.
 *
 *   npx tsx runs/class-gain.ts [FOLDER]
 *
 * FOLDER contains the data sets (default ../shared/data). Ten recordings of each class may be used for
 * training, the others are for testing; speakers are not separated, since only differences are used. Writes
 * runs/results/class-gain.json and class-gain.md.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { resolve } from "node:path";
import { fitClassifier } from "../src/classifier/classifier.ts";
import { fitPredictRows } from "../src/classifier/fold-runner.ts";
import { createRandom, shuffle } from "../src/core/random.ts";
import { computeLearningCurve } from "../src/evaluate/learning-curve.ts";
import { computeConfusion, computeScores, getPredictions } from "../src/evaluate/metrics.ts";
import { loadRealSet, type RealSet, selectEmbeddings, toRows } from "./scoreboard/real-set.ts";
import { defaultRecipe, type Recipe } from "./scoreboard/recipes.ts";

const folder = resolve(process.argv[2] ?? "../shared/data");
const draws = 6;
const sets = ["drinks", "digits"] as const;
const onLastLayer = (head: "ridge" | "logistic" | "centroid"): Recipe => ({
  ...{ name: `${head}, last layer`, encoders: ["moonshine-tiny"], reads: false },
  options: { head, layer: "last" },
});
const recipes = [defaultRecipe, ...(["ridge", "logistic", "centroid"] as const).map(onLastLayer)];

/** Changes of balanced accuracy, one per draw (all classes) or one per draw and class. */
interface Gains {
  readonly set: string;
  readonly recipe: string;
  /**
   * All classes from 5 to 10 recordings, divided by the number of classes: the expected gain of one class
   * alone.
   */
  readonly share: number[];
  /** One class from 5 to 10, the others at 5. */
  readonly alone: number[];
  /** One class from 2 to 7, the others at 5. */
  readonly small: number[];
  /**
   * The forecasts of the learning curve of the recordings before the addition: for `alone` in the same order,
   * for `small` for one class per draw.
   */
  readonly aloneSaid: number[];
  readonly smallSaid: number[];
}

const results: Gains[] = [];
for (const name of sets) {
  const set = await loadRealSet(folder, name);
  for (const recipe of recipes) results.push(await measure(set, recipe));
  console.error(name);
}

async function measure(set: RealSet, recipe: Recipe): Promise<Gains> {
  const { classes } = set;
  const { rows, encoderSet } = selectEmbeddings(set.recordings, set.encoderSet, recipe);
  const gains: Gains = {
    ...{ set: set.name, recipe: recipe.name, share: [], alone: [], small: [] },
    ...{ aloneSaid: [], smallSaid: [] },
  };
  for (let draw = 0; draw < draws; draw++) {
    const orders = classes.map((label, c) =>
      shuffle(
        rows.filter((row) => row.label === label),
        createRandom(draw, c),
      ),
    );
    const test = orders.flatMap((order) => order.slice(10));
    const truth = toRows(test, classes).labels;
    const score = (getSize: (c: number) => number): number => {
      const train = orders.flatMap((order, c) => order.slice(0, getSize(c)));
      const classifier = fitClassifier(toRows(train, classes), encoderSet, { ...recipe.options, seed: 0 });
      const predicted = getPredictions(classifier.computeProbabilities(test));
      return computeScores(computeConfusion(truth, predicted, classes.length)).balancedAccuracy;
    };
    const say = async (getSize: (c: number) => number): Promise<Map<string, number>> => {
      const train = toRows(
        orders.flatMap((order, c) => order.slice(0, getSize(c))),
        classes,
      );
      const problem = { ...train, encoderSet, options: { ...recipe.options, seed: 0 } };
      const { classGains } = await computeLearningCurve({
        ...{ labels: train.labels, classes, groups: train.groups, seed: draw, maximumEvaluations: 40 },
        fitPredict: (rows, tested) => fitPredictRows(problem, rows, tested),
      });
      return new Map(classGains.map(({ label, gain }) => [label, gain]));
    };
    const said = await say(() => 5);
    gains.aloneSaid.push(...classes.map((label) => said.get(label)!));
    gains.smallSaid.push((await say((c) => (c === draw ? 2 : 5))).get(classes[draw]!)!);
    const five = score(() => 5);
    gains.share.push((score(() => 10) - five) / classes.length);
    for (const own of classes.keys()) {
      gains.alone.push(score((c) => (c === own ? 10 : 5)) - five);
      gains.small.push(score((c) => (c === own ? 7 : 5)) - score((c) => (c === own ? 2 : 5)));
    }
  }
  return gains;
}

/** Mean and its standard error over draws, in points. */
function show(values: readonly number[]): string {
  const each = values.length / draws;
  const means = Array.from({ length: draws }, (_, draw) => {
    const own = values.slice(draw * each, (draw + 1) * each);
    return (100 * own.reduce((sum, value) => sum + value, 0)) / each;
  });
  const mean = means.reduce((sum, value) => sum + value, 0) / draws;
  const variance = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws - 1);
  return `${mean.toFixed(2)} +- ${Math.sqrt(variance / draws).toFixed(2)}`;
}

const report = `# What one class gains from recordings of its own

Change of balanced accuracy in points, mean and standard error over ${draws} draws (and all ten classes), when five recordings are added.
Made by \`runs/class-gain.ts\` with Node ${process.version} on ${cpus().length} x ${cpus()[0]?.model ?? "unknown CPU"}.

| set | heads | a tenth of what five more of every class give | one class from 5 to 10 | what the curve said of it | one class from 2 to 7 | what the curve said of it |
|---|---|---:|---:|---:|---:|---:|
${results.map(({ set, recipe, share, alone, aloneSaid, small, smallSaid }) => `| ${set} | ${recipe} | ${show(share)} | ${show(alone)} | ${show(aloneSaid)} | ${show(small)} | ${show(smallSaid)} |`).join("\n")}

\`golem curve\` gives each class its share of the whole gain (src/evaluate/class-gain.ts). A class that is smaller than the others gains that
and more, with every head. A class that is already as large as the others gains next to nothing by outgrowing them, whatever the head:
what it learns to find, others lose to it. So the command says "at most" there, and advises recordings of all classes.
`;
mkdirSync("runs/results", { recursive: true });
writeFileSync("runs/results/class-gain.json", `${JSON.stringify(results, null, 1)}\n`);
writeFileSync("runs/results/class-gain.md", report);
console.log(report);
