/** Training on more recordings than fit in memory: vectors are read from shards and give the same head. */
import { expect, it } from "vitest";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { writeDrawnRun } from "../../../test/support/shards/drawn-run.ts";
import { describeAudio } from "../../audio/audio-description.ts";
import { getAudioSettings } from "../../embed/embed-source.ts";
import type { EmbeddedRecording } from "../../embed/embedded-recording.ts";
import { createNullStore } from "../../embed/memory-store.ts";
import { encodeGolem } from "../../golem/golem-encoding.ts";
import { maximumDense } from "../../head/large-ridge.ts";
import { getEncoderSetInfo } from "../../workflow/encoder-set-info.ts";
import { trainGolem } from "../../workflow/train-golem.ts";
import { getCacheFolder } from "../disk/cache-folder.ts";
import { resolveEncoderSet } from "../models/resolve-encoder-set.ts";
import { embedFromRuns } from "./embed-from-runs.ts";
import { loadRunDataset } from "./run-dataset.ts";

it("gives the same head as vectors in memory, byte for byte", { timeout: 900_000 }, async () => {
  const folder = await createScratchFolder();
  const recordings = maximumDense + 100;
  const encoder = "google-speech-embedding";
  await writeDrawnRun(folder, { recordings, shardSize: 512, classes: 4, encoder });
  const cache = getCacheFolder();
  const encoderSet = await resolveEncoderSet({ encoder });
  const { recordings: listed } = await loadRunDataset(folder, {});
  const openStore = async () => createNullStore();
  const { embedded } = await embedFromRuns(listed, encoderSet, { cache, openStore });
  expect(embedded).toHaveLength(recordings);
  const whole = embedded.map((own): EmbeddedRecording => ({ ...own, vectors: [...own.vectors] }));
  expect([embedded, whole].map(([first]) => typeof first!.vectors.readLayer)).toEqual([
    "function",
    "undefined",
  ]);
  const audio = getAudioSettings(16_000);
  const train = async (rows: readonly EmbeddedRecording[]) => {
    const input = {
      name: "drawn",
      recordings: rows,
      audio,
      pipeline: describeAudio(audio),
      createdBy: "test",
    };
    return encodeGolem(await trainGolem({ ...input, ...getEncoderSetInfo(encoderSet) }, { seed: 0 }));
  };
  const [read, kept] = [await train(embedded), await train(whole)];
  expect(read["head.safetensors"]).toEqual(kept["head.safetensors"]);
  expect(read["golem.json"]).toEqual(kept["golem.json"]);
});
