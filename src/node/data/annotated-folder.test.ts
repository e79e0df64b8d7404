/**
 * Annotations in the layouts of other programs: tables over several recordings, with other names, in another
 * folder, without events, with several labels for one stretch.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { createWav } from "../../../test/support/audio-files.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import type { AnnotationOptions } from "../../dataset/segment.ts";
import { loadDataset } from "./dataset-files.ts";

const raven = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)";
const birdnet = `${raven}\tCommon Name\tSpecies Code\tConfidence\tBegin Path\tFile Offset (s)`;
const view = "Spectrogram 1\t1";
const wav = createWav([new Float32Array(16_000 * 8).fill(0.1)], 16_000);

/** Writes recordings of 8 s and texts, and loads the folder or one file of it. */
async function load(
  recordings: readonly string[],
  texts: Readonly<Record<string, string>>,
  data = ".",
  annotations: AnnotationOptions = { background: "none" },
) {
  const folder = await createScratchFolder();
  for (const [name, content] of [
    ...recordings.map((name) => [name, wav] as const),
    ...Object.entries(texts),
  ]) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  const loaded = await loadDataset(join(folder, data), { annotations });
  const messages = (all: readonly { readonly message: string }[]) => all.map(({ message }) => message);
  return {
    found: loaded.recordings.map(({ file, label }) => `${file} ${label}`),
    warnings: messages(loaded.warnings),
    skipped: messages(loaded.skipped),
    empty: loaded.empty?.map((path) => path.slice(folder.length + 1)),
  };
}

const overSeveral = [
  `${raven}\tBegin File\tFile Offset (s)\tSpecies`,
  `1\t${view}\t1\t2\t0\t8000\tA.wav\t1\towl`,
  `2\t${view}\t9\t10\t0\t8000\tB.wav\t1.0\tfox`,
  `3\t${view}\t17\t18\t0\t8000\tC.wav\t1.0\tfox`,
].join("\r\n");
const three = ["A.wav#t=1,2 owl", "B.wav#t=1,2 fox", "C.wav#t=1,2 fox"];

it.each([
  ["named after the first", "A.Table.1.selections.txt", "."],
  ["of another name", "survey.Table.1.selections.txt", "."],
  ["of another name, as tab-separated values", "survey.tsv", "survey.tsv"],
  ["that is named as DATA", "survey.txt", "survey.txt"],
])("reads a table of Raven over several recordings, %s", async (_, name, data) => {
  const loaded = await load(["A.wav", "B.wav", "C.wav"], { [name]: overSeveral }, data);
  expect(loaded).toEqual({ found: three, warnings: [], skipped: [], empty: undefined });
});

it("warns that times in several recordings may be counted from the first if offsets are missing", async () => {
  const table = [
    `${raven}\tBegin File\tSpecies`,
    `1\t${view}\t1\t2\t0\t8000\tA.wav\towl`,
    `2\t${view}\t5\t6\t0\t8000\tB.wav\tfox`,
  ].join("\n");
  const { found, warnings } = await load(["A.wav", "B.wav"], { "A.Table.1.selections.txt": table });
  expect(found).toEqual(["A.wav#t=1,2 owl", "B.wav#t=5,6 fox"]);
  expect(warnings).toEqual([expect.stringContaining("has no column File Offset (s)")]);
});

it("finds recordings by name if tables are in another folder", async () => {
  const rows = (file: string, label: string) =>
    `${birdnet}\n1\t${view}\t0.0\t3.0\t0\t15000\t${label}\tcode\t0.9\t/mnt/card/${file}\t0.0\n`;
  const { found, warnings } = await load(["sound/A.wav", "sound/B.wav"], {
    "out/A.BirdNET.selection.table.txt": rows("A.wav", "Tawny Owl"),
    "out/B.BirdNET.selection.table.txt": rows("B.wav", "Robin"),
  });
  expect(found).toEqual(["sound/A.wav#t=0,3 Tawny Owl", "sound/B.wav#t=0,3 Robin"]);
  expect(warnings).toEqual([]);
});

it.each([
  [
    "A.BirdNET.results.csv",
    "Start (s),End (s),Scientific name,Common name,Confidence,File\n0.0,3.0,Strix aluco,Tawny Owl,0.8,/mnt/x/A.wav\n",
  ],
  [
    "A.BirdNET.results.r.csv",
    "filepath,start,end,scientific_name,common_name,confidence,lat,lon,week,overlap,sensitivity,min_conf,species_list,model\n/mnt/x/A.wav,0.0,3.0,Strix aluco,Tawny Owl,0.8,-1,-1,-1,0,1,0.1,,B\n",
  ],
  [
    "A.BirdNET.results.kaleidoscope.csv",
    "INDIR,FOLDER,IN FILE,OFFSET,DURATION,scientific_name,common_name,confidence,lat,lon,week,overlap,sensitivity\n/mnt,x,A.wav,0.0,3.0,Strix aluco,Tawny Owl,0.8,-1,-1,-1,0,1\n",
  ],
  ["A.BirdNET.results.txt", "0.0\t3.0\tTawny Owl\t0.8700\n"],
])("reads %s of BirdNET", async (name, text) => {
  expect((await load(["A.wav"], { [name]: text })).found).toEqual(["A.wav#t=0,3 Tawny Owl"]);
});

it("matches a label track with the only recording, and rejects one that may belong to several", async () => {
  const track = "1.0\t2.0\towl\n";
  expect((await load(["A.wav"], { "Label Track.txt": track })).found).toEqual(["A.wav#t=1,2 owl"]);
  const several = await load(["A.wav", "B.wav"], {
    "A.txt": track,
    "B.txt": track,
    "Label Track.txt": track,
  });
  expect(several.found).toHaveLength(2);
  expect(several.warnings).toEqual([
    "Label Track.txt contains annotations, but no recording was found for them.",
  ]);
});

it("finds recordings without events: an empty track, a header alone, BirdNET's nocall", async () => {
  const { found, warnings, empty } = await load(["A.wav", "B.wav", "C.wav", "D.wav"], {
    "A.txt": "1.0\t2.0\towl\n",
    "B.txt": "",
    "C.Table.1.selections.txt": `${raven}\tAnnotation\n`,
    "D.BirdNET.selection.table.txt": `${birdnet}\n1\t${view}\t0\t3\t0\t15000\tnocall\tnocall\t1.0\t/x/D.wav\t0\n`,
  });
  expect(found).toEqual(["A.wav#t=1,2 owl"]);
  expect(warnings).toEqual([]);
  expect(empty).toEqual(["B.wav", "C.wav", "D.wav"]);
});

it("leaves out a stretch with two labels in training, and keeps both to score events", async () => {
  const texts = { "A.txt": "0\t3\towl\n0\t3\tfox\n5\t6\tfox\n" };
  const { found, skipped } = await load(["A.wav"], texts);
  expect(found).toEqual(["A.wav#t=5,6 fox"]);
  expect(skipped).toHaveLength(2);
  const scored = await load(["A.wav"], texts, ".", { background: "none", overlaps: "use" });
  expect(scored.found).toEqual(["A.wav#t=0,3 owl", "A.wav#t=0,3 fox", "A.wav#t=5,6 fox"]);
});

it("rejects a selection table without labels, and a text without annotations", async () => {
  const table = `${raven}\n1\t${view}\t1\t2\t0\t8000\n`;
  await expect(load(["A.wav"], { "A.Table.1.selections.txt": table })).rejects.toMatchObject({
    code: "invalid-data",
    message: expect.stringMatching(
      /^A.Table.1.selections.txt has no column of labels; found Selection, View/,
    ),
  });
  await expect(load(["A.wav"], { "A.txt": "what was said" }, "A.txt")).rejects.toThrow(
    /contains no annotations/,
  );
  await expect(load(["A.wav", "B.wav"], { "C.txt": "1\t2\towl" }, "C.txt")).rejects.toThrow(
    /no recording was found for them/,
  );
});
