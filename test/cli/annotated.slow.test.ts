/**
 * Long recordings with annotations as DATA: an Audacity label track that `golem detect` wrote is corrected and
 * trained on; the score of events; annotations that cannot be used.
 */
import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadDataset } from "../../src/node/data/dataset-files.ts";
import { createWav } from "../support/audio-files.ts";
import { runGolem } from "../support/command-line.ts";
import { createSpokenStream, type SpokenStream, streamRate } from "../support/recordings/spoken-stream.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";

let stream: SpokenStream;
beforeAll(async () => {
  stream = await createSpokenStream();
});
afterAll(() => stream.dispose());

const toTrack = (truth: SpokenStream["truth"]): string =>
  truth.map(({ start, end, label }) => `${start.toFixed(6)}\t${end.toFixed(6)}\t${label}\n`).join("");

/** A folder with the stream as day.wav and its annotations. */
async function annotate(annotations: string, name = "day.txt"): Promise<string> {
  const folder = await createScratchFolder();
  await copyFile(stream.long, join(folder, "day.wav"));
  await writeFile(join(folder, name), annotations);
  return folder;
}

it("trains on a label track: each sentence a recording, the gaps between them background, the file its source", async () => {
  const data = await annotate(toTrack(stream.truth));
  const { exitCode, stdout, stderr } = await runGolem([
    ...["train", data, "--out", join(data, "../", "golem-annotated"), "--json", "--quiet", "--no-transcript"],
  ]);
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  const { labels, recordings, evaluation } = JSON.parse(stdout);
  expect(labels).toEqual(["_background", "abroad", "balance", "freeze"]);
  expect(recordings).toBe(9 + 3);
  // All of it is cut from one file.
  expect(evaluation.grouping).toBe("none");
  expect(evaluation.newSpeakers).toBeNull();
});

it("scores detections against the annotations", async () => {
  const data = await annotate(toTrack(stream.truth));
  const args = ["evaluate", stream.golem, data, "--events", "--tolerance", "1"];
  const { exitCode, stdout } = await runGolem([...args, "--json", "--quiet"]);
  expect(exitCode).toBe(0);
  const scores = JSON.parse(stdout);
  const detected = await runGolem(["detect", stream.golem, stream.long, "--json", "--quiet"]);
  const events = detected.stdout.trim().split("\n").filter(Boolean).length;
  expect(scores.events.found + scores.events.missed).toBe(9);
  expect(scores.events.found + scores.events.falseAlarms).toBe(events);
  expect(scores.events.found).toBeGreaterThan(1);
  expect(scores.hours).toBeCloseTo(stream.samples.length / streamRate / 3600, 3);
  const { stdout: text } = await runGolem(args);
  expect(text).toContain("F1 of events");
});

it("writes a label track that can be corrected and trained on again", async () => {
  const { stdout } = await runGolem(["detect", stream.golem, stream.long, "--format", "audacity", "--quiet"]);
  // The corrections of a person: every event gets the label of the sentence that it overlaps most.
  const corrected = stdout
    .trim()
    .split("\n")
    .map((line) => {
      const [start, end] = line.split("\t").map(Number);
      const shared = stream.truth.map((own) => Math.min(own.end, end!) - Math.max(own.start, start!));
      return `${start}\t${end}\t${stream.truth[shared.indexOf(Math.max(...shared))]!.label}`;
    });
  const data = await annotate(`${corrected.join("\n")}\n`);
  const result = await runGolem(["embed", data, "--out", join(data, "e.npz"), "--json", "--quiet"]);
  expect(result.exitCode).toBe(0);
  const { recordings, skipped } = JSON.parse(result.stdout);
  expect(skipped).toEqual([]);
  expect(recordings).toBeGreaterThanOrEqual(corrected.length);
});

it("reads a list with start and end, a Raven table, and keeps files of a split apart", async () => {
  const rows = stream.truth.map(({ start, end, label }) => `train/day.wav,${start},${end},${label}`);
  const folder = await createScratchFolder();
  await mkdir(join(folder, "train"));
  await copyFile(stream.long, join(folder, "train/day.wav"));
  await writeFile(join(folder, "list.csv"), `file_name,start,end,label\n${rows.join("\n")}\n`);
  const embed = (data: string, ...more: string[]) =>
    runGolem(["embed", data, "--out", join(folder, "e.npz"), "--json", "--quiet", ...more]);
  const listed = await embed(join(folder, "list.csv"), "--background", "none");
  expect(JSON.parse(listed.stdout)).toMatchObject({ recordings: 9, skipped: [] });
  const raven = stream.truth.map(({ start, end, label }, i) =>
    [i + 1, "Spectrogram 1", 1, start, end, 0, 8000, label].join("\t"),
  );
  const header =
    "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tLabel";
  const table = await annotate(`${[header, ...raven].join("\n")}\n`, "day.Table.1.selections.txt");
  const again = await embed(table, "--background", "none");
  // The same stretches of the same bytes were embedded above.
  expect(JSON.parse(again.stdout)).toMatchObject({ recordings: 9, computed: 0, skipped: [] });
});

it("reads tables of renamed recordings and older names, in UTF-16 too, and says which of two is not used", async () => {
  const folder = await createScratchFolder();
  const write = (name: string, text: string, encoding: BufferEncoding = "utf8") =>
    writeFile(join(folder, name), text, encoding);
  const header = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tBegin File\tAnnotation";
  const row = (file: string, label: string) => `1\tSpectrogram 1\t1\t1.0\t2.0\t${file}\t${label}`;
  for (const name of ["a", "b", "c"]) {
    await writeFile(join(folder, `${name}.wav`), createWav([new Float32Array(48_000).fill(0.1)], 16_000));
  }
  await write("a.Table.1.selections.txt", `${header}\r\n${row("recorder 7.flac", "owl")}\r\n`);
  await write("a.Table.2.selections.txt", `${header}\n${row("a.wav", "fox")}\n`);
  await write("b.Table01.txt", `\uFEFF${header}\n${row("b.wav", "fox")}\n`, "utf16le");
  await write("c.txt", "1.0\t2.0\towl\n\\\t-1.000000\t6334.588867\n2.5\t2.0\tfox\n");
  const { recordings, warnings, skipped } = await loadDataset(folder, {
    annotations: { background: "none" },
  });
  expect(recordings.map(({ file, label }) => `${file} ${label}`)).toEqual([
    "a.wav#t=1,2 owl",
    "b.wav#t=1,2 fox",
    "c.wav#t=1,2 owl",
  ]);
  expect(warnings.map(({ message }) => message)).toEqual([
    "a.Table.2.selections.txt is not used: the annotations of a.wav are read from a.Table.1.selections.txt.",
  ]);
  expect(skipped.map(({ message }) => message)).toEqual([
    "c.txt, line 3: fox ends at 2 s, before its start at 2.5 s.",
  ]);
});

it("names annotations that cannot be used, and uses the others", async () => {
  const [first, second] = stream.truth;
  const track = [
    ...[`${first!.start}\t${first!.end}\t${first!.label}`, `${second!.start}\t${second!.end}\t`],
    ...["3\t3\tpoint", "9000\t9001\tabroad"],
  ];
  const data = await annotate(`${track.join("\n")}\n`);
  await writeFile(join(data, "other.wav"), createWav([new Float32Array(1600)], 16_000));
  const result = await runGolem([
    "embed",
    data,
    "--out",
    join(data, "e.npz"),
    "--json",
    "--background",
    "none",
  ]);
  const { recordings, skipped } = JSON.parse(result.stdout);
  expect(recordings).toBe(1);
  expect(skipped.map(({ message }: { message: string }) => message)).toEqual([
    expect.stringMatching(/^day.txt, line 2: the annotation from .* has no label/),
    "day.txt, line 3: point at 3 s is a point; expected a segment with an end.",
    "day.wav#t=9000,9001 is after the end of the recording.",
  ]);
  expect(result.stderr).toContain("other.wav has no annotation file and is not used.");
});

it("leaves folders of classes with transcripts beside the recordings as they are", async () => {
  const folder = await createScratchFolder();
  for (const label of ["yes", "no"]) {
    await mkdir(join(folder, label));
    await copyFile(stream.long, join(folder, label, "a.wav"));
    await writeFile(join(folder, label, "a.txt"), "what was said\n");
  }
  const { recordings } = await loadDataset(folder);
  expect(recordings.map(({ file, label }) => `${file} ${label}`)).toEqual(["no/a.wav no", "yes/a.wav yes"]);
  expect(await readdir(folder)).toHaveLength(2);
});
