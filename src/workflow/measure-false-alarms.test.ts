/** False alarms are measured on classes that were left out, and this is recorded in the golem. */
import { expect, it } from "vitest";
import { makeEmbeddings, testEncoder } from "../../test/support/make-embeddings.ts";
import { defaultAudioSettings } from "../audio/audio.ts";
import { describeAudio } from "../audio/audio-description.ts";
import { deriveThresholds } from "../detect/false-alarms.ts";
import type { EmbeddedRecording } from "../embed/embedded-recording.ts";
import { decodeGolemModel, golemFiles } from "../golem/golem-model.ts";
import { pickPublicDocument } from "../golem/public-document.ts";
import { maximumMeasured, pickMeasuredRows } from "./measure-false-alarms.ts";
import { trainGolem } from "./train-golem.ts";

const train = (recordings: readonly EmbeddedRecording[], hasNegatives: boolean) =>
  trainGolem(
    {
      ...{ name: "made up", recordings, encoders: [testEncoder], audio: defaultAudioSettings },
      ...{ pipeline: describeAudio(defaultAudioSettings), createdBy: "a test" },
      negatives: hasNegatives
        ? recordings.map(({ vectors }, row) => ({
            row,
            pieces: [{ vectors: vectors.map((vector) => vector.map((value) => value / 2)) }],
            noise: [{ vectors: vectors.map((vector) => vector.map((_, j) => Math.sin(j * (row + 1)))) }],
          }))
        : undefined,
    },
    { seed: 0, repeats: 1 },
  );

it("leaves out every class once, and stores the result in the golem", async () => {
  const recordings = makeEmbeddings({ classes: 6, shots: 6, seed: 1 });
  const model = await train(recordings, true);
  const { falseAlarms, labels } = model.document;
  expect(falseAlarms!.sounds).toEqual({ others: 36, pieces: 36, noise: 36 });
  expect(falseAlarms!.heldOut).toBe(36);
  // Known recordings are at 0 by definition; nothing here is like these.
  expect(falseAlarms!.familiarity).toBeLessThan(-1);
  const { thresholds, missed } = deriveThresholds(model.document, 10);
  expect(thresholds).toHaveLength(labels.length);
  expect(missed).toBeLessThan(0.5);
  const files = model.encode();
  const read = decodeGolemModel({
    document: files[golemFiles.document]!,
    tensors: files[golemFiles.tensors]!,
    training: files[golemFiles.training]!,
  });
  expect(read.document.falseAlarms).toEqual(falseAlarms);
  expect(pickPublicDocument(read.document).falseAlarms).toEqual(falseAlarms);
});

it("measures noise and pieces alone if no class can be left out, and nothing without sounds", async () => {
  const recordings = makeEmbeddings({ classes: 2, shots: 6, seed: 2 });
  expect((await train(recordings, true)).document.falseAlarms!.sounds).toEqual({
    ...{ others: 0, pieces: 0, noise: 12 },
  });
  expect((await train(recordings, false)).document.falseAlarms).toBeUndefined();
});

it("draws recordings evenly from the classes", () => {
  const labels = Array.from({ length: 500 }, (_, row) => (row < 480 ? 0 : 1));
  const rows = pickMeasuredRows(labels);
  expect(rows).toHaveLength(maximumMeasured);
  expect(rows.filter((row) => labels[row] === 1)).toHaveLength(20);
  expect(pickMeasuredRows([1, 0, 1])).toEqual([0, 1, 2]);
});
