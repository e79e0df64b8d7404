/**
 * Compares an exported ONNX file with its golem, in numbers and in time: real recordings of every set, whole
 * and cut to several lengths, through one session of plain ONNX Runtime.
 *
 *   npx tsx runs/export-onnx.ts [FOLDER]
 *
 * FOLDER contains the data sets and their draws (default ../shared/data). Golems are trained without words on
 * draw 0; the recordings are those of its test part, prepared as for the golem: trimmed, at most 30 s. Writes
 * runs/results/export-onnx.json and export-onnx.md.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { resolve } from "node:path";
import { performance } from "node:perf_hooks";
import * as ort from "onnxruntime-node";
import { openAudio } from "../src/audio/open-audio.ts";
import { createPublicGolem } from "../src/golem/public-golem.ts";
import { openDataset } from "../src/node/data/open-dataset.ts";
import { buildGolemOnnx } from "../src/node/export/golem-onnx.ts";
import { loadEncoderSet } from "../src/node/models/load-encoder-set.ts";
import { train } from "../src/node/train.ts";

const folder = resolve(process.argv[2] ?? "../shared/data");
const recordingsPerSet = 25;
const cutSeconds = [0.05, 0.3, 0.9, 2, 12];
const rounds = 15;

interface Measurement {
  readonly set: string;
  readonly bytes: number;
  readonly recordings: number;
  readonly sounds: number;
  readonly shortest: number;
  readonly longest: number;
  readonly largestDifference: number;
  readonly otherLabels: number;
  readonly otherUnknown: number;
  /** Medians of 2 s in milliseconds, in turn. */
  readonly onnxMilliseconds: number;
  readonly golemMilliseconds: number;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

async function measure(set: string): Promise<Measurement> {
  const draw = resolve(folder, "draws", set, "0");
  const golem = await train(resolve(draw, "train.csv"), { transcript: false, repeats: 1 });
  const { model } = createPublicGolem(golem.model);
  const { bytes } = await buildGolemOnnx({ model, encoderSet: golem.encoderSet, licence: "unknown" });
  const session = await ort.InferenceSession.create(bytes);
  const encoderSet = await loadEncoderSet(golem.encoderSet, { threads: availableParallelism() });
  const { labels, familiarity } = model.document;
  const runOnnx = async (samples: Float32Array) => {
    const feeds = { samples: new ort.Tensor("float32", samples, [1, samples.length]) };
    const { probabilities, familiarity: found } = await session.run(feeds);
    return { scores: Array.from(probabilities!.data, Number), familiar: Number(found!.data[0]) };
  };
  const runGolem = async (samples: Float32Array) => {
    const vectors = [];
    for (const encoder of encoderSet.encoders) vectors.push((await encoder.encode(samples)).vector);
    return model.predictEmbedded([{ vectors }])[0]!;
  };
  const sounds: Float32Array[] = [];
  for (const recording of (await openDataset(resolve(draw, "test.csv"), {})).recordings.slice(
    0,
    recordingsPerSet,
  )) {
    const source = await recording.open();
    for await (const window of (await openAudio(source)).windows()) sounds.push(window);
    await source.close();
  }
  const joined = Float32Array.from(sounds.flatMap((samples) => [...samples]));
  const start = Math.floor(joined.length / 3);
  for (const seconds of cutSeconds) {
    const cut = joined.subarray(start, start + Math.round(seconds * 16_000));
    if (cut.length === Math.round(seconds * 16_000)) sounds.push(cut);
  }
  let largestDifference = 0;
  let otherLabels = 0;
  let otherUnknown = 0;
  for (const samples of sounds) {
    const { scores, familiar } = await runOnnx(samples);
    const expected = await runGolem(samples);
    for (const [k, label] of labels.entries()) {
      largestDifference = Math.max(largestDifference, Math.abs(scores[k]! - expected.scores[label]!));
    }
    if (labels[scores.indexOf(Math.max(...scores))] !== expected.label) otherLabels++;
    if (familiar < familiarity!.threshold !== expected.unknown) otherUnknown++;
  }
  const two = joined.slice(0, 32_000);
  const times = { onnx: [] as number[], golem: [] as number[] };
  const clock = async (kept: number[], run: (samples: Float32Array) => Promise<unknown>) => {
    const before = performance.now();
    await run(two);
    kept.push(performance.now() - before);
  };
  for (let round = 0; round < rounds; round++) {
    await clock(times.onnx, runOnnx);
    await clock(times.golem, runGolem);
  }
  await session.release();
  await encoderSet.dispose();
  await golem.dispose();
  const seconds = sounds.map(({ length }) => length / 16_000);
  return {
    ...{
      set,
      bytes: bytes.length,
      recordings: Math.min(recordingsPerSet, sounds.length),
      sounds: sounds.length,
    },
    ...{
      shortest: Math.min(...seconds),
      longest: Math.max(...seconds),
      largestDifference,
      otherLabels,
      otherUnknown,
    },
    ...{ onnxMilliseconds: median(times.onnx), golemMilliseconds: median(times.golem) },
  };
}

const results: Measurement[] = [];
for (const set of ["digits", "drinks", "esc10", "commands", "wakewords"]) {
  results.push(await measure(set));
  console.log(JSON.stringify(results.at(-1)));
}
writeFileSync("runs/results/export-onnx.json", `${JSON.stringify(results, null, 1)}\n`);
const rows = results.map(
  (r) =>
    `| ${r.set} | ${(r.bytes / 1e6).toFixed(1)} MB | ${r.sounds} | ${r.shortest.toFixed(2)} to ${r.longest.toFixed(1)} s | ${r.largestDifference.toExponential(1)} | ${r.otherLabels} | ${r.otherUnknown} | ${r.onnxMilliseconds.toFixed(0)} ms | ${r.golemMilliseconds.toFixed(0)} ms | ${(r.onnxMilliseconds / r.golemMilliseconds).toFixed(2)} |`,
);
writeFileSync(
  "runs/results/export-onnx.md",
  `# An exported ONNX file against its golem

By \`npx tsx runs/export-onnx.ts\`; golems without words, trained on draw 0 of each set, recordings of its test side whole and cut to other lengths, all lengths in one
session of plain ONNX Runtime. Times: 2 s of sound already decoded, median of ${rounds} in turn, encoders and heads only, wall time, so on a busy machine only the two beside each other say something; ${cpus().length} cores of ${cpus()[0]?.model.trim()}.

| golem of | file | sounds | lengths | largest difference of a probability | other labels | other \`unknown\` | ONNX file | golem | ONNX file / golem |
|---|---:|---:|---|---:|---:|---:|---:|---:|---:|
${rows.join("\n")}
`,
);
