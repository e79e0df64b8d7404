/** The first commands of docs/scale.md, run as they stand there on a few recordings. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createTone, createWav } from "../support/audio-files.ts";
import { runGolem } from "../support/command-line.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";

it("plans, embeds and trains as the page says", async () => {
  const page = await readFile(new URL("../../docs/scale.md", import.meta.url), "utf8");
  const lines = page.split("\n").filter((line) => line.startsWith("    npx golem "));
  const local = lines.slice(0, lines.findIndex((line) => line.includes("golem train")) + 1);
  expect(local).toHaveLength(4);
  const folder = await createScratchFolder();
  const places: Record<string, string> = { DATA: join(folder, "data"), RUN: join(folder, "run") };
  for (let n = 0; n < 6; n++) {
    const label = join(places.DATA!, n % 2 ? "high" : "low");
    await mkdir(label, { recursive: true });
    const wave = createWav(createTone(16_000, 0.3, 1, (n % 2 ? 2000 : 200) + 10 * n), 16_000);
    await writeFile(join(label, `${n}.wav`), wave);
  }
  for (const line of local) {
    const words = line.trim().split(" ").slice(2);
    const args = words.map((word) => places[word] ?? (word === "my-golem" ? join(folder, word) : word));
    const { exitCode, stderr } = await runGolem(args);
    expect(exitCode, `${line}\n${stderr}`).toBe(0);
  }
  expect((await readFile(join(folder, "my-golem", "golem.json"), "utf8")).length).toBeGreaterThan(100);
});
