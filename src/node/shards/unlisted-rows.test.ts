import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { writeDrawnRun } from "../../../test/support/shards/drawn-run.ts";
import { defaultAudioSettings } from "../../audio/audio.ts";
import { describeAudio } from "../../audio/audio-description.ts";
import { getViewSize, type VectorView } from "../../classifier/view.ts";
import { createHashCheck } from "../../embed/audio-hashes.ts";
import type { EmbeddedRecording } from "../../embed/embedded-recording.ts";
import { getEncoderSetInfo } from "../../workflow/encoder-set-info.ts";
import { trainGolem } from "../../workflow/train-golem.ts";
import { getCacheFolder } from "../disk/cache-folder.ts";
import { resolveEncoderSet } from "../models/resolve-encoder-set.ts";
import { embedFromRuns } from "./embed-from-runs.ts";
import { loadRunDataset, UnlistedRows } from "./run-dataset.ts";
import { readUnlisted } from "./unlisted-rows.ts";

const encoder = "google-speech-embedding";
const view: VectorView = { encoder, layer: 0, pooling: "mean", weight: 1 };

/** Opens a run with a sample of its recordings listed. */
async function openSample(recordings: number, maximumListed: number, options = {}) {
  const folder = join(await createScratchFolder(), "run");
  await writeDrawnRun(folder, { recordings, shardSize: 128, classes: 4, encoder, ...options });
  const encoderSet = await resolveEncoderSet({ encoder });
  const cache = getCacheFolder();
  const embed = async (listed?: number) => {
    const dataset = await loadRunDataset(folder, { maximumListed: listed });
    const openStore = () => Promise.reject(new Error("All embeddings are in the run."));
    const { embedded } = await embedFromRuns(dataset.recordings, encoderSet, { cache, openStore });
    return { dataset, embedded };
  };
  const { dataset, embedded } = await embed(maximumListed);
  const unlisted = dataset.unlisted as UnlistedRows;
  const read = (listed: readonly EmbeddedRecording[] = embedded, tested: readonly EmbeddedRecording[] = []) =>
    readUnlisted(unlisted, { listed, tested }, encoderSet, { cache });
  return { dataset, embedded, unlisted, read, encoderSet, all: (await embed()).embedded };
}

describe("recordings of a run that are not listed", () => {
  it("are those beyond a stratified sample, and are read with class and vectors", async () => {
    const { embedded, unlisted, read, encoderSet, all } = await openSample(1000, 200);
    expect(unlisted).toBeInstanceOf(UnlistedRows);
    expect([embedded.length, unlisted.count]).toEqual([200, 800]);
    for (const label of ["class 0", "class 3"]) {
      expect(embedded.filter((row) => row.label === label)).toHaveLength(50);
    }
    const { perClass, listed, createRows, audioHashes } = await read();
    expect(listed).toEqual(embedded);
    expect(perClass.get("class 2")).toEqual({ count: 200, seconds: 200 });
    expect(audioHashes).toHaveLength(800);
    const names = new Set(embedded.map(({ file }) => file));
    const others = all.filter(({ file }) => !names.has(file));
    const columns = getViewSize(view, getEncoderSetInfo(encoderSet))!;
    const pieces = [...createRows(["class 3", "class 2", "class 1", "class 0"]).read(view, columns)];
    expect(pieces.flatMap(({ labels }) => [...Array.from(labels)])).toEqual(
      others.map(({ label }) => 3 - Number(label.slice(-1))),
    );
    const vectors = Float32Array.from(pieces.flatMap(({ features }) => [...features.data]));
    const expected = Float32Array.from(
      others.flatMap(({ vectors: [own] }) => [...own!.subarray(0, columns)]),
    );
    expect(vectors).toEqual(expected);
  });

  it("are left out if they are copies, and an error if copies have another label", async () => {
    const { embedded, read, all } = await openSample(600, 200);
    const names = new Set(embedded.map(({ file }) => file));
    const other = all.find(({ file }) => !names.has(file))!;
    const { copies, createRows } = await read(embedded, [{ ...other, file: "tested.wav" }]);
    expect([copies, createRows(["class 0"]).count]).toEqual([1, 399]);
    await expect(read(embedded, [{ ...other, file: "tested.wav", label: "dog" }])).rejects.toThrow(
      `tested.wav ("dog") = ${other.file} ("${other.label}")`,
    );
  });

  it("are left out of folds that test a speaker or source of theirs", async () => {
    const spoken = await openSample(600, 200, { speakers: 12 });
    const rows = (await spoken.read()).createRows(["class 0", "class 1", "class 2", "class 3"]);
    expect(new Set(rows.groups).size).toBe(12);
    const [piece] = [...rows.read(view, 4)];
    const names = new Set(spoken.embedded.map(({ file }) => file));
    const others = spoken.all.filter(({ file }) => !names.has(file));
    expect(rows.groups[piece!.groups[0]!]).toBe(others[0]!.speaker);
    // Names that show a source only together with those of the others.
    const { read, embedded } = await openSample(600, 200, {
      name: (row: number) => `rec${Math.floor(row / 3)}_${row}.wav`,
    });
    const { listed, createRows } = await read(embedded);
    expect(listed.filter(({ source }) => source !== undefined).length).toBeGreaterThan(190);
    const sources = createRows(["class 0"]).groups;
    expect(sources.length).toBeGreaterThan(100);
    const own = new Set(listed.map(({ source }) => source));
    expect(sources.filter((source) => !own.has(source))).toEqual([]);
  });

  it("are treated as training recordings of the golem", async () => {
    const { embedded, read, encoderSet, all } = await openSample(1000, 400);
    const info = getEncoderSetInfo(encoderSet);
    const unlisted = await read();
    const golem = await trainGolem(
      {
        ...{ name: "drawn", recordings: embedded, unlisted, ...info, createdBy: "test" },
        ...{ audio: defaultAudioSettings, pipeline: describeAudio(defaultAudioSettings) },
      },
      { seed: 1 },
    );
    const { data, evaluation } = golem.document;
    expect(data).toMatchObject({ recordings: 1000, seconds: 1000, perClass: { "class 1": 250 } });
    expect(evaluation).toMatchObject({ recordings: 400, sampledFrom: 1000 });
    expect(golem.training.recordings).toHaveLength(400);
    const isUnlisted = createHashCheck(golem.training.unlisted?.audioHashes);
    expect(all.filter(({ facts }) => isUnlisted(facts.audioHash))).toHaveLength(600);
    expect(() => golem.evaluate(all)).toThrow("1000 are in the training set");
    // Training on two fifths of the recordings gives a lower score than on all of them.
    const alone = await trainGolem(
      {
        ...{ name: "drawn", recordings: embedded, ...info, createdBy: "test" },
        ...{ audio: defaultAudioSettings, pipeline: describeAudio(defaultAudioSettings) },
      },
      { seed: 1 },
    );
    expect(Number(evaluation!.logLoss)).toBeLessThan(Number(alone.document.evaluation!.logLoss));
  });
});
