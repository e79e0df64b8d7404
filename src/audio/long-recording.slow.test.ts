/** Memory does not grow with duration for compressed files either. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { measureLongRecording } from "../../test/support/recordings/long-recording.ts";
import { sharedData, sharedDataNote } from "../../test/support/shared-data.ts";

it.skipIf(!sharedData)(`30 minutes of FLAC stay in bounded memory${sharedDataNote}`, () => {
  const file = join(sharedData!, "torture", "gen_30min_silence.flac");
  const { seconds, samples, windows, megabytes } = measureLongRecording(file);
  expect([seconds, samples, windows]).toEqual([1800, 28_800_000, 60]);
  expect(megabytes).toBeLessThan(300);
});
