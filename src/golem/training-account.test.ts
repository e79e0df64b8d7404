/** The training account agrees with the evaluation, can be saved and loaded, and includes the test set. */
import { expect, it } from "vitest";
import { makeEmbeddings, testEncoder } from "../../test/support/make-embeddings.ts";
import { encodeUnbound } from "../../test/support/unbound-golem.ts";
import { defaultAudioSettings } from "../audio/audio.ts";
import { describeAudio } from "../audio/audio-description.ts";
import type { EmbeddedRecording } from "../embed/embedded-recording.ts";
import { trainGolem } from "../workflow/train-golem.ts";
import { decodeGolemModel } from "./golem-model.ts";

function train(recordings: readonly EmbeddedRecording[], test?: readonly EmbeddedRecording[]) {
  return trainGolem(
    {
      ...{ name: "made up", recordings, test, encoders: [testEncoder], audio: defaultAudioSettings },
      ...{
        pipeline: describeAudio(defaultAudioSettings),
        createdBy: "a test",
        asked: { shots: 4, layer: "auto" },
      },
    },
    { seed: 0, repeats: 3 },
  );
}

const recordings = makeEmbeddings({ classes: 3, shots: 6, seed: 4, separation: [0, 0.3, 0] });

it("has votes that sum to the confusion matrix", async () => {
  const { document, training } = await train(recordings);
  const { labels, evaluation } = document;
  const confusion = labels.map(() => labels.map(() => 0));
  for (const { label, votes } of training.recordings) {
    expect(votes!.reduce((sum, [, count]) => sum + count, 0)).toBe(3);
    for (const [answer, count] of votes!) confusion[labels.indexOf(label)]![answer]! += count / 3;
  }
  expect(confusion.flat()).toBeAllclose(evaluation!.confusion.flat(), { atol: 1e-9 });
});

it("includes the recordings of the test set that were scored, and no others", async () => {
  const test = makeEmbeddings({ classes: 4, shots: 2, seed: 5, separation: [0, 1, 0] });
  const { document, training } = await train(recordings, [...test, recordings[0]!]);
  expect(training.test!.length).toBe(document.evaluation!.recordings);
  expect(training.test!.map(({ file }) => file)).not.toContain(recordings[0]!.file);
  expect(training.test!.every(({ map, outOfFold, votes }) => map && outOfFold && votes!.length === 1)).toBe(
    true,
  );
  expect(training.asked).toEqual({ shots: 4, layer: "auto" });
});

it("is restored from its files; predictions of a class that does not exist are rejected", async () => {
  const model = await train(recordings);
  const files = encodeUnbound(model);
  const decode = (training: Uint8Array) => decodeGolemModel({ ...files, training });
  const bytes = files.training;
  expect(decode(bytes).training).toEqual(model.training);
  const broken = structuredClone(model.training);
  broken.recordings[0]!.votes = [[3, 1]];
  expect(() => decode(new TextEncoder().encode(JSON.stringify(broken)))).toThrow(/do not fit the 3 labels/);
});
