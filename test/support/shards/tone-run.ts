/** A small run of shards over tones, shared by all tests of a run. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { createTone, createWav } from "../audio-files.ts";
import { runGolem } from "../command-line.ts";
import { getSharedFolder } from "../shared-folder.ts";

/** Twelve tones in two classes, and three files that are no recordings. */
async function writeData(folder: string): Promise<void> {
  for (let n = 0; n < 12; n++) {
    const label = n % 2 ? "high" : "low";
    await mkdir(join(folder, label), { recursive: true });
    const tone = createTone(16_000, 0.5 + 0.05 * n, 1, (n % 2 ? 2000 : 200) + 13 * n);
    await writeFile(join(folder, label, `${n}.wav`), createWav(tone, 16_000));
  }
  await writeFile(join(folder, "low", "garbage.wav"), Buffer.from("this is no sound at all, in no way"));
  await writeFile(join(folder, "low", "empty.wav"), "");
  await writeFile(
    join(folder, "high", "cut.wav"),
    createWav(createTone(16_000, 1, 1, 900), 16_000).subarray(0, 20),
  );
}

/** Their folder. */
export const getData = () => getSharedFolder("tones-for-shards", writeData);

/** A run over the tones that is done. */
export const getRun = () =>
  getSharedFolder("run-of-tones", async (folder) => {
    const data = await getData();
    expect((await runGolem(["plan", data, "--out", folder, "--shard-size", "4", "--quiet"])).exitCode).toBe(
      0,
    );
    expect((await runGolem(["embed", "--run", folder, "--quiet"])).exitCode).toBe(0);
  });

/** Runs a command with --json, and reads what it prints. */
export async function runJson(...args: string[]) {
  const { exitCode, stdout, stderr } = await runGolem([...args, "--json", "--quiet"]);
  return { exitCode, stderr, document: stdout === "" ? undefined : JSON.parse(stdout) };
}
