/**
 * Whether the score that training states agrees with what is found on new speakers where speakers are few, uneven or unequal in their
 * classes: draws of real recordings in ten shapes, each trained by the default recipe and tested on all recordings of the same classes by
 * speakers (esc10: sources) that were not trained on.
 *
 *   npx tsx runs/score-trust.ts [FOLDER] [DRAWS] [PART PARTS]
 *
 * FOLDER holds the data sets (default ../shared/data), DRAWS is the number of draws per shape (default 40). With PART of PARTS, only every
 * PARTS-th draw is run and its outcomes are printed as JSON lines; a run without them reads such lines from stdin if it is no terminal.
 * Writes runs/results/score-trust.json and score-trust.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { resolve } from "node:path";
import { defaultAudioSettings } from "../src/audio/audio.ts";
import { describeAudio } from "../src/audio/audio-description.ts";
import { createRandom, shuffle } from "../src/core/random.ts";
import type { EmbeddedRecording } from "../src/embed/embedded-recording.ts";
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
  readonly setsHold: number;
  readonly flagged: number;
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
  for (const [shape, settings] of shapes.entries()) {
    const set = await loadRealSet(folder, settings.set);
    for (let draw = part; draw < draws; draw += parts) {
      const { train, test } = drawShape(set, settings, 100_000 + 1000 * shape + draw);
      const taught = selectEmbeddings(train, set.encoderSet, defaultRecipe);
      const asked = selectEmbeddings(test, set.encoderSet, defaultRecipe).rows;
      const model = await trainGolem(
        {
          ...{ name: settings.set, recordings: taught.rows, encoders: taught.encoderSet.encoders },
          ...{ transcriber: taught.encoderSet.transcriber, audio: defaultAudioSettings },
          ...{ pipeline: describeAudio(defaultAudioSettings), createdBy: "runs/score-trust.ts" },
        },
        { seed: draw },
      );
      const stated = model.document.evaluation!;
      const found = model.evaluate(asked);
      const answers = model.predictEmbedded(asked);
      outcomes.push({
        ...{ shape, stated: stated.balancedAccuracy, interval: stated.interval },
        found: found.balancedAccuracy,
        calibrationFound: found.calibration.expectedError,
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
