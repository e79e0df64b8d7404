/** Encoders compared on real data: the same recordings and folds for each, in ascending order of size. */
import { expect, it } from "vitest";
import { sharedData, sharedDataNote } from "../../test/support/shared-data.ts";
import { compareEncoders } from "./compare-heads.ts";
import { train } from "./train.ts";

it.skipIf(!sharedData)(`compares two encoders, and rejects a single one${sharedDataNote}`, async () => {
  const data = `${sharedData}/wakewords`;
  const options = { encoders: ["google-speech-embedding", "mfcc"], shots: 5, repeats: 1 };
  const comparison = await compareEncoders(data, options);
  expect(comparison.candidates.map(({ name }) => name).sort()).toEqual([...options.encoders].sort());
  const sizes = comparison.candidates.map(({ weights }) => weights);
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
  expect(comparison).toMatchObject({ recordings: 30, repeats: 1, best: "google-speech-embedding" });
  // The score equals that of training with the encoder.
  const golem = await train(data, { encoder: "mfcc", shots: 5, repeats: 1 });
  const mfcc = comparison.candidates.find(({ name }) => name === "mfcc")!;
  expect(mfcc.balancedAccuracy).toBeCloseTo(golem.evaluation!.balancedAccuracy, 10);
  await expect(compareEncoders(data, { encoders: ["mfcc"] })).rejects.toMatchObject({
    code: "invalid-option",
  });
});
