/**
 * Every encoder, layer and head on real recordings: about fifty to train on, speakers or sources never heard to test on.
 *
 *   npx tsx runs/first-golem.ts [FOLDER]
 *
 * FOLDER holds the data sets and their draws (default ../shared/data); each draw is a train.csv and a test.csv. Writes
 * runs/results/first-golem.json (every draw) and first-golem.md (means over draws). Nothing is chosen on test data; `auto`
 * chooses on training data as `golem train` does.
 */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { encoderDefinitions } from "../src/encoder/registry.ts";
import { computeConfusion, computeScores, getPredictions } from "../src/evaluate/metrics.ts";
import { type ClassifierOptions, fitClassifier } from "../src/golem/classifier.ts";
import type { EmbeddedRecording } from "../src/golem/embedded-recording.ts";
import { headKinds } from "../src/head/head.ts";
import { getCacheFolder } from "../src/node/cache-folder.ts";
import { loadDataset } from "../src/node/dataset-files.ts";
import { embedRecordings } from "../src/node/embed-recordings.ts";
import { openEmbeddingStore } from "../src/node/lmdb-store.ts";

const folder = resolve(process.argv[2] ?? "../shared/data");
const sets = ["digits", "drinks", "esc10", "commands", "wakewords"];
const store = await openEmbeddingStore(getCacheFolder().embeddings);

/** One measured number: balanced accuracy on the test part of one draw. */
interface Measurement {
  readonly set: string;
  readonly draw: string;
  readonly encoder: string;
  readonly layer: number | "auto";
  readonly head: string;
  readonly pooling: string;
  readonly balancedAccuracy: number;
  /** The layer that was chosen for a head named. */
  readonly chosen?: number;
}

const measurements: Measurement[] = [];
for (const set of sets) {
  for (const draw of readdirSync(join(folder, "draws", set)).sort()) {
    for (const { info } of Object.values(encoderDefinitions)) {
      const load = async (part: string): Promise<EmbeddedRecording[]> => {
        const { recordings } = await loadDataset(join(folder, "draws", set, draw, `${part}.csv`));
        const { embedded, skipped } = await embedRecordings(recordings, { encoder: info.id, store });
        if (skipped.length > 0) console.error(set, draw, part, skipped);
        return embedded;
      };
      const train = await load("train");
      const test = await load("test");
      const labels = [...new Set(train.map((recording) => recording.label))].sort();
      const truth = (recordings: EmbeddedRecording[]) => recordings.map(({ label }) => labels.indexOf(label));
      const measure = (options: Omit<ClassifierOptions, "seed">): void => {
        const classifier = fitClassifier(
          train.map(({ vector }) => vector),
          truth(train),
          labels.length,
          info,
          { ...options, seed: 0 },
        );
        const predicted = getPredictions(classifier.computeProbabilities(test.map(({ vector }) => vector)));
        const { balancedAccuracy } = computeScores(computeConfusion(truth(test), predicted, labels.length));
        const { layer = "auto", head = "auto", pooling = "mean+std" } = options;
        measurements.push({
          ...{ set, draw, encoder: info.id, layer: layer === "last" ? info.layers - 1 : layer },
          ...{ head, pooling, balancedAccuracy },
          ...(layer === "auto" && head !== "auto" ? { chosen: classifier.fitted[0]!.view.layer } : {}),
        });
      };
      for (let layer = 0; layer < info.layers; layer++) {
        for (const head of headKinds) measure({ layer, head });
      }
      measure({ layer: "auto" });
      measure({ layer: "auto", head: "logistic" });
      // The recipe of one linear layer on the mean of the last layer.
      measure({ layer: "last", head: "linear", pooling: "mean" });
    }
    console.error(`${set} ${draw}`);
  }
}
await store.close();

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const select = (match: Partial<Measurement>): Measurement[] =>
  measurements.filter((row) =>
    Object.entries(match).every(([key, value]) => row[key as keyof Measurement] === value),
  );
const cell = (match: Partial<Measurement>): string => {
  const rows = select(match);
  return rows.length === 0
    ? ""
    : mean(rows.map((row) => row.balancedAccuracy))
        .toFixed(3)
        .replace(/^0/, "");
};
const table = (rows: readonly { name: string; match: Partial<Measurement> }[]): string => {
  const lines = [`| | ${sets.join(" | ")} | mean |`, `|---|${sets.map(() => "---:|").join("")}---:|`];
  for (const { name, match } of rows) {
    const cells = sets.map((set) => cell({ ...match, set }));
    lines.push(
      `| ${name} | ${cells.join(" | ")} | ${mean(cells.map(Number)).toFixed(3).replace(/^0/, "")} |`,
    );
  }
  return lines.join("\n");
};
const layersOf = (encoder: string) =>
  Array.from({ length: encoderDefinitions[encoder]!.info.layers }, (_, i) => i);
const last = (encoder: string) => encoderDefinitions[encoder]!.info.layers - 1;

const draws = new Set(measurements.map(({ draw }) => draw)).size;
const choices = sets.map((set) => {
  const counts = new Map<number, number>();
  for (const { chosen } of select({ set, encoder: "moonshine-tiny", layer: "auto", head: "logistic" })) {
    counts.set(chosen!, (counts.get(chosen!) ?? 0) + 1);
  }
  return `${set}: ${[...counts]
    .sort((a, b) => a[0] - b[0])
    .map(([layer, count]) => `layer ${layer} ${count}x`)
    .join(", ")}`;
});
const report = `# First golem: encoders, layers and heads

Balanced accuracy on recordings held out of training, mean over ${draws} draws of about 50 training recordings each. Speakers
(digits, commands) or sources (esc10) of the test part are never in the training part; drinks and wakewords name no speakers, so
their splits are by recording. Features: mean and standard deviation over time unless said otherwise, standardised on the
training part. Chance: digits, drinks, esc10 .100, commands .033, wakewords .167.
Made by \`runs/first-golem.ts\` with Node ${process.version} on ${cpus().length} x ${cpus()[0]?.model ?? "unknown CPU"}.

## Each layer with the logistic head (C = 0.03)

${table([
  ...layersOf("moonshine-tiny").map((layer) => ({
    name: `moonshine-tiny, layer ${layer}`,
    match: { encoder: "moonshine-tiny", layer, head: "logistic" },
  })),
  {
    name: "google-speech-embedding",
    match: { encoder: "google-speech-embedding", layer: 0, head: "logistic" },
  },
  { name: "mfcc", match: { encoder: "mfcc", layer: 0, head: "logistic" } },
])}

## Default, and the recipe this project starts from

${table([
  {
    name: "`golem train` without flags (moonshine-tiny, ridge on every layer, fused)",
    match: { encoder: "moonshine-tiny", layer: "auto", head: "auto" },
  },
  {
    name: "`--head logistic`: on the layer with the best leave-one-out likelihood",
    match: { encoder: "moonshine-tiny", layer: "auto", head: "logistic" },
  },
  {
    name: "linear on the mean of moonshine-tiny's last layer",
    match: { encoder: "moonshine-tiny", head: "linear", pooling: "mean" },
  },
])}

Layers that --head logistic chose: ${choices.join("; ")}.

## Every head on every layer

${["moonshine-tiny", "google-speech-embedding", "mfcc"]
  .map((encoder) =>
    table(
      layersOf(encoder).flatMap((layer) =>
        headKinds.map((head) => ({
          name: `${encoder}${last(encoder) > 0 ? `, layer ${layer}` : ""}, ${head}`,
          match: { encoder, layer, head, pooling: "mean+std" },
        })),
      ),
    ),
  )
  .join("\n\n")}
`;
mkdirSync("runs/results", { recursive: true });
writeFileSync("runs/results/first-golem.json", `${JSON.stringify(measurements, null, 1)}\n`);
writeFileSync("runs/results/first-golem.md", report);
console.log(report);
