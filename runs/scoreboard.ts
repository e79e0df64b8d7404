/**
 * The scoreboard: scores of about fifty recordings on real data, with the default recipe and with each of its
 * parts.
 *
 *   npx tsx runs/scoreboard.ts [FOLDER] [RECIPES]
 *
 * FOLDER contains the data sets and their draws (default ../shared/data). RECIPES: parts of the names of
 * the recipes to measure, separated by commas, such as moonshine-base (default: all); others are kept. Writes runs/results/scoreboard.json
 * (every draw) and scoreboard.md (means over draws). Nothing is chosen on test data.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { resolve } from "node:path";
import { fitClassifier } from "../src/classifier/classifier.ts";
import { getViewName } from "../src/classifier/view.ts";
import { computeCalibration } from "../src/evaluate/calibration.ts";
import { computeConfusion, computeScores, getPredictions } from "../src/evaluate/metrics.ts";
import type { Matrix } from "../src/math/matrix.ts";
import {
  type Draw,
  loadDraws,
  loadRealSet,
  type RealSet,
  selectEmbeddings,
  setNames,
  toRows,
} from "./scoreboard/real-set.ts";
import {
  ablations,
  articleRecipe,
  defaultRecipe,
  largerRecipe,
  type Recipe,
  recipes,
  singleLayers,
} from "./scoreboard/recipes.ts";

const folder = resolve(process.argv[2] ?? "../shared/data");
const parts = (process.argv[3] ?? "").split(",");
const wanted = recipes.filter(({ name }) => parts.some((part) => name.includes(part)));
const resultFile = "runs/results/scoreboard.json";
/** Varied copies of each recording that `golem train` makes without flags. */
const copies = 3;

/** One recipe on one set: balanced accuracy on the test part of each draw; calibration error and log-loss over all draws. */
interface Measurement {
  readonly set: string;
  readonly recipe: string;
  readonly balancedAccuracy: readonly number[];
  readonly calibrationError: number;
  readonly logLoss: number;
  /** Mean weight of each view in the fusion. */
  readonly weights: Readonly<Record<string, number>>;
}

const kept: Measurement[] = existsSync(resultFile) ? JSON.parse(readFileSync(resultFile, "utf8")) : [];
const measurements = kept.filter(({ recipe }) => !wanted.some(({ name }) => name === recipe));
const chances: string[] = [];
let drawsASet = 0;
for (const name of setNames) {
  const load = (encoder?: string) => loadRealSet(folder, name, copies, "drawn", encoder);
  const set = await load();
  const draws = await loadDraws(folder, set);
  drawsASet = draws.length;
  chances.push((1 / set.classes.length).toFixed(3).replace(/^0/, ""));
  for (const recipe of wanted) {
    if (!recipe.encoderSet) measurements.push(measure(recipe, set, draws));
    else {
      const other = await load(recipe.encoderSet);
      measurements.push(measure(recipe, other, await loadDraws(folder, other)));
    }
  }
  console.error(name);
}

/** Trains by one recipe on each draw of a set, and measures on its test part. */
function measure(
  recipe: Recipe,
  { name, classes, encoderSet }: RealSet,
  draws: readonly Draw[],
): Measurement {
  const balancedAccuracy: number[] = [];
  const weights: Record<string, number> = {};
  const truth: number[] = [];
  const predicted: Matrix[] = [];
  for (const draw of draws) {
    const train = selectEmbeddings(draw.train, encoderSet, recipe);
    const test = selectEmbeddings(draw.test, encoderSet, recipe);
    const classifier = fitClassifier(toRows(train.rows, classes), train.encoderSet, {
      ...recipe.options,
      seed: 0,
    });
    const own = toRows(test.rows, classes).labels;
    const probabilities = classifier.computeProbabilities(test.rows);
    const confusion = computeConfusion(own, getPredictions(probabilities), classes.length);
    balancedAccuracy.push(computeScores(confusion).balancedAccuracy);
    truth.push(...own);
    predicted.push(probabilities);
    for (const { view } of classifier.fitted) {
      const key = getViewName(view);
      weights[key] = (weights[key] ?? 0) + view.weight / draws.length;
    }
  }
  const { expectedError, logLoss } = computeCalibration({ probabilities: [joinRows(predicted)], truth });
  return {
    ...{ set: name, recipe: recipe.name, balancedAccuracy },
    ...{ calibrationError: expectedError, logLoss, weights },
  };
}

function joinRows(matrices: readonly Matrix[]): Matrix {
  const columns = matrices[0]!.columns;
  const data = new Float32Array(matrices.reduce((sum, matrix) => sum + matrix.data.length, 0));
  let start = 0;
  for (const matrix of matrices) {
    data.set(matrix.data, start);
    start += matrix.data.length;
  }
  return { rows: data.length / columns, columns, data };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const show = (value: number): string => value.toFixed(3).replace(/^0/, "");
const head = `| | ${setNames.join(" | ")} | mean |\n|---|${setNames.map(() => "---:|").join("")}---:|`;
const find = (recipe: Recipe, set: string): Measurement =>
  measurements.find((row) => row.recipe === recipe.name && row.set === set)!;
const table = (rows: readonly Recipe[], pick: (measurement: Measurement) => number): string =>
  [
    head,
    ...rows.map((recipe) => {
      const cells = setNames.map((set) => pick(find(recipe, set)));
      return `| ${recipe.name} | ${[...cells, mean(cells)].map(show).join(" | ")} |`;
    }),
  ].join("\n");
const accuracy = ({ balancedAccuracy }: Measurement): number => mean(balancedAccuracy);
const deviation = ({ balancedAccuracy }: Measurement): number =>
  Math.sqrt(
    balancedAccuracy.reduce((sum, value) => sum + (value - mean(balancedAccuracy)) ** 2, 0) /
      (balancedAccuracy.length - 1),
  );
const shares = setNames.map((set) => {
  const { weights } = find(defaultRecipe, set);
  const sorted = Object.entries(weights).sort((a, b) => b[1] - a[1]);
  return `- ${set}: ${sorted.map(([view, weight]) => `${view} ${show(weight)}`).join(", ")}`;
});
const bestLayer = Math.max(
  ...singleLayers.map((recipe) => mean(setNames.map((set) => accuracy(find(recipe, set))))),
);
const hindsight = mean(
  setNames.map((set) => Math.max(...singleLayers.map((recipe) => accuracy(find(recipe, set))))),
);
const shown = [defaultRecipe, largerRecipe, ...ablations, articleRecipe].filter((recipe) =>
  setNames.every((set) => find(recipe, set)),
);
const report = `# Scoreboard

Balanced accuracy on recordings held out of training, mean over ${drawsASet} draws of about 50 training recordings each (commands: 30 classes
x 2, wakewords: 6 x 8, the others 10 x 5). Speakers (digits, commands) or source recordings (esc10) of the test part are never in the
training part; drinks and wakewords name no speakers, so their splits are by recording and their scores are not speaker-independent. Chance: ${chances.join(", ")}.
Made by \`runs/scoreboard.ts\` with Node ${process.version} on ${cpus().length} x ${cpus()[0]?.model ?? "unknown CPU"}.

## The default, and what its parts are worth

${table(shown, accuracy)}

Standard deviation of the default over draws: ${setNames.map((set) => `${set} ${show(deviation(find(defaultRecipe, set)))}`).join(", ")}.

## One layer, one classifier (C = 0.03, standardised mean and standard deviation)

${table(singleLayers, accuracy)}

The best fixed one of these averages ${show(bestLayer)}; the best of each set, known in hindsight, ${show(hindsight)}.

## Expected calibration error

Of the predictions of all draws together, in 10 bins of equally many.

${table(shown, ({ calibrationError }) => calibrationError)}

## Log-loss, nats

${table(shown, ({ logLoss }) => logLoss)}

## Where the default's answer lies

Mean share of each view in the decision.

${shares.join("\n")}
`;
mkdirSync("runs/results", { recursive: true });
writeFileSync(resultFile, `${JSON.stringify(measurements, null, 1)}\n`);
writeFileSync("runs/results/scoreboard.md", report);
console.log(report);
