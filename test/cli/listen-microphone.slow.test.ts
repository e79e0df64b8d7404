/**
 * `golem listen` with a real arecord on a machine without a microphone: ALSA's file plugin gives it what the test writes into a named pipe. The
 * command runs in a terminal of its own (`script`), since a terminal is what makes it record.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createReadStream, existsSync, readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DetectedEvent } from "../../src/detect/detector.ts";
import { runGolem } from "../support/command-line.ts";
import {
  createSpokenStream,
  type SpokenStream,
  streamRate,
  toPcm,
} from "../support/recordings/spoken-stream.ts";

const missing = ["arecord", "script", "mkfifo"].filter((program) => !isInstalled(program));
const note = missing.length > 0 ? ` (skipped: no ${missing.join(", ")})` : "";
/** What arecord asks for at a time, in samples: the eighth of a second. Less in the pipe would be filled up with silence. */
const periodSamples = 2000;

let stream: SpokenStream;
let child: ChildProcess | undefined;

beforeAll(async () => {
  if (missing.length === 0) stream = await createSpokenStream();
});
afterAll(() => {
  child?.kill("SIGKILL");
  stream?.dispose();
});

it.skipIf(missing.length > 0)(
  `hears through arecord what detect finds in the same sound, and ends with Ctrl-C${note}`,
  async () => {
    const { folder, golem, truth } = stream;
    // Four seconds of quiet, in which the gate finds its floor, the last two sentences, and quiet in which the last event ends.
    const quiet = stream.samples.subarray(0, 2 * streamRate);
    const rest = stream.samples.subarray(Math.round((truth.at(-2)!.start - 2) * streamRate));
    const samples = new Float32Array(2 * quiet.length + rest.length);
    samples.set(quiet);
    samples.set(rest, quiet.length);
    samples.set(quiet, quiet.length + rest.length);
    const file = join(folder, "same.pcm");
    const bytes = toPcm(samples);
    writeFileSync(file, bytes);
    const piped = await runGolem(["listen", golem, "--json"], undefined, createReadStream(file));
    const expected = parseLines(piped.stdout);
    expect(expected.length).toBeGreaterThan(0);

    const source = join(folder, "microphone");
    execFileSync("mkfifo", [source]);
    const configuration = join(folder, "asound.conf");
    writeFileSync(
      configuration,
      `pcm.!default { type file slave.pcm { type null } file "/dev/null" infile "${source}" format "raw" }\n`,
    );
    const heard = join(folder, "heard.jsonl");
    const messages = join(folder, "messages.txt");
    const program = resolve(import.meta.dirname, "../../bin/golem.js");
    const command = `'${process.execPath}' '${program}' listen '${golem}' --json >'${heard}' 2>'${messages}'`;
    child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
      stdio: ["pipe", "ignore", "inherit"],
      env: { ...process.env, ALSA_CONFIG_PATH: configuration },
    });
    const ended = new Promise((done) => child!.on("exit", done));
    const getEvents = () => (existsSync(heard) ? parseLines(readFileSync(heard, "utf8")) : []);

    /** Until so many events are there; gives up after a while. */
    const waitFor = async (count: number, seconds: number) => {
      for (let waited = 0; getEvents().length < count && waited < seconds; waited += 0.02) {
        await new Promise((done) => setTimeout(done, 20));
      }
    };

    // What came faster than it is heard would be left out, and an event is reported when the next sound comes: after each sentence, the pipe is slow
    // until its event is there.
    const pipe = await open(source, "r+");
    try {
      const periods = Math.floor(samples.length / periodSamples);
      for (let period = 0; period < periods; period++) {
        const at = period * periodSamples;
        const due = expected.filter(({ end }) => (end + 1) * streamRate <= at).length;
        await waitFor(due, 2);
        await pipe.write(bytes.subarray(2 * at, 2 * (at + periodSamples)));
      }
      await waitFor(expected.length, 10);
      child.stdin!.write("\u0003");
      expect(await ended).toBe(130);
    } finally {
      await pipe.close();
    }
    const events = getEvents();
    expect(events.map(({ label }) => label)).toEqual(expected.map(({ label }) => label));
    const times = (all: readonly DetectedEvent[]) => all.flatMap(({ start, end }) => [start, end]);
    expect(times(events)).toBeAllclose(times(expected), { rtol: 0, atol: 0.02 });
  },
);

const parseLines = (text: string): DetectedEvent[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? "").split(":").some((folder) => existsSync(join(folder, program)));
}
