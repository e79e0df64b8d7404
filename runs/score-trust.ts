/**
 * Tests whether the score that training states agrees with the score on new speakers, if there are few
 * speakers or their recordings and classes are unequal. Draws of real recordings in ten shapes are trained
 * with the default recipe, and tested on all recordings of the same classes by other speakers (esc10:
 * sources).
 *
 *   npx tsx runs/score-trust.ts [FOLDER] [DRAWS] [PART PARTS [SETS COPIES]]
 *
 * FOLDER contains the data sets (default ../shared/data). DRAWS is the number of draws per shape (default
 * 40). With PART and PARTS, only every PARTS-th draw is run and the outcomes are printed as JSON lines; a run
 * without them reads such lines from stdin if stdin is not a terminal. SETS (such as digits,commands)
 * restricts it to shapes of these sets, COPIES is the number of varied copies per recording, default 0.
 * Writes runs/results/score-trust.json and score-trust.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { resolve } from "node:path";
import { defaultAudioSettings } from "../src/audio/audio.ts";
import { describeAudio } from "../src/audio/audio-description.ts";
import { listVariations } from "../src/augment/variation.ts";
import { createInlineRunner } from "../src/classifier/fold-runner.ts";
import { createRandom } from "../src/core/random.ts";
import { computeCalibration } from "../src/evaluate/calibration.ts";
import { createMatrix, getRow, type Matrix } from "../src/math/matrix.ts";
import { trainGolem } from "../src/workflow/train-golem.ts";
import { createKeepingRunner, estimate, type LeftOut, runFiveFolds } from "./score-trust/estimators.ts";
import { drawShape, shapes } from "./score-trust/shapes.ts";
import { loadRealSet, selectEmbeddings } from "./scoreboard/real-set.ts";
import { defaultRecipe } from "./scoreboard/recipes.ts";

/** The statements of one golem, and the results on new speakers. */
interface Outcome {
  readonly shape: number;
  readonly stated: number;
  readonly interval: readonly [low: number, high: number];
  readonly found: number;
  readonly calibrationFound: number;
  /** The mean calibration error that a perfectly calibrated classifier with these confidences would have. */
  readonly calibrationFloor: number;
  readonly logLoss: number;
  readonly setsHold: number;
  readonly flagged: number;
  /** What other estimators state. */
  readonly estimates: Readonly<Record<string, number>>;
}

/** Mean calibration error of labels drawn from the stated probabilities themselves. */
function computeCalibrationFloor(probabilities: Matrix, seed: number): number {
  const random = createRandom(seed);
  const draws = 10;
  let sum = 0;
  for (let draw = 0; draw < draws; draw++) {
    const truth = Array.from({ length: probabilities.rows }, (_, row) => {
      let point = random.uniform();
      const own = getRow(probabilities, row);
      for (const [k, share] of own.entries()) {
        point -= share;
        if (point < 0) return k;
      }
      return own.length - 1;
    });
    sum += computeCalibration({ probabilities: [probabilities], truth }).expectedError / draws;
  }
  return sum;
}

async function measure(folder: string, draws: number, part: number, parts: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const [sets, copies = "0"] = process.argv.slice(6);
  for (const [shape, settings] of shapes.entries()) {
    if (sets && !sets.split(",").includes(settings.set)) continue;
    const set = await loadRealSet(folder, settings.set, Number(copies));
    for (let draw = part; draw < draws; draw += parts) {
      const { train, test } = drawShape(set, settings, 100_000 + 1000 * shape + draw);
      const taught = selectEmbeddings(train, set.encoderSet, defaultRecipe);
      const asked = selectEmbeddings(test, set.encoderSet, defaultRecipe).rows;
      const kept: LeftOut[] = [];
      let five: LeftOut[] = [];
      const model = await trainGolem(
        {
          ...{ name: settings.set, recordings: taught.rows, encoders: taught.encoderSet.encoders },
          ...{ transcriber: taught.encoderSet.transcriber, audio: defaultAudioSettings },
          variations: listVariations(Number(copies)),
          ...{ pipeline: describeAudio(defaultAudioSettings), createdBy: "runs/score-trust.ts" },
        },
        {
          seed: draw,
          createFoldRunner: async (problem) => {
            five = await runFiveFolds(problem, createInlineRunner(problem), draw);
            return createKeepingRunner(problem, kept);
          },
        },
      );
      const stated = model.document.evaluation!;
      const found = model.evaluate(asked);
      const answers = model.predictEmbedded(asked);
      const { labels } = stated;
      const probabilities = createMatrix(asked.length, labels.length);
      for (const [i, { scores }] of answers.entries()) {
        getRow(probabilities, i).set(labels.map((label) => scores[label]!));
      }
      outcomes.push({
        ...{ shape, stated: stated.balancedAccuracy, interval: stated.interval },
        found: found.balancedAccuracy,
        calibrationFound: found.calibration.expectedError,
        calibrationFloor: computeCalibrationFloor(probabilities, draw),
        logLoss: found.logLoss,
        estimates: estimate(kept, five, labels.length, stated.trainAccuracy),
        setsHold:
          answers.filter(({ labelSet }, i) => labelSet!.includes(asked[i]!.label)).length / answers.length,
        flagged: answers.filter(({ unknown }) => unknown).length / answers.length,
      });
    }
  }
  return outcomes;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;

/** What every protocol states. */
type Stated = Pick<Outcome, "shape" | "stated" | "interval" | "found">;

/** Describes mean error, bias, share of intervals that contain the truth, and width. */
function describeStated(rows: readonly Stated[]): string[] {
  const errors = rows.map(({ stated, found }) => stated - found);
  const held = rows.filter(({ interval: [low, high], found }) => low <= found && found <= high);
  return [
    mean(errors.map(Math.abs)).toFixed(3),
    mean(errors).toFixed(3),
    percent(held.length / rows.length),
    mean(rows.map(({ interval: [low, high] }) => high - low)).toFixed(2),
  ];
}

function describe(name: string, rows: readonly Outcome[]): string {
  return `| ${[
    name,
    rows.length,
    ...[mean(rows.map(({ stated }) => stated)), mean(rows.map(({ found }) => found))].map((x) =>
      x.toFixed(3),
    ),
    ...describeStated(rows),
    mean(rows.map(({ calibrationFound }) => calibrationFound)).toFixed(3),
    mean(rows.map(({ calibrationFloor }) => calibrationFloor)).toFixed(3),
    percent(mean(rows.map(({ setsHold }) => setsHold))),
    percent(mean(rows.map(({ flagged }) => flagged))),
  ].join(" | ")} |`;
}

const estimators = {
  fiveFolds: "five folds by speaker, twice",
  plain: "one speaker (a tenth of more than ten) per fold, repeated",
  plainRaised: "the same, raised by the learning curve",
  plain632: ".368 of the training accuracy + .632 of it",
  corrected: "corrected for class sizes",
  corrected632: ".368 of the training accuracy + .632 of the corrected one",
  correctedRaised: "**corrected and raised: what is stated**",
  hierarchical10:
    "hierarchical: speakers weighted as in a beta-binomial, correlation .1; corrected and raised",
  hierarchical30: "the same, correlation .3",
} as const;

function describeEstimator(name: keyof typeof estimators, outcomes: readonly Outcome[]): string {
  const cells = [
    outcomes,
    ...[..."dce"].map((letter) => outcomes.filter(({ shape }) => shapes[shape]!.set.startsWith(letter))),
  ];
  const text = cells.map((rows) => {
    const errors = rows.map(({ estimates, found }) => estimates[name]! - found);
    return `${mean(errors.map(Math.abs)).toFixed(3)} / ${mean(errors).toFixed(3)}`;
  });
  return `| ${[estimators[name], ...text].join(" | ")} |`;
}

function write(outcomes: readonly Outcome[]): void {
  const before = JSON.parse(
    readFileSync("runs/results/score-trust-before.json", "utf8"),
  ) as readonly Stated[];
  const names = shapes.map(
    ({ set, classes, speakers, recordings }) =>
      `${set}: ${recordings} recordings, ${classes} classes, ${speakers} ${set === "esc10" ? "sources" : "speakers"}`,
  );
  const of = <T extends Stated>(rows: readonly T[], shape: number) =>
    rows.filter((row) => row.shape === shape);
  const report = `# The stated score against the score on new speakers, where speakers are few

${outcomes.length} golems, each trained by the default recipe without varied copies on recordings of few speakers with unequal shares, and
tested on all recordings of its classes by other speakers (esc10: sources). Draws of one shape overlap, so they say less than as many
independent ones; with two or three speakers left to test on (digits), the score found is uncertain itself. "Calibration error" is of the
test recordings, and beside it what a perfectly calibrated classifier shows on as many. A label set always holds the best guess, so it holds
the label at least as often as the golem is right. Made by \`runs/score-trust.ts\` with Node ${process.version} on ${cpus().length} x ${cpus()[0]?.model ?? "unknown CPU"}.

| shape | golems | stated | found | mean error | bias | interval holds | width | calibration error | if perfect | label sets hold | flagged unknown |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
${names.map((name, shape) => describe(name, of(outcomes, shape))).join("\n")}
${describe("all", outcomes)}

## Before

The same shapes in other draws, measured by the version before: five folds by speaker, at most as many as the smallest class has
recordings, and its interval (score-trust-before.json).

| shape | golems | mean error | bias | interval holds | width | width today |
|---|---:|---:|---:|---:|---:|---:|
${[...names.keys()]
  .map(
    (shape) =>
      `| ${[names[shape], of(before, shape).length, ...describeStated(of(before, shape)), describeStated(of(outcomes, shape))[3]].join(" | ")} |`,
  )
  .join("\n")}
| ${["all", before.length, ...describeStated(before), describeStated(outcomes)[3]].join(" | ")} |

## Estimators

Mean error / bias of estimators on the draws of the first table.

| estimator | all | digits | commands | esc10 |
|---|---:|---:|---:|---:|
${(Object.keys(estimators) as (keyof typeof estimators)[]).map((name) => describeEstimator(name, outcomes)).join("\n")}
`;
  writeFileSync("runs/results/score-trust.json", `${JSON.stringify(outcomes)}\n`);
  writeFileSync("runs/results/score-trust.md", report);
  console.log(report);
}

const folder = resolve(process.argv[2] ?? "../shared/data");
const draws = Number(process.argv[3] ?? 40);
const parts = Number(process.argv[5] ?? 0);
if (parts > 0) {
  for (const outcome of await measure(folder, draws, Number(process.argv[4]), parts)) {
    console.log(JSON.stringify(outcome));
  }
} else if (process.stdin.isTTY) write(await measure(folder, draws, 0, 1));
else {
  let text = "";
  for await (const chunk of process.stdin) text += chunk;
  const lines = text.split("\n").filter(Boolean);
  write(lines.map((line) => JSON.parse(line) as Outcome));
}
