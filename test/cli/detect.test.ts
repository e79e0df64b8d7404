/**
 * `golem detect` and `golem listen` on a long recording put together from the synthetic ones that the repository carries: what is found
 * and where, forms of output, pipes, and input that is not as it should be.
 */
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../../src/core/random.ts";
import type { DetectedEvent } from "../../src/detect/detector.ts";
import { createWav } from "../support/audio-files.ts";
import { runGolem } from "../support/command-line.ts";
import { hasFfmpeg, hasFfmpegNote } from "../support/ffmpeg.ts";
import {
  createSpokenStream,
  streamRate as rate,
  type SpokenStream,
  toPcm,
} from "../support/recordings/spoken-stream.ts";

let stream: SpokenStream;
/** What the first test finds. */
let lines: DetectedEvent[] = [];
/** What is found in the last three sentences. */
let shortLabels: string[] = [];

beforeAll(async () => {
  stream = await createSpokenStream();
});
afterAll(() => stream.dispose());

const parseLines = <T = DetectedEvent>(text: string): T[] =>
  text
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

/** 16-bit samples in pieces whose sizes do not fit samples. */
function pipe(values: Float32Array): Readable {
  const bytes = toPcm(values);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 40_001) pieces.push(bytes.subarray(at, at + 40_001));
  return Readable.from(pieces);
}

describe("golem detect", () => {
  it("finds what is said where it is said, as JSON lines of the contract, and takes it for what the recording alone is taken for", async () => {
    const { golem, long, truth } = stream;
    const { exitCode, stdout, stderr } = await runGolem([
      "detect",
      golem,
      long,
      "--json",
      "--threshold",
      "0.3",
    ]);
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    lines = parseLines(stdout);
    for (const event of lines) {
      expect(Object.keys(event)).toEqual(["start", "end", "label", "confidence"]);
      expect(event.confidence).toBeGreaterThan(0.3);
      expect(event.confidence).toBeLessThanOrEqual(1);
    }
    const predicted = await runGolem(["predict", golem, ...truth.map(({ file }) => file), "--json"]);
    const alone = new Map(
      parseLines<{ file: string; label: string }>(predicted.stdout).map(({ file, label }) => [file, label]),
    );
    // An event covers at least half of a sentence. Which of three sentences it was, a golem of so few recordings sometimes mistakes.
    const found = truth.map((sentence) => ({
      sentence,
      event: lines.find(
        (event) =>
          Math.min(event.end, sentence.end) - Math.max(event.start, sentence.start) >=
          (sentence.end - sentence.start) / 2,
      ),
    }));
    expect(found.filter(({ event }) => event).length).toBeGreaterThanOrEqual(8);
    expect(lines.length).toBeLessThanOrEqual(10);
    expect(
      found.filter(({ sentence, event }) => event?.label === alone.get(sentence.file)).length,
    ).toBeGreaterThanOrEqual(8);
    expect(
      found.filter(({ sentence, event }) => event?.label === sentence.label).length,
    ).toBeGreaterThanOrEqual(5);
  });

  it("takes a rate of false alarms in place of a threshold, and says how it was measured", async () => {
    const { golem, long, folder } = stream;
    const { exitCode, stdout, stderr } = await runGolem([
      "detect",
      golem,
      long,
      "--json",
      "--false-alarms",
      "60/h",
    ]);
    expect(stderr).toMatch(/thresholds: abroad 0\.\d+, balance 0\.\d+, freeze 0\.\d+\. Measured at training/);
    expect(exitCode).toBe(0);
    expect(parseLines(stdout).length).toBeGreaterThan(0);
    const old = join(folder, "old");
    cpSync(golem, old, { recursive: true });
    const document = JSON.parse(readFileSync(join(old, "golem.json"), "utf8"));
    writeFileSync(join(old, "golem.json"), JSON.stringify({ ...document, falseAlarms: undefined }));
    const refused = await runGolem(["detect", old, long, "--false-alarms", "60/h"]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(/no measurement of false alarms/);
    expect(refused.stderr).toMatch(/Train it again, or give --threshold/);
  });

  it("says the same of what is piped in", async () => {
    const { golem, samples } = stream;
    const listened = await runGolem(
      ["listen", golem, "--json", "--threshold", "0.3"],
      undefined,
      pipe(samples),
    );
    expect(listened.exitCode).toBe(0);
    // Through 16-bit integers: not the same to the last digit.
    const events = parseLines(listened.stdout);
    expect(events.map(({ label }) => label)).toEqual(lines.map(({ label }) => label));
    const times = (all: readonly DetectedEvent[]) => all.flatMap(({ start, end }) => [start, end]);
    expect(times(events)).toBeAllclose(times(lines), { rtol: 0, atol: 0.1 });
  });

  it("finds only what is spoken with --voice, in a file and in a pipe", async ({ skip }) => {
    const { folder, golem, samples, truth } = stream;
    const { start, end } = truth.at(-1)!;
    const random = createRandom(3);
    const both = Float32Array.from({ length: 14 * rate }, () => 0.0005 * random.normal());
    both.set(samples.subarray(Math.round(start * rate), Math.round(end * rate)), 3 * rate);
    for (let i = 0; i < rate; i++) both[10 * rate + i]! += 0.3 * Math.exp(-i / 4000) * Math.sin(i / 3);
    const file = join(folder, "bell.wav");
    writeFileSync(file, createWav([both], rate));
    const detect = async (name: string, ...more: string[]) => {
      const kept = join(folder, name);
      const keep = ["--threshold", "0.3", "--keep", kept, "--keep-unknown", "--json", ...more];
      const { exitCode, stdout, stderr } = await runGolem(["detect", golem, file, ...keep]);
      if (stderr.includes("[weights-missing]")) skip("no network connection");
      expect(exitCode).toBe(0);
      const clips = parseLines<{ sourceStart: number; end: number }>(
        readFileSync(join(kept, "kept.jsonl"), "utf8"),
      );
      const ends = clips.map(({ sourceStart, end }) => sourceStart + end);
      return { events: parseLines(stdout), last: Math.max(...ends) };
    };
    // The bell is unlike all classes, so without the filter it is kept as unknown sound.
    expect((await detect("plain")).last).toBeGreaterThan(10);
    const { events, last } = await detect("voiced", "--voice");
    expect(last).toBeLessThan(10);
    expect(events.length).toBeGreaterThan(0);
    const listen = ["listen", golem, "--json", "--threshold", "0.3", "--voice"];
    const listened = await runGolem(listen, undefined, pipe(both));
    expect(parseLines(listened.stdout).map(({ label }) => label)).toEqual(events.map(({ label }) => label));
  });

  it("writes the same events in every form, as others read them", async () => {
    const { folder, golem, samples, truth } = stream;
    const short = join(folder, "short.wav");
    const last = truth.slice(-3);
    writeFileSync(short, createWav([samples.subarray(Math.round((last[0]!.start - 2) * rate))], rate));
    const write = async (format: string) => {
      const { exitCode, stdout } = await runGolem(["detect", golem, short, "--format", format]);
      expect(exitCode).toBe(0);
      return stdout;
    };
    const events = parseLines(await write("json"));
    shortLabels = events.map(({ label }) => label);
    expect(shortLabels.length).toBeGreaterThanOrEqual(2);
    expect(last.map(({ label }) => label)).toEqual(expect.arrayContaining(shortLabels));
    const round = (digits: number) =>
      events.map(({ start, end, label }) => ({
        start: start.toFixed(digits),
        end: end.toFixed(digits),
        label,
      }));
    // Read by an independent CSV parser, set to tabs without quotes where the format has them.
    const csv: Record<string, string>[] = parse(await write("csv"), { columns: true });
    expect(csv.map(({ start, end, label }) => ({ start, end, label }))).toEqual(round(3));
    expect(csv.map(({ confidence }) => Number(confidence))).toBeAllclose(
      events.map(({ confidence }) => confidence),
      { rtol: 0, atol: 0.0001 },
    );
    const audacity = parse(await write("audacity"), {
      delimiter: "\t",
      quote: false,
      columns: ["start", "end", "label"],
    });
    expect(audacity).toEqual(round(6));
    const raven: Record<string, string>[] = parse(await write("raven"), {
      delimiter: "\t",
      quote: false,
      columns: true,
    });
    expect(
      raven.map((row) => ({ start: row["Begin Time (s)"], end: row["End Time (s)"], label: row.Label })),
    ).toEqual(round(3));
    expect(raven.map(({ Selection }) => Selection)).toEqual(events.map((_, i) => String(i + 1)));
    for (const row of raven)
      expect(Number(row["High Freq (Hz)"])).toBeGreaterThan(Number(row["Low Freq (Hz)"]));
    const hush = join(folder, "hush.wav");
    writeFileSync(hush, createWav([new Float32Array(3 * rate)], rate));
    const none = await runGolem(["detect", golem, hush]);
    expect(none.stdout).toMatch(/^No event was found/);
  });

  it.skipIf(!hasFfmpeg)(`does what docs/detection.md shows${hasFfmpegNote}`, () => {
    const { folder, golem } = stream;
    const page = readFileSync(resolve(import.meta.dirname, "../../docs/detection.md"), "utf8");
    const [, block] = /```sh\n(npx golem detect .*?)```/s.exec(page)!;
    const day = join(folder, "day.flac");
    execFileSync("ffmpeg", ["-v", "error", "-y", "-i", join(folder, "short.wav"), day]);
    const commands = block!
      .replaceAll(
        "npx golem",
        `'${process.execPath}' '${resolve(import.meta.dirname, "../../bin/golem.js")}'`,
      )
      .replaceAll("my-golem", golem)
      .replaceAll("SOURCE", day);
    const printed = execFileSync("bash", ["-e", "-o", "pipefail", "-c", commands], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    expect(parseLines(printed).map(({ label }) => label)).toEqual(shortLabels);
    const written = readFileSync(join(folder, "labels.txt"), "utf8").trim().split("\n");
    expect(written.map((line) => line.split("\t")[2])).toEqual(shortLabels);
  });

  it("refuses impossible options in words", async () => {
    const { folder, golem, long, samples } = stream;
    const text = join(folder, "text.wav");
    writeFileSync(text, "no sound, only words");
    const cut = join(folder, "cut.wav");
    writeFileSync(cut, createWav([samples], rate).subarray(0, 200_001));
    const cases: [string[], number, RegExp][] = [
      [["detect", golem, text], 1, /not-audio/],
      [["detect", golem, join(folder, "nowhere.wav")], 1, /data-not-found/],
      [["detect", golem, cut, "--json"], 0, /truncated/],
      [["detect", golem, long, "--threshold", "0"], 2, /usage/],
      [["detect", golem, long, "--false-alarms", "1"], 2, /1\/h, 10\/d or 0\.5\/h/],
      [
        ["detect", golem, long, "--false-alarms", "1/h", "--threshold", "0.5"],
        2,
        /expected only one of them/,
      ],
      [["listen", golem, "--false-alarms", "1/d"], 1, /lowest rate that can be guaranteed is/],
      [["detect", golem, long, "--window", "-1"], 2, /usage/],
      [["detect", golem, long, "--window", "1e9"], 1, /invalid-option/],
      [["detect", golem, long, "--format", "xml"], 2, /usage/],
      [["detect", golem, long, "--json", "--format", "csv"], 2, /usage/],
      [["listen", golem, "--rate", "0"], 2, /usage/],
    ];
    for (const [args, code, message] of cases) {
      const { exitCode, stderr } = await runGolem(args);
      expect(stderr).toMatch(message);
      expect(exitCode).toBe(code);
    }
    const slow = await runGolem(["listen", golem, "--rate", "7"], undefined, pipe(samples));
    expect(slow).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("invalid-option") });
  });

  it("reads a header that claims more than there is, and samples that are no numbers", async () => {
    const { folder, golem, samples } = stream;
    const wav = createWav([samples.subarray(0, 4 * rate)], rate);
    new DataView(wav.buffer, wav.byteOffset).setUint32(40, 0xfffffff0, true);
    const huge = join(folder, "huge.wav");
    writeFileSync(huge, wav);
    expect((await runGolem(["detect", golem, huge, "--json"])).exitCode).toBe(0);
    const noise = new Uint8Array(Float32Array.from({ length: rate }, () => Number.NaN).buffer);
    const args = ["listen", golem, "--format", "f32le", "--json"];
    const { exitCode, stdout, stderr } = await runGolem(
      args,
      undefined,
      Readable.from([noise, Uint8Array.of(1)]),
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    expect(stderr).toMatch(/not-finite.*truncated/s);
  });

  it("ends with 130 when it is interrupted", async () => {
    const { golem, long } = stream;
    const controller = new AbortController();
    const endless = new Readable({
      read() {
        // As real input does, it comes between other things.
        setTimeout(() => this.push(new Uint8Array(3200)), 1);
      },
    });
    setTimeout(() => controller.abort(), 1500);
    const { exitCode } = await runGolem(["listen", golem], controller.signal, endless);
    expect(exitCode).toBe(130);
    expect(endless.destroyed).toBe(true);
    const stopped = new AbortController();
    stopped.abort();
    expect((await runGolem(["detect", golem, long], stopped.signal)).exitCode).toBe(130);
  });
});
