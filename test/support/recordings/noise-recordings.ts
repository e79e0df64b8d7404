/** Recordings of noise, for tests of what is done with many recordings. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createRandom } from "../../../src/core/random.ts";
import type { Recording } from "../../../src/dataset/dataset.ts";
import { createRecording } from "../../../src/node/data/recording-files.ts";
import { createWav } from "../audio-files.ts";

/** Noise of different colour and length, each file with bytes of its own. */
export async function writeNoise(folder: string, count: number, seconds = 0.5): Promise<Recording[]> {
  const recordings = [];
  for (let n = 0; n < count; n++) {
    const random = createRandom(1, n);
    let last = 0;
    const samples = Float32Array.from({ length: Math.round(16_000 * (seconds + n / 50)) }, () => {
      last += (n / count) * (random.uniform() - 0.5 - last);
      return 0.5 * last + 0.2 * (random.uniform() - 0.5);
    });
    const file = `noise ${String(n).padStart(2, "0")}.wav`;
    await writeFile(join(folder, file), createWav([samples], 16_000));
    recordings.push(createRecording(folder, { file, label: n % 2 ? "odd" : "even", split: "none" }));
  }
  return recordings;
}
