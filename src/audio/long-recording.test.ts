/** Memory does not grow with duration: 30 minutes through the whole stage, in a process of its own. */
import { expect, it } from "vitest";
import { measureLongRecording } from "../../test/support/recordings/long-recording.ts";

it("30 minutes of 16-bit stereo WAV, 115 MB, stay in bounded memory", () => {
  const { seconds, samples, windows, megabytes } = measureLongRecording("wav");
  expect([seconds, samples, windows]).toEqual([1800, 28_800_000, 60]);
  expect(megabytes).toBeLessThan(300);
});
