/** Runs every procedure in an environment in memory. */
import { expect, it } from "vitest";
import { makeEmbeddings } from "../../test/support/make-embeddings.ts";
import { createInlineRunner, fitPredictRows } from "../classifier/fold-runner.ts";
import type { Dataset, Recording, Split } from "../dataset/dataset.ts";
import type { EmbeddedRecording } from "../embed/embedded-recording.ts";
import { mfccInfo } from "../encoder/mfcc.ts";
import { compareHeads } from "./compare-heads.ts";
import type { Environment, Warning } from "./environment.ts";
import { evaluate } from "./evaluate.ts";
import { examineDataset } from "./examine-recordings.ts";
import { computeCurve } from "./measure-curve.ts";
import { suggest } from "./suggest-recordings.ts";
import { train } from "./train.ts";

const { layers, dimensions } = mfccInfo;

/** Recordings as the encoder `mfcc` would embed them. */
function createRows(seed: number, split: Split): EmbeddedRecording[] {
  return makeEmbeddings({ classes: 3, shots: 6, seed }).map((row) => {
    const vector = new Float32Array(layers * 2 * dimensions);
    vector.set(row.vectors[0]!.subarray(0, vector.length));
    return { ...row, vectors: [vector], split };
  });
}

function createDataset(name: string, rows: readonly EmbeddedRecording[]): Dataset {
  const open = () => Promise.reject(new Error("there are no bytes"));
  const recordings = rows.map(({ file, label, split }): Recording => ({ file, label, split, open }));
  const skipped = [{ file: "broken.wav", code: "unreadable", message: "It is broken.", hint: "" }] as const;
  return { name, recordings, warnings: [], skipped };
}

const rows = [...createRows(1, "train"), ...createRows(2, "test")];
const others = createRows(3, "none");
const datasets = [createDataset("all", rows), createDataset("others", others)];
const byFile = new Map([...rows, ...others].map((row) => [row.file, row]));

const environment: Environment = {
  openDataset: async (data) =>
    typeof data === "string" ? datasets.find(({ name }) => name === data)! : data,
  resolveEncoderSet: async () => ({
    encoders: [{ info: mfccInfo, description: "", licence: "MIT", source: { kind: "built-in" } }],
    transcriber: undefined,
  }),
  embed: async (recordings) => ({
    embedded: recordings.map(({ file, label, split }) => ({ ...byFile.get(file)!, label, split })),
    ...{ skipped: [], warnings: [], computed: 0 },
  }),
  createFoldRunner: createInlineRunner,
  createCandidateRunner: (problem) => ({
    concurrency: 1,
    fitPredict: (options, trained, tested) => fitPredictRows(problem, trained, tested, options),
    close: async () => {},
  }),
};

it("trains, evaluates, measures, examines and suggests", async () => {
  const warnings: Warning[] = [];
  const onWarning = (warning: Warning) => warnings.push(warning);
  const golem = await train(environment, "all", { repeats: 2, head: "ridge", layer: "last", onWarning });
  const { document } = golem.model;
  expect(document.evaluation).toMatchObject({
    ...{ protocol: "held-out", recordings: 18, skipped: [{ file: "broken.wav" }] },
  });
  expect([golem.trainRows.length, golem.testRows.length]).toEqual([18, 18]);
  expect(golem.encoderSet).toEqual(await environment.resolveEncoderSet({}, {}));
  const again = await train(environment, "all", { repeats: 2, head: "ridge", layer: "last" });
  expect(again.model.encode()).toEqual(golem.model.encode());

  const tested = await evaluate(environment, golem, "others", { limit: 9 });
  expect(tested).toMatchObject({ name: "others", evaluation: { recordings: 9 } });

  const curve = await computeCurve(environment, "all", { head: "ridge", layer: "last", repeats: 1 });
  expect(curve).toMatchObject({ recordings: 18, skipped: [{ file: "broken.wav" }] });

  const choices = { layer: "last", repeats: 1 } as const;
  const bounds = { names: ["centroid", "ridge"], startClock: () => () => 0 };
  const { candidates } = await compareHeads(environment, "all", choices, bounds);
  expect(candidates.map(({ name }) => name)).toEqual(["centroid", "ridge"]);

  const diagnosis = await examineDataset(environment, "all", {});
  expect(diagnosis).toMatchObject({ recordings: 36, classes: 3 });
  expect(diagnosis.findings.map(({ kind }) => kind)).toContain("unreadable");

  const pool = { recordings: datasets[1]!.recordings, skipped: [] };
  const { suggestions } = await suggest(environment, golem, pool, { count: 3 });
  expect(suggestions).toHaveLength(3);
  const known = { recordings: datasets[0]!.recordings.slice(0, 18), skipped: [] };
  await expect(suggest(environment, golem, known, {})).rejects.toMatchObject({ code: "no-recordings" });
  await expect(suggest(environment, golem, pool, { count: 0 })).rejects.toMatchObject({
    code: "invalid-option",
  });
  expect(warnings).toEqual([]);
});

it("names the recordings whose source the golem was trained on", async () => {
  const cut = (seed: number, first: number): EmbeddedRecording[] =>
    createRows(seed, "none").map(({ speaker: _, ...row }, i) => ({
      ...row,
      file: `${row.label}/rec${i % 2}_${String(first + i).padStart(2, "0")}.wav`,
    }));
  const [trained, tested] = [cut(11, 0), cut(12, 30)];
  for (const row of [...trained, ...tested]) byFile.set(row.file, row);
  const options = { repeats: 1, head: "ridge", layer: "last" } as const;
  const golem = await train(environment, createDataset("trained", trained), options);
  const warnings: Warning[] = [];
  const onWarning = (warning: Warning) => warnings.push(warning);
  const { evaluation } = await evaluate(environment, golem, createDataset("tested", tested), { onWarning });
  expect(warnings.map(({ code }) => code)).toEqual(["training-sources"]);
  expect(warnings[0]!.message).toMatch(/^18 recordings of tested are, by their names, pieces .*rec0_30.wav/);
  expect(evaluation).toMatchObject({ sourcesMixed: true, groupedBy: "source", grouping: "none" });

  warnings.length = 0;
  const mixed = createDataset("mixed", [...trained.slice(0, 3), ...createRows(13, "none")]);
  for (const row of createRows(13, "none")) byFile.set(row.file, row);
  const second = await evaluate(environment, golem, mixed, { onWarning });
  expect(warnings.map(({ code }) => code)).toEqual(["training-recordings"]);
  expect(second.evaluation).toMatchObject({
    recordings: 18,
    overlap: trained.slice(0, 3).map(({ file }) => file),
  });
});
