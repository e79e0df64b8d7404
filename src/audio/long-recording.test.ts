/** Memory does not grow with duration: 30 minutes through the whole stage, in a separate process. */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { sharedData, sharedDataNote } from "../../test/support/shared-data.ts";

const measure = (
  argument: string,
): { seconds: number; samples: number; windows: number; megabytes: number } => {
  const script = fileURLToPath(
    new URL("../../test/support/processes/measure-long-recording.ts", import.meta.url),
  );
  const run = spawnSync(process.execPath, ["--import", "tsx", script, argument], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
};

describe("a recording of 30 minutes", () => {
  it("as 16-bit stereo WAV of 115 MB needs bounded memory", () => {
    const { seconds, samples, windows, megabytes } = measure("wav");
    expect([seconds, samples, windows]).toEqual([1800, 28_800_000, 60]);
    expect(megabytes).toBeLessThan(300);
  });

  it.skipIf(!sharedData)(`as FLAC stays in bounded memory${sharedDataNote}`, () => {
    const file = resolve(sharedData ?? ".", "torture", "gen_30min_silence.flac");
    const { seconds, samples, windows, megabytes } = measure(file);
    expect([seconds, samples, windows]).toEqual([1800, 28_800_000, 60]);
    expect(megabytes).toBeLessThan(300);
  });
});
