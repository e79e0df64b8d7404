/**
 * Tests a golem's statements on real recordings: how often the stated 95 % interval of cross-validation
 * contains the balanced accuracy on all recordings that were not used for training, and how often label sets
 * and the threshold for unknown are right.
 *
 *   npx tsx runs/coverage.ts [FOLDER] [DRAWS]
 *
 * FOLDER contains the data sets (default ../shared/data). DRAWS is the number of draws per set (default 40,
 * 200 in all; half of the speakers may be used for training, the others for testing). Writes
 * runs/results/coverage.json and coverage.md.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { resolve } from "node:path";
import { defaultAudioSettings } from "../src/audio/audio.ts";
import { describeAudio } from "../src/audio/audio-description.ts";
import { createFoldRunner } from "../src/node/threads/fold-runner-node.ts";
import { trainGolem } from "../src/workflow/train-golem.ts";
import { drawRecordings, getShots, loadRealSet, selectEmbeddings, setNames } from "./scoreboard/real-set.ts";
import { defaultRecipe } from "./scoreboard/recipes.ts";

const folder = resolve(process.argv[2] ?? "../shared/data");
const drawsASet = Number(process.argv[3] ?? 40);

/** The statements of one golem, and the results on recordings that were not used for its training. */
interface Outcome {
  readonly set: string;
  readonly draw: number;
  readonly stated: number;
  readonly interval: readonly [low: number, high: number];
  readonly found: number;
  readonly tested: number;
  /** Expected calibration error, out of fold and on the test recordings. */
  readonly calibrationStated: number;
  readonly calibrationFound: number;
  /** Share of test recordings whose label set contains the true label, and the mean size of the sets. */
  readonly setsHold: number;
  readonly setSize: number;
  readonly flagged: number;
}

const outcomes: Outcome[] = [];
for (const name of setNames) {
  const set = await loadRealSet(folder, name);
  for (let draw = 0; draw < drawsASet; draw++) {
    // Seeds that differ from those of the published draws.
    const { train, test } = drawRecordings(set, getShots(set), 1000 + draw);
    const taught = selectEmbeddings(train, set.encoderSet, defaultRecipe);
    const asked = selectEmbeddings(test, set.encoderSet, defaultRecipe).rows;
    const model = await trainGolem(
      {
        ...{ name, recordings: taught.rows, encoders: taught.encoderSet.encoders },
        ...{ transcriber: taught.encoderSet.transcriber, audio: defaultAudioSettings },
        ...{ pipeline: describeAudio(defaultAudioSettings), createdBy: "runs/coverage.ts" },
      },
      { seed: draw, createFoldRunner },
    );
    const stated = model.document.evaluation!;
    const { calibration } = stated as unknown as { calibration: { expectedError: number } };
    const found = model.evaluate(asked);
    const answers = model.predictEmbedded(asked);
    const holds = answers.filter(({ labelSet }, i) => labelSet!.includes(asked[i]!.label)).length;
    outcomes.push({
      ...{ set: name, draw, stated: stated.balancedAccuracy, interval: stated.interval },
      ...{ found: found.balancedAccuracy, tested: asked.length },
      calibrationStated: calibration.expectedError,
      calibrationFound: found.calibration.expectedError,
      setsHold: holds / answers.length,
      setSize: answers.reduce((sum, { labelSet }) => sum + labelSet!.length, 0) / answers.length,
      flagged: answers.filter(({ unknown }) => unknown).length / answers.length,
    });
  }
  console.error(name);
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
const describe = (name: string, rows: readonly Outcome[]): string => {
  const above = rows.filter(({ interval, found }) => found > interval[1]).length;
  const below = rows.filter(({ interval, found }) => found < interval[0]).length;
  return `| ${[
    name,
    rows.length,
    percent(1 - (above + below) / rows.length),
    above,
    below,
    ...[mean(rows.map(({ stated }) => stated)), mean(rows.map(({ found }) => found))].map((x) =>
      x.toFixed(3),
    ),
    mean(rows.map(({ interval: [low, high] }) => high - low)).toFixed(3),
    percent(mean(rows.map(({ setsHold }) => setsHold))),
    mean(rows.map(({ setSize }) => setSize)).toFixed(2),
    percent(mean(rows.map(({ flagged }) => flagged))),
  ].join(" | ")} |`;
};
const report = `# What a golem says of itself, on real recordings

${outcomes.length} golems, each trained by the default recipe on about 50 recordings and asked about all recordings it was not trained on:
those of other speakers (digits, commands) or sources (esc10), or, where none are named (drinks, wakewords), all others. The interval
is that of \`golem train\` (cross-validation on the training recordings, 95 %). Draws of one set overlap, so they say less than as many
independent ones. Label sets are meant to hold the true label in 90 % of cases, the threshold for unknown to turn away 5 %.
Made by \`runs/coverage.ts\` with Node ${process.version} on ${cpus().length} x ${cpus()[0]?.model ?? "unknown CPU"}.

| | golems | interval holds | found above | found below | stated | found | width | label sets hold | labels per set | flagged unknown |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
${setNames
  .map((name) =>
    describe(
      name,
      outcomes.filter(({ set }) => set === name),
    ),
  )
  .join("\n")}
${describe("all", outcomes)}
`;
mkdirSync("runs/results", { recursive: true });
writeFileSync("runs/results/coverage.json", `${JSON.stringify(outcomes, null, 1)}\n`);
writeFileSync("runs/results/coverage.md", report);
console.log(report);
