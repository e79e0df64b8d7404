/**
 * Data sets of the Hub from a local server, in Parquet files with the schema of MInDS-14: reading, choice of
 * columns, caching.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readAll } from "../../../test/support/audio-files.ts";
import {
  createRowAudio,
  intents,
  type MindsOptions,
  writeMindsParquet,
} from "../../../test/support/recordings/minds-parquet.ts";
import { card, id, readRecording, start } from "../../../test/support/servers/hub-dataset.ts";
import { fails } from "../../../test/support/servers/hub-files.ts";
import type { Dataset } from "../../dataset/dataset.ts";
import { drawShots, limitRecordings } from "../../dataset/selection.ts";
import { fetchRecordings } from "../data/embed-recordings.ts";

it("is treated as public only if the Hub last reported it as public", async () => {
  for (const [isPrivate, isPublic] of [
    [false, true],
    [true, false],
    [null, false],
  ] as const) {
    const { load } = await start({ private: isPrivate });
    expect((await load(`hf:${id}?config=en-US`)).isPublic).toBe(isPublic);
    expect((await load(`hf:${id}?config=en-US`, { offline: true })).isPublic).toBe(isPublic);
  }
  const { server, load, file } = await start();
  expect((await load(`hf:${id}?config=en-US`)).isPublic).toBe(true);
  const files = { "en-US/train-00000-of-00001.parquet": file, "ko-KR/train-00000-of-00001.parquet": file };
  server.put({ id, type: "dataset", files: { ...files, "README.md": "" }, card, private: true });
  expect((await load(`hf:${id}?config=en-US`)).isPublic).toBe(false);
  expect((await load(`hf:${id}?config=en-US`, { offline: true })).isPublic).toBe(false);
});

describe("hf:PolyAI/minds14", () => {
  it("has the names of its classes, and its recordings as files that can be decoded", async () => {
    const { load, cache, commit } = await start();
    const dataset = await load(`hf:${id}?config=en-US&split=train`);
    expect(dataset.name).toBe(`hf:${id}?config=en-US&split=train`);
    expect(dataset.recordings.map(({ label }) => label)).toEqual(
      Array.from({ length: 60 }, (_, row) => intents[row % 14]),
    );
    expect(dataset.recordings[17]).toMatchObject({ file: "en-US/train/17", split: "none" });
    expect(Buffer.compare(await readRecording(dataset, 17), createRowAudio(17))).toBe(0);
    const folder = join(cache.datasets, "hf", "PolyAI--minds14", commit, "en-US", "train");
    expect((await readdir(folder)).filter((name) => !name.endsWith(".json"))).toEqual(["17.wav"]);
    const { facts } = await readAll(await readFile(join(folder, "17.wav")));
    expect(facts).toMatchObject({ container: "wav", sampleRate: 8000, seconds: 0.5 });
  });

  it("requests nothing twice, in the next run or offline", async () => {
    const { load, server } = await start();
    const spec = `hf:${id}?config=en-US`;
    const first = await load(spec);
    await fetchRecordings(first.recordings, {});
    server.log.length = 0;
    const second = await load(spec);
    await fetchRecordings(second.recordings, {});
    expect(await readRecording(second, 59)).toEqual(await readRecording(first, 59));
    // The only request is for the current commit of the main branch.
    expect(server.log.map(({ at, url }) => [at, url])).toEqual([
      ["api", `/api/datasets/${id}/revision/main`],
    ]);
    server.log.length = 0;
    const offline = await load(spec, { offline: true });
    await fetchRecordings(offline.recordings, {});
    expect(offline.recordings.map(({ file }) => file)).toEqual(first.recordings.map(({ file }) => file));
    expect(server.log).toEqual([]);
    await server.stop();
    const unreachable = await load(spec);
    expect(unreachable.recordings.length).toBe(60);
    expect(unreachable.warnings).toEqual([
      expect.objectContaining({
        code: "fetch-failed",
        message: expect.stringMatching(/cached file list is used/),
      }),
    ]);
  });

  it("with a limit reads only the necessary row groups", async () => {
    // 10 groups of 50 rows of 16 kB: 800 kB per group, 8 MB in all.
    const { load, server, file, countBytes } = await start({}, { rows: 500, rowsPerGroup: 50, seconds: 1 });
    expect(file.length).toBeGreaterThan(7_000_000);
    const dataset = await load(`hf:${id}?config=en-US`, { limit: 60 });
    expect(dataset.recordings.length).toBe(60);
    expect(countBytes()).toBeLessThan(500_000);
    server.log.length = 0;
    await fetchRecordings(limitRecordings(dataset.recordings, 60), {});
    // Groups 0 and 1 of 10.
    expect(countBytes()).toBeLessThan(0.23 * file.length);
    expect(Buffer.compare(await readRecording(dataset, 59), createRowAudio(59, 1))).toBe(0);
  });

  it("with shots reads only labels, then the row groups (or with an index the pages) of the drawn rows", async () => {
    const intent = (row: number): number => (row < 450 ? 0 : 1 + (row % 2));
    const size: MindsOptions = { rows: 500, rowsPerGroup: 50, seconds: 1, intent };
    for (const index of [false, true]) {
      const { load, server, file, countBytes } = await start({}, { ...size, index });
      const dataset = await load(`hf:${id}?config=en-US`);
      expect(dataset.recordings.length).toBe(500);
      const labels = countBytes();
      expect(labels).toBeLessThan(0.1 * file.length);
      server.log.length = 0;
      const drawn = drawShots(dataset.recordings, 1, 0);
      expect(drawn.map(({ label }) => label).sort()).toEqual(["abroad", "address", "app_error"]);
      await fetchRecordings(drawn, {});
      // Three rows are in two or three of ten groups; pages have 64 kB.
      expect(countBytes()).toBeLessThan((index ? 0.1 : 0.32) * file.length);
      const row = Number(drawn[0]!.file.split("/").at(-1));
      expect(Buffer.compare(await readRecording(dataset, row), createRowAudio(row, 1))).toBe(0);
    }
  });

  it("is read from the Hub's conversion if the repository has no Parquet files", async () => {
    const { server, load, file } = await start({
      files: { "minds14.py": "", "data/MInDS-14.zip": "x" },
      card: undefined,
    });
    const files = {
      "en-US/train/0000.parquet": file,
      "en-US/train/0001.parquet": file,
      "fr-FR/partial-train/0000.parquet": file,
    };
    const commit = server.put({ id, type: "dataset", revision: "refs/convert/parquet", files });
    const dataset = await load(`hf:${id}?config=en-US`);
    expect(dataset.recordings.length).toBe(120);
    expect(dataset.recordings[60]).toMatchObject({
      file: "en-US/train/60",
      label: intents[0],
      split: "train",
    });
    expect(Buffer.compare(await readRecording(dataset, 61), createRowAudio(1))).toBe(0);
    expect(server.log.some(({ url }) => url.includes(`/resolve/${commit}/en-US/train/0001.parquet`))).toBe(
      true,
    );
    const partial = await load(`hf:${id}?config=fr-FR&split=train`);
    expect(partial.warnings[0]?.message).toMatch(/only the first part/);
  });

  it("in several splits keeps them apart; rows of splits requested by name have no split", async () => {
    const test = writeMindsParquet({ rows: 5 });
    const train = writeMindsParquet({ rows: 9 });
    const files = { "data/train-00000-of-00001.parquet": train, "data/test-00000-of-00001.parquet": test };
    const { load } = await start({ files, card: undefined });
    const count = (dataset: Dataset): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const { split } of dataset.recordings) counts[split] = (counts[split] ?? 0) + 1;
      return counts;
    };
    expect(count(await load(`hf:${id}`))).toEqual({ test: 5, train: 9 });
    expect(count(await load(`hf:${id}?split=test`))).toEqual({ none: 5 });
    expect(count(await load(`hf:${id}?split=train+test`))).toEqual({ test: 5, train: 9 });
  });

  it("has labels and speakers from the requested columns", async () => {
    const { load } = await start({}, { rows: 6, speaker: (row) => `s${row % 3}` });
    const dataset = await load(`hf:${id}?config=en-US&label=lang_id`);
    expect(dataset.recordings.map(({ label, speaker }) => `${label} ${speaker}`).slice(0, 3)).toEqual([
      "en-AU s0",
      "en-AU s1",
      "en-AU s2",
    ]);
    const other = await load(`hf:${id}?config=en-US&speaker=transcription&label=path`);
    expect(other.recordings[4]).toMatchObject({
      label: "en-US~INTENT/response_4.wav",
      speaker: "I would like to 4",
    });
  });

  it("has class names from the card if the file has no metadata, and finds a column of audio by its form", async () => {
    const features = [
      { name: "audio", dtype: { audio: { sampling_rate: 8000 } } },
      {
        name: "intent_class",
        dtype: { class_label: { names: Object.fromEntries(intents.map((name, i) => [i, name])) } },
      },
    ];
    const { load } = await start(
      { card: { ...card, dataset_info: [{ config_name: "en-US", features }] } },
      { rows: 3, features: null },
    );
    const dataset = await load(`hf:${id}?config=en-US`);
    expect(dataset.recordings.map(({ label }) => label)).toEqual(intents.slice(0, 3));
    const numbers = await load(`hf:${id}?config=ko-KR`);
    expect(numbers.recordings.map(({ label }) => label)).toEqual(["0", "1", "2"]);
  });

  it("skips rows without a label, and rejects rows without audio when they are opened", async () => {
    const { load } = await start(
      {},
      {
        rows: 6,
        intent: (row) => [0, null, -1, 3, 99, 5][row]!,
        audio: (row) => (row === 3 ? null : createRowAudio(row)),
      },
    );
    const dataset = await load(`hf:${id}?config=en-US`);
    expect(dataset.recordings.map(({ file }) => file)).toEqual([
      "en-US/train/0",
      "en-US/train/3",
      "en-US/train/5",
    ]);
    expect(dataset.skipped.map(({ file, code }) => `${file} ${code}`)).toEqual([
      "en-US/train/1 invalid-data",
      "en-US/train/2 invalid-data",
      "en-US/train/4 invalid-data",
    ]);
    await fetchRecordings(dataset.recordings, {});
    expect(await fails(readRecording(dataset, 1))).toMatchObject({
      code: "data-not-found",
      message: expect.stringMatching(/no audio/),
    });
    const all = await load(`hf:${id}?config=en-US`, { labels: "optional" });
    expect(all.recordings.map(({ label }) => label)).toEqual([
      "abroad",
      "",
      "",
      "atm_limit",
      "",
      "business_loan",
    ]);
  });

  it("resumes interrupted fetching of recordings", async () => {
    const { load, server } = await start();
    const dataset = await load(`hf:${id}?config=en-US`);
    server.faults.push({ at: "cdn", dropAfter: 1000 }, { at: "cdn", cutAfter: 500 });
    await fetchRecordings(dataset.recordings.slice(0, 5), {});
    expect(Buffer.compare(await readRecording(dataset, 4), createRowAudio(4))).toBe(0);
    await server.stop();
    expect(await fails(fetchRecordings(dataset.recordings, {}))).toMatchObject({ code: "fetch-failed" });
    expect(Buffer.compare(await readRecording(dataset, 3), createRowAudio(3))).toBe(0);
  });
});
