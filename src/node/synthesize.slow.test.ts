/** Synthetic recordings on disk: a new data set, additions to an existing one, and training on both. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createScratchFolder } from "../../test/support/scratch-folder.ts";
import { encodeWav } from "../audio/wav-writer.ts";
import { createRandom } from "../core/random.ts";
import { loadDataset } from "./data/dataset-files.ts";
import { synthesize } from "./synthesize.ts";
import { train } from "./train.ts";

const hasEspeak = spawnSync("espeak-ng", ["--version"]).status === 0;
const measured = { encoder: "mfcc", head: "ridge", repeats: 1 } as const;

function writeReal(folder: string, label: string, pitch: number, count: number): void {
  mkdirSync(join(folder, label), { recursive: true });
  for (let i = 0; i < count; i++) {
    const random = createRandom(pitch, i);
    const samples = Float32Array.from(
      { length: 12_000 },
      (_, t) => 0.3 * Math.sin((t * pitch) / 16_000) + 0.05 * random.normal(),
    );
    writeFileSync(join(folder, label, `real-${i}.wav`), encodeWav(samples, 16_000, "pcm16"));
  }
}

it("creates a data set of four voices, whose score is marked as that of synthetic voices", async () => {
  const out = join(await createScratchFolder(), "data");
  const made = await synthesize("yes,no", { out, count: 5 });
  expect(made).toMatchObject({ recordings: 10, labels: ["no", "yes"] });
  expect(made.voices).toEqual(["flite-slt", "flite-rms", "flite-awb", "flite-kal16"]);
  const { recordings } = await loadDataset(out);
  expect(recordings).toHaveLength(10);
  expect(recordings.every(({ isSynthetic }) => isSynthetic)).toBe(true);
  expect(new Set(recordings.map(({ speaker }) => speaker))).toEqual(new Set(made.voices));
  const again = join(await createScratchFolder(), "again");
  await synthesize("yes,no", { out: again, count: 5 });
  for (const { file } of recordings) {
    expect(readFileSync(join(again, file)).equals(readFileSync(join(out, file))), file).toBe(true);
  }
  const golem = await train(out, measured);
  expect(golem.evaluation).toMatchObject({ measuredOn: "synthetic", recordings: 10, grouping: "speaker" });
  expect(golem.document.data.synthetic).toBe(10);
});

it("adds to a folder per class, lists existing recordings as real, and scores on these alone", async () => {
  const out = await createScratchFolder();
  writeReal(out, "yes", 400, 4);
  writeReal(out, "no", 900, 4);
  await synthesize("yes,no", { out, count: 4 });
  await synthesize("yes,no", { out, count: 4 });
  const list = readFileSync(join(out, "metadata.csv"), "utf8").trim().split("\n");
  expect(list[0]).toBe("file_name,label,speaker,split,text,origin");
  expect(list).toHaveLength(1 + 8 + 8);
  expect(list.filter((line) => line.endsWith(",real"))).toHaveLength(8);
  const golem = await train(out, measured);
  expect(golem.evaluation).toMatchObject({ recordings: 8 });
  expect(golem.evaluation).not.toHaveProperty("measuredOn");
  expect(golem.document.data).toMatchObject({ recordings: 16, synthetic: 8 });
});

it("keeps the columns of an existing list, and rejects lists of another kind", async () => {
  const out = await createScratchFolder();
  writeReal(out, "yes", 400, 1);
  writeFileSync(join(out, "metadata.csv"), 'path;class;Client ID;place\nyes/real-0.wav;yes;anna;"a;b"\n');
  await synthesize("yes", { out, count: 1 });
  const [header, ...rows] = readFileSync(join(out, "metadata.csv"), "utf8").trim().split("\n");
  expect(header).toBe("path,class,Client ID,place,text,origin");
  expect(rows).toEqual([
    "yes/real-0.wav,yes,anna,a;b,,",
    "yes/synthetic-001-flite-slt.wav,yes,flite-slt,,yes,synthetic",
  ]);
  const other = await createScratchFolder();
  writeFileSync(join(other, "metadata.jsonl"), "{}\n");
  await expect(synthesize("yes", { out: other })).rejects.toMatchObject({ code: "output-exists" });
});

it("rejects a language without a voice", async () => {
  const out = await createScratchFolder();
  await expect(synthesize("ja", { out, language: "xx" })).rejects.toMatchObject({ code: "invalid-option" });
});

it.skipIf(!hasEspeak)("speaks other languages with espeak-ng, and English with more voices", async () => {
  const out = await createScratchFolder();
  const made = await synthesize("да,нет", { out, language: "ru", voices: 2, count: 2 });
  expect(made.voices.every((name) => name.startsWith("espeak-ru"))).toBe(true);
  expect((await loadDataset(out)).recordings.map(({ label }) => label)).toEqual(["да", "да", "нет", "нет"]);
  const english = await synthesize("yes", { out: await createScratchFolder(), voices: 6, count: 6 });
  expect(english.voices.filter((name) => name.startsWith("flite-"))).toHaveLength(4);
  expect(english.voices.filter((name) => name.startsWith("espeak-en"))).toHaveLength(2);
});
