/** `golem review`: labels from a file, what is refused, and the way from what was kept to a better golem. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { run as runCommandLine } from "../../src/cli/run.ts";
import { loadDataset } from "../../src/node/data/dataset-files.ts";
import { loadGolem } from "../../src/node/golem.ts";
import { openClipKeeper } from "../../src/node/keep/clip-keeper.ts";
import { readManifest } from "../../src/node/keep/kept-manifest.ts";
import { openReview } from "../../src/node/keep/review-folder.ts";
import { createTone, createWav } from "../support/audio-files.ts";
import { runGolem } from "../support/command-line.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";
import { createToneInSilence, getToneGolem } from "../support/served.ts";

const rate = 16_000;

/** Kept clips of 3 s with a tone in the middle second, one per score. */
async function keepTones(
  folder: string,
  heard: readonly (readonly [string, number, number])[],
): Promise<string[]> {
  const keeper = await openClipKeeper({ folder });
  for (const [label, confidence, hertz] of heard) {
    const samples = new Float32Array(3 * rate);
    samples.set(createTone(rate, 1, 1, hertz)[0]!, rate);
    keeper.keep(
      {
        kind: "event",
        event: { start: 11, end: 12, label, confidence },
        start: 10,
        samples,
        sampleRate: rate,
      },
      "day.wav",
    );
  }
  await keeper.close();
  return (await readManifest(folder))!.map(({ file_name }) => file_name);
}

async function run(...args: string[]) {
  const result = await runGolem([...args, "--json", "--quiet"]);
  return { ...result, json: result.stdout === "" ? undefined : JSON.parse(result.stdout) };
}

async function answer(folder: string, rows: readonly string[]) {
  const file = `${folder}-answers.csv`;
  await writeFile(file, ["file_name,label", ...rows, ""].join("\n"));
  return run("review", folder, "--answers", file);
}

it("lists the least sure first, and writes labels with the stretch they are about as data to train on", async () => {
  const folder = join(await createScratchFolder(), "kept");
  const files = await keepTones(folder, [
    ["dog", 0.9, 300],
    ["cat", 0.5, 400],
    ["dog", 0.7, 500],
  ]);
  const review = await openReview(folder);
  const state = await review.getState();
  expect(state.items.map(({ file }) => file)).toEqual([files[1], files[2], files[0]]);
  expect(state.labels).toEqual(["cat", "dog"]);

  const { json, exitCode } = await answer(folder, [`${files[1]},"bird, small"`, `${files[0]},_background`]);
  expect(exitCode).toBe(0);
  expect(json).toEqual({ review: folder, answers: 2, items: 3, labelled: 2 });
  const { recordings } = await loadDataset(folder);
  expect(recordings.map(({ file, label, speaker }) => [file, label, speaker])).toEqual([
    [`${files[1]}#t=1,2`, "bird, small", "day.wav"],
    [`${files[0]}#t=1,2`, "_background", "day.wav"],
  ]);
  // Continued later: what was answered is known, and a label can be taken back.
  const later = await (await openReview(folder)).getState();
  expect(later.items.find(({ file }) => file === files[1])?.label).toBe("bird, small");
  expect((await answer(folder, [`${files[1]},`])).json.labelled).toBe(1);
});

it("writes all answers of a file or none, and none to other files", async () => {
  const folder = join(await createScratchFolder(), "kept");
  const [file] = await keepTones(folder, [["dog", 0.9, 300]]);
  for (const wrong of ["../kept-answers.csv,dog", `./${file},dog`, `${file},${"x".repeat(2000)}`]) {
    const { json, exitCode } = await answer(folder, [`${file},dog`, wrong]);
    expect(exitCode).toBe(1);
    expect(json.error.code).toBe("invalid-data");
    await expect(readFile(join(folder, "metadata.csv"))).rejects.toMatchObject({ code: "ENOENT" });
  }
});

it("reviews any folder of recordings, but overwrites no list of another kind", async () => {
  const folder = join(await createScratchFolder(), "mine");
  await mkdir(join(folder, "sub"), { recursive: true });
  await writeFile(join(folder, "sub", "a b.wav"), createWav(createTone(rate, 1, 1, 300), rate));
  await writeFile(join(folder, "notes.txt"), "");
  expect((await answer(folder, ["sub/a b.wav,low"])).json).toMatchObject({ items: 1, labelled: 1 });
  expect(await readFile(join(folder, "metadata.csv"), "utf8")).toBe(
    "file_name,label,source\nsub/a b.wav,low,\n",
  );
  await writeFile(join(folder, "metadata.csv"), "file_name,label,speaker\nsub/a b.wav,low,anna\n");
  expect((await answer(folder, ["sub/a b.wav,high"])).json.error.code).toBe("output-exists");
  await rm(folder, { recursive: true });
  await mkdir(folder);
  expect((await run("review", folder, "--answers", "none.csv")).json.error.code).toBe("no-recordings");
});

it("names and sorts other recordings by a golem", async () => {
  const { golem } = await getToneGolem();
  const folder = await createScratchFolder();
  const recordings = {
    b: createToneInSilence(2),
    a: createToneInSilence(3),
    c: createTone(rate, 1, 1, 650)[0]!,
  };
  for (const [name, samples] of Object.entries(recordings)) {
    await writeFile(join(folder, `${name}.wav`), createWav([samples], rate));
  }
  await writeFile(join(folder, "broken.wav"), "no sound");
  const loaded = await loadGolem(golem);
  const { items, labels } = await (await openReview(folder, { golem: loaded })).getState();
  await loaded.dispose();
  expect(labels).toEqual(["high", "low"]);
  const heard = Object.fromEntries(items.map(({ file, heard }) => [file, heard?.label]));
  expect(heard).toMatchObject({ "a.wav": "high", "b.wav": "low", "broken.wav": undefined });
  const scores = items.slice(0, 3).map(({ heard }) => heard!.confidence);
  expect(scores).toEqual([...scores].sort((x, y) => x - y));
  expect(items[3]!.file).toBe("broken.wav");
});

it("serves the page until it is interrupted, then says how far the review is", async () => {
  const folder = join(await createScratchFolder(), "kept");
  const [file] = await keepTones(folder, [["dog", 0.9, 300]]);
  const stop = new AbortController();
  let text = "";
  let page: Promise<Response> | undefined;
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      const [url] = /http[^"]*(?=review\.html)/.exec(text) ?? [];
      if (url && !page) {
        page = fetch(`${url}review/answer`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ file, label: "dog" }),
        });
        page.finally(() => stop.abort()).catch(() => {});
      }
      done();
    },
  });
  const args = ["review", folder, "--no-open", "--json"];
  expect(await runCommandLine(args, { stdout, stderr: stdout }, stop.signal)).toBe(0);
  expect((await page!).status).toBe(200);
  expect(JSON.parse(text.trim().split("\n").at(-1)!)).toEqual({ review: folder, items: 1, labelled: 1 });
});

it("gives no label to a clip that has been deleted", async () => {
  const folder = join(await createScratchFolder(), "kept");
  const [file] = await keepTones(folder, [["dog", 0.9, 300]]);
  const review = await openReview(folder);
  await rm(join(folder, file!));
  await expect(review.answer([{ file: file!, label: "dog" }])).rejects.toMatchObject({
    code: "data-not-found",
  });
});

it("makes data that golem update takes", async () => {
  const folder = await createScratchFolder();
  const data = join(folder, "data");
  for (const [label, hertz] of [
    ["low", 200],
    ["high", 2000],
  ] as const) {
    await mkdir(join(data, label), { recursive: true });
    for (let n = 0; n < 4; n++) {
      const tone = createTone(rate, 1, 1, hertz + n);
      await writeFile(join(data, label, `${n}.wav`), createWav(tone, rate));
    }
  }
  await run("train", data, "--out", join(folder, "a"), "--encoder", "mfcc");
  const kept = join(folder, "kept");
  const files = await keepTones(kept, [
    ["low", 0.9, 600],
    ["low", 0.85, 650],
    ["low", 0.8, 700],
  ]);
  await answer(
    kept,
    files.map((file) => `${file},_background`),
  );
  const { json, exitCode, stderr } = await run("update", join(folder, "a"), kept, "--out", join(folder, "b"));
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  expect(json).toMatchObject({ labels: ["_background", "high", "low"], recordings: 11, added: 3 });
});
