/** Training on varied copies, from the command line. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseGolemDocument } from "../../src/golem/golem-document.ts";
import { runGolem } from "../support/command-line.ts";
import { writeTones } from "../support/recordings/tone-recordings.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";

async function writeData(): Promise<string> {
  const folder = await createScratchFolder();
  const { dataset } = await writeTones(folder);
  const lines = dataset.recordings.map(({ file, label }) => JSON.stringify({ file_name: file, label }));
  await writeFile(join(folder, "metadata.jsonl"), lines.join("\n"));
  return folder;
}

it("is said in the terminal, in JSON, in golem.json and on the card, and can be switched off", async () => {
  const data = await writeData();
  const train = async (name: string, ...options: string[]) => {
    const out = join(data, "..", `${name}-golem`);
    const run = await runGolem(["train", data, "--out", out, "--encoder", "mfcc", "--json", ...options]);
    expect(run.exitCode, run.stderr).toBe(0);
    const document = parseGolemDocument(await readFile(join(out, "golem.json"), "utf8"));
    const tensors = await readFile(join(out, "head.safetensors"));
    return {
      ...JSON.parse(run.stdout),
      document,
      tensors,
      card: await readFile(join(out, "README.md"), "utf8"),
    };
  };
  const auto = await train("auto");
  expect(auto.augment).toMatchObject({ copies: 3, kinds: ["room", "noise", "cut"] });
  expect(auto.augment.share).toBeGreaterThan(0);
  expect(auto.document.augment).toEqual(auto.augment);
  expect(auto.card).toContain("Varied copies per recording: 3 (room, noise, cut)");
  expect(auto.recordings).toBe(8);
  expect(auto.evaluation.recordings).toBe(8);
  const two = await train("two", "--augment", "2");
  expect(two.augment).toEqual({ copies: 2, kinds: ["room", "noise"], share: 1 });
  const own = await train("own", "--augment", "2", "--noise", data);
  expect(own.tensors.equals(two.tensors)).toBe(false);
  const none = await train("none", "--augment", "none");
  expect(none.augment).toBeUndefined();
  expect(none.document.augment).toBeUndefined();
  expect(none.card).not.toContain("Varied copies");
  expect(none.tensors.equals(auto.tensors)).toBe(false);
});

it.each([
  [["--augment", "0"], 2, "whole number from 1"],
  [["--augment", "13"], 1, "invalid-option"],
  [["--augment", "3", "--head", "linear"], 1, "a head or a layer is named"],
  [["--noise", ".", "--augment", "none"], 1, "augment is none"],
  [["--rooms", "nowhere"], 1, "data-not-found"],
])("refuses %s", async (options, exitCode, message) => {
  const data = await writeData();
  const out = join(data, "..", "no-golem");
  const run = await runGolem(["train", data, "--out", out, "--encoder", "mfcc", ...options]);
  expect(run.stderr).toContain(message);
  expect(run.exitCode).toBe(exitCode);
});
