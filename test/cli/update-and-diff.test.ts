/** `golem update` and `golem diff`: more recordings by the same recipe, and whether that made it better. */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createTone, createWav } from "../support/audio-files.ts";
import { runGolem } from "../support/command-line.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";

const hertz: Readonly<Record<string, number>> = { low: 200, middle: 700, high: 2000 };

/** Writes tones into a folder per class; `from`: number of the first, so that no two are the same. */
async function writeTones(folder: string, classes: readonly string[], from: number, count: number) {
  for (const label of classes) {
    await mkdir(join(folder, label), { recursive: true });
    for (let n = from; n < from + count; n++) {
      const tone = createTone(16_000, 1, 1, hertz[label]! + n);
      await writeFile(join(folder, label, `${n}.wav`), createWav(tone, 16_000));
    }
  }
}

async function run(...args: string[]) {
  const result = await runGolem([...args, "--json", "--quiet"]);
  return { ...result, json: result.stdout === "" ? undefined : JSON.parse(result.stdout) };
}

async function prepare() {
  const folder = await createScratchFolder();
  const place = (name: string): string => join(folder, name);
  await writeTones(place("old"), ["low", "high"], 0, 4);
  await writeTones(place("new"), ["low", "middle"], 10, 4);
  await run(
    "train",
    place("old"),
    "--out",
    place("a"),
    "--layer",
    "1",
    "--head",
    "ridge",
    "--augment",
    "none",
    "--seed",
    "7",
  );
  return place;
}

it("trains again on both sets by the same recipe, and can be updated again", async () => {
  const place = await prepare();
  const { json, exitCode, stderr } = await run("update", place("a"), place("new"), "--out", place("b"));
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  expect(json).toMatchObject({
    labels: ["high", "low", "middle"],
    recordings: 16,
    kept: 8,
    added: 8,
    missing: [],
  });
  expect(json.views).toMatchObject([{ layer: 1 }]);
  const document = JSON.parse(await readFile(join(place("b"), "golem.json"), "utf8"));
  expect(document.seed).toBe(7);
  expect(document.data.places).toEqual([place("old"), place("new")]);
  expect(await readFile(join(place("b"), "README.md"), "utf8")).toContain("from 2 data sets: it was updated");

  await writeTones(place("third"), ["high"], 20, 2);
  // The same recordings again add nothing.
  const same = await run("update", place("b"), place("new"), "--out", place("e"));
  expect(same.json).toMatchObject({ recordings: 16, kept: 16, added: 0 });
  const again = await run("update", place("b"), place("third"), "--out", place("c"));
  expect(again.json).toMatchObject({ recordings: 18, kept: 16, added: 2, missing: [] });
});

it("takes all new recordings, whatever limits chose the old ones", async () => {
  const place = await prepare();
  const recipe = ["--layer", "1", "--head", "ridge", "--negatives", "0"];
  await run("train", place("old"), "--out", place("few"), ...recipe, "--shots", "3");
  const { json } = await run("update", place("few"), place("new"), "--out", place("b"));
  expect(json).toMatchObject({ labels: ["high", "low", "middle"], recordings: 14, kept: 6, added: 8 });
  const { asked } = JSON.parse(await readFile(join(place("b"), "training.json"), "utf8"));
  expect(asked).toEqual({ layer: 1, head: "ridge", negatives: 0 });
});

it("lists the recordings that are gone, finds those that moved, and needs some of them", async () => {
  const place = await prepare();
  await rename(place("old"), place("moved"));
  const lost = await run("update", place("a"), place("new"), "--out", place("b"));
  expect(lost.exitCode).toBe(1);
  expect(lost.json.error).toMatchObject({ code: "data-not-found", hint: "Name their location with --data." });
  await rm(join(place("moved"), "low", "3.wav"));
  const args = ["update", place("a"), place("new"), "--out", place("b"), "--data", place("moved")];
  const found = await run(...args);
  expect(found.json).toMatchObject({ recordings: 15, kept: 7, missing: ["low/3.wav"] });
  expect(found.json.evaluation.skipped).toEqual([expect.objectContaining({ file: "low/3.wav" })]);
  expect((await run(...args, "--strict")).exitCode).toBe(1);
});

it("updates and compares golems whose encoder was another version", async () => {
  const place = await prepare();
  const file = join(place("a"), "golem.json");
  const document = JSON.parse(await readFile(file, "utf8"));
  document.encoders[0].recipe = "an earlier one";
  await writeFile(file, JSON.stringify(document));
  expect((await run("predict", place("a"), place("new"))).json.error.code).toBe("golem-version");
  const { json } = await run("update", place("a"), place("new"), "--out", place("b"));
  expect(json).toMatchObject({ recordings: 16, kept: 8, added: 8 });
  const diff = await run("diff", place("a"), place("b"));
  expect(diff.json).toMatchObject({ recordings: 8, onlyA: [], onlyB: ["middle"] });
});

it("compares two golems on what both held out, and on recordings that neither was trained on", async () => {
  const place = await prepare();
  await run("update", place("a"), place("new"), "--out", place("b"));
  const kept = await run("diff", place("a"), place("b"));
  expect(kept.exitCode).toBe(0);
  expect(kept.json.scores.b - kept.json.scores.a).toBeCloseTo(kept.json.difference, 12);
  expect(kept.json).toMatchObject({ recordings: 8, worse: false, onlyA: [], onlyB: ["middle"] });
  expect(kept.json.interval[0]).toBeLessThanOrEqual(kept.json.difference);
  expect(kept.json.a.recordings).toBe(8);

  await writeTones(place("test"), ["low", "high"], 30, 6);
  await writeTones(place("test"), ["low"], 0, 1);
  const tested = await run("diff", place("a"), place("b"), place("test"));
  // The one that was trained on is left out.
  expect(tested.json.recordings).toBe(12);
  expect(tested.json.cost.a.milliseconds).toBeGreaterThan(0);
  const text = await runGolem([
    "diff",
    place("a"),
    place("b"),
    place("test"),
    "--report",
    place("diff.html"),
  ]);
  expect(text.stdout).toContain("neither better nor worse for certain: +0.0 points");
  expect(await readFile(place("diff.html"), "utf8")).toContain("Recordings that changed sides");
});

it("fails on a version that is worse, and passes the same one the other way round", async () => {
  const place = await prepare();
  // Its labels are the wrong way round.
  await mkdir(place("wrong"));
  await rename(join(place("old"), "low"), join(place("wrong"), "high"));
  await rename(join(place("old"), "high"), join(place("wrong"), "low"));
  await run(
    "train",
    place("wrong"),
    "--out",
    place("b"),
    "--layer",
    "1",
    "--head",
    "ridge",
    "--augment",
    "none",
  );
  await writeTones(place("test"), ["low", "high"], 30, 6);
  const worse = await run("diff", place("a"), place("b"), place("test"), "--fail-if-worse");
  expect(worse.exitCode).toBe(1);
  expect(worse.json).toMatchObject({ worse: true, difference: -1 });
  expect(worse.json.changed).toHaveLength(12);
  expect(worse.json.changed[0]).toMatchObject({ label: "high", a: "high", b: "low" });
  expect((await run("diff", place("b"), place("a"), place("test"), "--fail-if-worse", "0.02")).exitCode).toBe(
    0,
  );
});

it("says what to do where nothing was held out of both", async () => {
  const place = await prepare();
  await writeTones(place("other"), ["low", "high"], 50, 4);
  await run(
    "train",
    place("other"),
    "--out",
    place("b"),
    "--layer",
    "1",
    "--head",
    "ridge",
    "--augment",
    "none",
  );
  const { exitCode, json } = await run("diff", place("a"), place("b"));
  expect(exitCode).toBe(1);
  expect(json.error).toMatchObject({
    code: "no-recordings",
    hint: expect.stringContaining("golem diff A B DATA"),
  });
});
