/**
 * `golem detect` and `golem listen` on a long recording put together from the synthetic ones that the repository carries: what is found
 * and where, forms of output, pipes, and input that is not as it should be.
 */
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAudio } from "../src/audio/open-audio.ts";
import { createRandom } from "../src/core/random.ts";
import type { DetectedEvent } from "../src/detect/detector.ts";
import { openFileSource } from "../src/node/file-source.ts";
import { createWav } from "./audio-files.ts";
import { runGolem } from "./command-line.ts";

const banking = resolve(import.meta.dirname, "../demo/banking");
const folder = mkdtempSync(join(tmpdir(), "golem-detect-"));
const golem = join(folder, "golem");
const long = join(folder, "long.wav");
const rate = 16_000;
const labels = ["abroad", "balance", "freeze"];
/** Where each sentence is, in seconds. */
const truth: { start: number; end: number; label: string }[] = [];
/** What the first test finds. */
let lines: DetectedEvent[] = [];
let samples = new Float32Array(0);

beforeAll(async () => {
  for (const label of labels) {
    cpSync(join(banking, "train", label), join(folder, "data", label), { recursive: true });
  }
  const trained = await runGolem(["train", join(folder, "data"), "--out", golem, "--quiet"]);
  expect(trained.exitCode).toBe(0);
  const random = createRandom(5);
  const parts: Float32Array[] = [createPause(2 * rate)];
  let at = 2 * rate;
  for (const name of [0, 1, 2]) {
    for (const label of labels) {
      const place = join(banking, "test", label);
      const clip = await readClip(join(place, readdirSync(place).sort()[name]!));
      const pause = createPause(2.5 * rate);
      truth.push({ start: at / rate, end: (at + clip.length) / rate, label });
      parts.push(clip, pause);
      at += clip.length + pause.length;
    }
  }
  samples = new Float32Array(at);
  let filled = 0;
  for (const part of parts) {
    samples.set(part, filled);
    filled += part.length;
  }
  writeFileSync(long, createWav([samples], rate));

  function createPause(length: number): Float32Array {
    return Float32Array.from({ length }, () => 0.0005 * random.normal());
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function readClip(path: string): Promise<Float32Array> {
  const source = await openFileSource(path);
  try {
    const opened = await openAudio(source, { trim: false });
    for await (const window of opened.windows()) return window;
    throw new Error("empty");
  } finally {
    await source.close();
  }
}

const parseLines = (text: string): DetectedEvent[] =>
  text
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

/** 16-bit samples in pieces whose sizes do not fit samples. */
function pipe(values: Float32Array): Readable {
  const bytes = new Uint8Array(Int16Array.from(values, (value) => Math.round(value * 32_767)).buffer);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 40_001) pieces.push(bytes.subarray(at, at + 40_001));
  return Readable.from(pieces);
}

describe("golem detect", () => {
  it("finds what is said where it is said, as JSON lines of the contract", async () => {
    const { exitCode, stdout, stderr } = await runGolem(["detect", golem, long, "--json"]);
    expect(stderr).toContain("seldom-sure");
    expect(exitCode).toBe(0);
    const events = parseLines(stdout);
    for (const event of events) {
      expect(Object.keys(event)).toEqual(["start", "end", "label", "confidence"]);
      expect(event.confidence).toBeGreaterThan(1 / 3);
    }
    // Where something is said is the engine's to find; which of three sentences it was, a golem of twelve recordings often mistakes.
    const found = truth.filter(({ start, end }) => {
      const overlaps = events.map((event) => Math.min(event.end, end) - Math.max(event.start, start));
      return Math.max(...overlaps) >= (end - start) / 2;
    });
    expect(found.length).toBeGreaterThanOrEqual(8);
    lines = events;
  });

  it("says the same of what is piped in, in all forms", async () => {
    const listened = await runGolem(["listen", golem, "--json"], undefined, pipe(samples));
    expect(listened.exitCode).toBe(0);
    expect(parseLines(listened.stdout).map(({ label }) => label)).toEqual(lines.map(({ label }) => label));
    const csv = await runGolem(["detect", golem, long, "--format", "csv"]);
    expect(csv.stdout.trim().split("\n")).toHaveLength(lines.length + 1);
    const none = await runGolem(["detect", golem, long, "--threshold", "1"]);
    expect(none.stdout).toMatch(/^Nothing that the golem knows was found/);
  });

  it("refuses what cannot be, in words", async () => {
    const text = join(folder, "text.wav");
    writeFileSync(text, "no sound, only words");
    const cut = join(folder, "cut.wav");
    writeFileSync(cut, createWav([samples], rate).subarray(0, 200_001));
    const cases: [string[], number, RegExp][] = [
      [["detect", golem, text], 1, /not-audio/],
      [["detect", golem, join(folder, "nowhere.wav")], 1, /data-not-found/],
      [["detect", golem, cut, "--json"], 0, /truncated/],
      [["detect", golem, long, "--threshold", "0"], 2, /usage/],
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
