/**
 * Measures the effect of varied copies of training recordings: balanced accuracy with about fifty recordings
 * on new speakers, clean and in noise.
 *
 *   npx tsx runs/augment.ts [FOLDER] [SETS]
 *
 * FOLDER contains the data sets and their draws (default ../shared/data); SETS are names separated by commas.
 * Writes runs/results/augment.json (every draw) and augment.md. Ranges of the variation were fixed before
 * anything was measured.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { resolve } from "node:path";
import { listVariations } from "../src/augment/variation.ts";
import { fitClassifier } from "../src/classifier/classifier.ts";
import type { Augmentation } from "../src/classifier/fusion/fit-fusion.ts";
import type { EmbeddedRecording } from "../src/embed/embedded-recording.ts";
import { computeConfusion, computeScores, getPredictions } from "../src/evaluate/metrics.ts";
import { loadVariedSet } from "./augment/material.ts";
import { type Flagged, measureNewWords } from "./augment/new-words.ts";
import { toRows } from "./scoreboard/real-set.ts";

const folder = resolve(process.argv[2] ?? "../shared/data");
const setNames = (process.argv[3] ?? "digits,drinks,esc10,commands,wakewords,banking").split(",");
const copies = 3;
const maximumDraws = 6;
/** Kinds that are measured: those of the copies, and one more. */
const kinds = listVariations(copies + 1).map(({ kind }) => kind);

/** One way to train: which copies are used, and for what. */
interface Way {
  readonly name: string;
  readonly places: readonly number[];
  readonly augment: Augmentation;
}

const ways: readonly Way[] = [
  { name: "recordings alone (`--augment none`)", places: [], augment: "none" },
  ...kinds.map((kind, place): Way => ({ name: `with copies: ${kind}`, places: [place], augment: "auto" })),
  { name: "all copies in every head (`--augment 3`)", places: [0, 1, 2], augment: copies },
  { name: "with copies: room, noise, speed", places: [0, 1, 3], augment: "auto" },
  { name: "with copies: all four kinds", places: [0, 1, 2, 3], augment: "auto" },
  { name: "`golem train`, no flags", places: [0, 1, 2], augment: "auto" },
];

interface Measurement {
  readonly set: string;
  readonly way: string;
  /** Per draw. */
  readonly clean: number[];
  readonly noisy: number[];
  readonly noisier: number[];
  readonly logLoss: number[];
  /** Weight in the fusion of heads that were fitted to copies. */
  readonly share: number[];
}

const measurements: Measurement[] = [];
const flagged: { set: string; alone: Flagged; varied: Flagged }[] = [];
for (const set of setNames) {
  const loaded = await loadVariedSet(folder, set, { copies: kinds.length, draws: maximumDraws });
  const { classes, encoderSet, draws } = loaded;
  // The only division of the demo has too few recordings for this.
  if (set !== "banking") flagged.push({ set, ...measureNewWords(loaded) });
  for (const { name, places, augment } of ways) {
    const result: Measurement = { set, way: name, clean: [], noisy: [], noisier: [], logLoss: [], share: [] };
    for (const { train, clean, noisy, noisier } of draws) {
      const all = toRows(train, classes);
      const rows = { ...all, copies: all.copies!.map((own) => places.flatMap((place) => own[place] ?? [])) };
      const classifier = fitClassifier(rows, encoderSet, { seed: 0, augment });
      const score = (recordings: readonly EmbeddedRecording[]) => {
        const probabilities = classifier.computeProbabilities(recordings);
        const truth = recordings.map(({ label }) => classes.indexOf(label));
        const confusion = computeConfusion(truth, getPredictions(probabilities), classes.length);
        const loss = truth.map(
          (k, row) => -Math.log(Math.max(1e-12, probabilities.data[row * classes.length + k]!)),
        );
        return {
          balancedAccuracy: computeScores(confusion).balancedAccuracy,
          logLoss: loss.reduce((a, b) => a + b) / loss.length,
        };
      };
      const cleanScore = score(clean);
      result.clean.push(cleanScore.balancedAccuracy);
      result.logLoss.push(cleanScore.logLoss);
      result.noisy.push(score(noisy).balancedAccuracy);
      result.noisier.push(score(noisier).balancedAccuracy);
      result.share.push(classifier.variedShare ?? 0);
    }
    measurements.push(result);
  }
  console.error(set);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const show = (value: number): string => value.toFixed(3).replace(/^0/, "");
const head = `| | ${setNames.join(" | ")} | mean |\n|---|${setNames.map(() => "---:|").join("")}---:|`;
const table = (field: "clean" | "noisy" | "noisier" | "logLoss" | "share"): string =>
  [
    head,
    ...ways.map(({ name }) => {
      const cells = setNames.map((set) =>
        mean(measurements.find((row) => row.set === set && row.way === name)![field]),
      );
      return `| ${name} | ${[...cells, mean(cells)].map(show).join(" | ")} |`;
    }),
  ].join("\n");
const percent = (value: number): string => `${Math.round(100 * value)} %`;
const flaggedRows = flagged.map(({ set, alone, varied }) => {
  const cells = (["known", "knownInNoise", "leftOut"] as const).map(
    (field) => `${percent(alone[field])} -> ${percent(varied[field])}`,
  );
  return `| ${set} | ${cells.join(" | ")} | ${show(alone.ranking)} -> ${show(varied.ranking)} |`;
});
const report = `# Varied copies of training recordings

Mean over ${maximumDraws} of the published draws of about 50 training recordings each (banking: the one division of the demo), with copies
of each: room (a room, tilt or telephone, noise 10 to 25 dB below), noise (3 to 18 dB below), cut (a window that starts late or ends
early, noise 10 to 35 dB below), speed (.88 to 1.14). \`golem train\` without flags makes the first three. Speakers (digits,
commands, banking) and source recordings (esc10) of the test part are never in the training part. "In noise": the same test recordings,
half of them with pink noise, half with babble of three recordings of other classes, 8 dB below their louder half; "in more noise": 8 dB
below their loudest tenth of a second.
"With copies": weighed against heads on recordings alone by the likelihood of left-out recordings. Made by \`runs/augment.ts\` with Node
${process.version} on ${cpus().length} x ${cpus()[0]?.model ?? "unknown CPU"}.

## Balanced accuracy

${table("clean")}

## Balanced accuracy in noise

${table("noisy")}

## Balanced accuracy in more noise

${table("noisier")}

## Log-loss, nats

${table("logLoss")}

## Share in the decision of heads that were fitted to copies

${table("share")}

## What is called unknown

Share of test recordings that are flagged, in each draw with a third of the classes left out of training, without copies -> with
copies (room, noise, cut). The threshold is meant to flag 5 % of known classes. Ranking: how often a recording of a left-out class is less
familiar than one of a known class.

| | known classes | known classes in noise | classes left out | ranking |
|---|---:|---:|---:|---:|
${flaggedRows.join("\n")}
`;
mkdirSync("runs/results", { recursive: true });
writeFileSync("runs/results/augment.json", `${JSON.stringify({ measurements, flagged }, null, 1)}\n`);
writeFileSync("runs/results/augment.md", report);
console.log(report);
