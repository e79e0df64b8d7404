/**
 * Whether the score that training states agrees with what is found on new speakers where speakers are few, uneven or unequal in their
 * classes: draws of real recordings in ten shapes, each trained by the default recipe and tested on all recordings of the same classes by
 * speakers (esc10: sources) that were not trained on.
 *
 *   npx tsx runs/score-trust.ts [FOLDER] [DRAWS] [PART PARTS [SETS COPIES]]
 *
 * FOLDER holds the data sets (default ../shared/data), DRAWS is the number of draws per shape (default 40). With PART of PARTS, only every
 * PARTS-th draw is run and its outcomes are printed as JSON lines; a run without them reads such lines from stdin if it is no terminal.
 * SETS (such as digits,commands) restricts it to shapes of these sets, COPIES is the number of varied copies per recording, default 0.
 * Writes runs/results/score-trust.json and score-trust.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { resolve } from "node:path";
import { defaultAudioSettings } from "../src/audio/audio.ts";
import { describeAudio } from "../src/audio/audio-description.ts";
import { listVariations } from "../src/augment/variation.ts";
import { createInlineRunner, type FitProblem, type FoldRunner } from "../src/classifier/fold-runner.ts";
import { createRandom, shuffle } from "../src/core/random.ts";
import type { EmbeddedRecording } from "../src/embed/embedded-recording.ts";
import { computeCalibration } from "../src/evaluate/calibration.ts";
import { correctPrior } from "../src/evaluate/cross-validate.ts";
import { assignGroups } from "../src/evaluate/group-folds.ts";
import { computeLearningGain } from "../src/evaluate/learning-gain.ts";
import { getPredictions } from "../src/evaluate/metrics.ts";
import { createMatrix, getRow, type Matrix } from "../src/math/matrix.ts";
import { trainGolem } from "../src/workflow/train-golem.ts";
import { type Draw, loadRealSet, type RealSet, selectEmbeddings } from "./scoreboard/real-set.ts";
import { defaultRecipe } from "./scoreboard/recipes.ts";

/** A kind of training part. */
interface Shape {
  readonly set: string;
  readonly classes: number;
  /** Speakers trained on; at least `tested` others are left for the test. */
  readonly speakers: number;
  readonly tested: number;
  readonly recordings: number;
}

const shapes: readonly Shape[] = [
  { set: "digits", classes: 10, speakers: 3, tested: 2, recordings: 50 },
  { set: "digits", classes: 7, speakers: 4, tested: 2, recordings: 49 },
  { set: "digits", classes: 10, speakers: 4, tested: 2, recordings: 30 },
  { set: "digits", classes: 4, speakers: 3, tested: 2, recordings: 24 },
  { set: "digits", classes: 2, speakers: 4, tested: 2, recordings: 16 },
  { set: "commands", classes: 6, speakers: 10, tested: 15, recordings: 40 },
  { set: "commands", classes: 30, speakers: 20, tested: 15, recordings: 90 },
  { set: "commands", classes: 14, speakers: 6, tested: 15, recordings: 50 },
  { set: "esc10", classes: 10, speakers: 25, tested: 100, recordings: 50 },
  { set: "esc10", classes: 5, speakers: 14, tested: 100, recordings: 30 },
];

/** What one golem stated, and what was found on new speakers. */
interface Outcome {
  readonly shape: number;
  readonly stated: number;
  readonly interval: readonly [low: number, high: number];
  readonly found: number;
  readonly calibrationFound: number;
  /** What a perfectly calibrated classifier with these confidences would show, on average. */
  readonly calibrationFloor: number;
  readonly logLoss: number;
  readonly setsHold: number;
  readonly flagged: number;
  /** What other estimators state. */
  readonly estimates: Readonly<Record<string, number>>;
}

/** A recording that a fold left out. */
interface LeftOut {
  readonly label: number;
  readonly speaker: string;
  /** Recordings there are per recording trained on. */
  readonly growth: number;
  readonly isRight: boolean;
  /** With probabilities corrected for the class sizes of the training side. */
  readonly isRightCorrected: boolean;
}

/** A runner that keeps what its folds predict. */
function createKeepingRunner(problem: FitProblem, kept: LeftOut[]): FoldRunner {
  const runner = createInlineRunner(problem);
  return {
    ...runner,
    async fitPredict(train, test) {
      const predicted = await runner.fitPredict(train, test);
      kept.push(...judge(problem, train, test, predicted));
      return predicted;
    },
  };
}

function judge(
  { labels, groups = [], classes }: FitProblem,
  train: readonly number[],
  test: readonly number[],
  predicted: Matrix,
): LeftOut[] {
  const corrected = { ...predicted, data: predicted.data.slice() };
  correctPrior(corrected, labels, train);
  const plain = getPredictions(predicted);
  const right = getPredictions(corrected);
  if (predicted.columns !== classes) throw new Error("folds have other classes");
  return test.map((row, i) => ({
    ...{ label: labels[row]!, speaker: groups[row] ?? `${row}`, growth: labels.length / train.length },
    ...{ isRight: plain[i] === labels[row], isRightCorrected: right[i] === labels[row] },
  }));
}

/** Five folds by speaker, twice: how scores were measured before. */
async function runFiveFolds(problem: FitProblem, runner: FoldRunner, seed: number): Promise<LeftOut[]> {
  const { labels } = problem;
  const groups = labels.map((_, row) => problem.groups?.[row] ?? row);
  const k = Math.min(5, new Set(groups).size);
  const kept: LeftOut[] = [];
  for (let repeat = 0; repeat < 2; repeat++) {
    const folds = assignGroups(labels, groups, k, createRandom(seed, repeat));
    for (let fold = 0; folds && fold < k; fold++) {
      const pick = (isTest: boolean) => [...labels.keys()].filter((row) => (folds[row] === fold) === isTest);
      kept.push(...judge(problem, pick(false), pick(true), await runner.fitPredict(pick(false), pick(true))));
    }
  }
  return kept;
}

/** What estimators state from the same recordings left out. */
function estimate(
  kept: readonly LeftOut[],
  five: readonly LeftOut[],
  classes: number,
  trainAccuracy: number,
) {
  const score = (
    rows: readonly LeftOut[],
    isRight: (row: LeftOut) => boolean,
    weigh: (row: LeftOut) => number = () => 1,
  ): number => {
    const sums = new Map<number, { right: number; all: number }>();
    for (const row of rows) {
      const sum = sums.get(row.label) ?? { right: 0, all: 0 };
      sum.all += weigh(row);
      if (isRight(row)) sum.right += weigh(row);
      sums.set(row.label, sum);
    }
    return mean([...sums.values()].map(({ right, all }) => right / all));
  };
  const growth = mean(kept.map((row) => row.growth));
  const raise = (value: number) => computeLearningGain(value, classes, growth);
  const plain = score(kept, (row) => row.isRight);
  const corrected = score(kept, (row) => row.isRightCorrected);
  const sizes = new Map<string, number>();
  for (const { speaker } of kept) sizes.set(speaker, (sizes.get(speaker) ?? 0) + 1);
  const hierarchical = (correlation: number) =>
    raise(
      score(
        kept,
        (row) => row.isRightCorrected,
        ({ speaker }) => 1 / (1 + (sizes.get(speaker)! - 1) * correlation),
      ),
    );
  return {
    fiveFolds: five.length > 0 ? score(five, (row) => row.isRight) : plain,
    plain,
    plainRaised: raise(plain),
    plain632: 0.368 * trainAccuracy + 0.632 * plain,
    corrected,
    corrected632: 0.368 * trainAccuracy + 0.632 * corrected,
    correctedRaised: raise(corrected),
    hierarchical10: hierarchical(0.1),
    hierarchical30: hierarchical(0.3),
  };
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

/**
 * Draws a training part with unequal speakers: each speaker's share is exponentially distributed, so that one often has a third and more.
 * Classes without two speakers in it, or without a recording to test on, are left out.
 */
function drawShape(set: RealSet, shape: Shape, seed: number): Draw {
  for (let attempt = 0; ; attempt++) {
    const random = createRandom(seed, attempt);
    const drawn = shuffle(set.classes, random).slice(0, shape.classes);
    const rows = set.recordings.filter(({ label }) => drawn.includes(label));
    const all = shuffle([...new Set(rows.map(({ speaker }) => speaker!))], random);
    const sizes = new Map<string, number>();
    for (const { speaker } of rows) sizes.set(speaker!, (sizes.get(speaker!) ?? 0) + 1);
    // Of the speakers that may be trained on, those with most recordings.
    const rank = new Map(all.map((speaker) => [speaker, sizes.get(speaker)! + 2 * random.uniform()]));
    const trained = all
      .slice(0, Math.max(shape.speakers, all.length - shape.tested))
      .sort((a, b) => rank.get(b)! - rank.get(a)!)
      .slice(0, shape.speakers);
    const share = new Map(trained.map((speaker) => [speaker, 0.05 - Math.log(1 - random.uniform())]));
    const ours = rows
      .filter(({ speaker }) => share.has(speaker!))
      .map((row) => ({ row, key: -Math.log(1 - random.uniform()) / share.get(row.speaker!)! }))
      .sort((a, b) => a.key - b.key)
      .slice(0, shape.recordings)
      .map(({ row }) => row);
    const theirs = rows.filter(({ speaker }) => !share.has(speaker!));
    const kept = drawn.filter((label) => {
      const speakers = new Set(ours.filter((row) => row.label === label).map(({ speaker }) => speaker));
      return speakers.size >= 2 && theirs.some((row) => row.label === label);
    });
    if (kept.length < Math.max(2, 0.6 * shape.classes)) continue;
    const keep = ({ label }: EmbeddedRecording) => kept.includes(label);
    return { train: ours.filter(keep), test: theirs.filter(keep) };
  }
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

function describe(name: string, rows: readonly Outcome[]): string {
  const errors = rows.map(({ stated, found }) => stated - found);
  const held = rows.filter(({ interval: [low, high], found }) => low <= found && found <= high);
  return `| ${[
    name,
    rows.length,
    ...[mean(rows.map(({ stated }) => stated)), mean(rows.map(({ found }) => found))].map((x) =>
      x.toFixed(3),
    ),
    mean(errors.map(Math.abs)).toFixed(3),
    mean(errors).toFixed(3),
    percent(held.length / rows.length),
    mean(rows.map(({ interval: [low, high] }) => high - low)).toFixed(2),
    mean(rows.map(({ calibrationFound }) => calibrationFound)).toFixed(3),
    percent(mean(rows.map(({ setsHold }) => setsHold))),
    percent(mean(rows.map(({ flagged }) => flagged))),
  ].join(" | ")} |`;
}

function write(outcomes: readonly Outcome[]): void {
  const rows = shapes.map(({ set, classes, speakers, recordings }, shape) =>
    describe(
      `${set}: ${recordings} recordings, ${classes} classes, ${speakers} ${set === "esc10" ? "sources" : "speakers"}`,
      outcomes.filter((outcome) => outcome.shape === shape),
    ),
  );
  const report = `# The stated score against the score on new speakers, where speakers are few

${outcomes.length} golems, each trained by the default recipe on recordings of few speakers with unequal shares, and tested on all recordings of
its classes by other speakers (esc10: sources). Draws of one shape overlap, so they say less than as many independent ones; with two or
three speakers left to test on (digits), the score found is uncertain itself. "Calibration", "label sets" and "unknown" are of the test
recordings. Made by \`runs/score-trust.ts\` with Node ${process.version} on ${cpus().length} x ${cpus()[0]?.model ?? "unknown CPU"}.

| shape | golems | stated | found | mean error | bias | interval holds | width | calibration error | label sets hold | flagged unknown |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
${rows.join("\n")}
${describe("all", outcomes)}
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
  const lines = readFileSync(0, "utf8").split("\n").filter(Boolean);
  write(lines.map((line) => JSON.parse(line) as Outcome));
}
