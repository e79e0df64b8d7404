/** Recordings of low and high tones for tests of training and predicting. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Dataset } from "../../../src/dataset/dataset.ts";
import { createRecording } from "../../../src/node/data/recording-files.ts";
import { createTone, createWav } from "../audio-files.ts";

/** Writes `count` tones of a second into `folder`: low, high, low, high ... and makes a data set of them. */
export async function writeTones(folder: string, count = 8): Promise<{ dataset: Dataset; files: string[] }> {
  const names = Array.from({ length: count }, (_, n) => `tone ${n}.wav`);
  for (const [n, name] of names.entries()) {
    const hertz = (n % 2 ? 2000 : 200) + n;
    await writeFile(join(folder, name), createWav(createTone(16_000, 1, 1, hertz), 16_000));
  }
  const recordings = names.map((file, n) =>
    createRecording(folder, { file, label: n % 2 ? "high" : "low", split: "none" as const }),
  );
  return {
    dataset: { name: "tones", recordings, warnings: [], skipped: [] },
    files: names.map((name) => join(folder, name)),
  };
}
