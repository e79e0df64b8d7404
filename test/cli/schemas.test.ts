/** Real output of every command with --json, files of golems and documents of the server, against the JSON Schemas in docs/schemas. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { run as runCommandLine } from "../../src/cli/run.ts";
import { createWav } from "../support/audio-files.ts";
import { runGolem } from "../support/command-line.ts";
import { checkDocuments, checkOutput, read, schemaFolder } from "../support/output-schemas.ts";
import { createToneInSilence, getToneGolem, serve } from "../support/served.ts";
import { hasRedis, startRedis } from "../support/servers/redis-server.ts";

const folder = mkdtempSync(join(tmpdir(), "golem-schemas-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const place = (name: string) => join(folder, name);

let golem: string;
let data: string;
let files: readonly string[];
const covered = new Set<string>();

/** Runs `golem NAME ARGS --json` and checks what it wrote. */
async function run(
  name: string,
  args: readonly string[],
  exitCode = 0,
  stdin?: Readable,
): Promise<unknown[]> {
  const result = await runGolem([name, ...args, "--json"], undefined, stdin);
  expect(result.exitCode, result.stderr).toBe(exitCode);
  covered.add(name);
  return checkOutput(name, result.stdout);
}

/** Runs a command that ends when it is interrupted, until it has written a line that contains `last`. */
async function runUntil(last: string, name: string, args: readonly string[]): Promise<void> {
  const stop = new AbortController();
  let text = "";
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      if (text.includes(last)) stop.abort();
      done();
    },
  });
  const stderr = new Writable({ write: (_chunk, _encoding, done) => done() });
  await runCommandLine([name, ...args, "--json"], { stdout, stderr }, stop.signal);
  covered.add(name);
  checkOutput(name, text);
}

beforeAll(async () => {
  ({ golem, folder: data, files } = await getToneGolem());
});

it("describe training, scoring and comparing", async () => {
  const encoder = ["--encoder", "mfcc"];
  const other = place("other");
  await run("train", [data, "--out", other, ...encoder]);
  await run("evaluate", [golem, addRecordings()]);
  await run("curve", [data, ...encoder]);
  await run("compare", [data, "--budget", "1", ...encoder]);
  await run("compare", [data, "--encoders", "mfcc,google-speech-embedding"]);
  await run("update", [golem, addRecordings(), "--out", place("updated")]);
  await run("diff", [golem, place("updated")]);
  await run("suggest", [golem, addRecordings(), "--count", "1"]);
  await run("doctor", [data, ...encoder]);
  await run("report", [other, "--no-curve"]);
  await run("embed", [data, "--out", place("rows.parquet"), ...encoder]);
  await run("export", [golem, "--format", "safetensors", "--out", place("exported")]);
  checkDocuments("golem-file.schema.json", [
    read(join(golem, "golem.json")),
    read(join(other, "golem.json")),
  ]);
  checkDocuments("training-file.schema.json", [read(join(golem, "training.json"))]);
});

/** Recordings that no golem was trained on, a folder per class, with one that cannot be read. */
function addRecordings(): string {
  const added = place("added");
  for (const [i, label] of ["low", "high", "low", "high"].entries()) {
    mkdirSync(join(added, label), { recursive: true });
    writeFileSync(join(added, label, `${i}.wav`), createWav([createToneInSilence(100 + i)], 16_000));
  }
  writeFileSync(join(added, "low", "damaged.wav"), "no sound");
  return added;
}

it("describe predictions and events", async () => {
  const lines = await run("predict", [golem, files[0]!, place("nowhere.wav")], 1);
  expect(lines[1]).toMatchObject({ error: { code: "data-not-found" } });
  const long = place("long");
  mkdirSync(long);
  const samples = Float32Array.from(Array.from({ length: 6 }, (_, i) => [...createToneInSilence(i)]).flat());
  writeFileSync(join(long, "day.wav"), createWav([samples], 16_000));
  expect(await run("detect", [golem, join(long, "day.wav")])).not.toEqual([]);
  const bytes = Buffer.from(Int16Array.from(samples, (sample) => 32_000 * sample).buffer);
  await run("listen", [golem], 0, Readable.from([bytes]));
  writeFileSync(join(long, "day.txt"), "0.5\t1.5\tlow\n2.5\t3.5\thigh\n");
  await run("evaluate", [golem, long, "--events"]);
});

it("describe recordings that are made and labelled", async () => {
  await run("synth", ["yes,no", "--out", place("spoken"), "--count", "1", "--voices", "1"]);
  const kept = place("kept");
  mkdirSync(kept);
  cpSync(files[0]!, join(kept, "a.wav"));
  writeFileSync(place("answers.csv"), "file_name,label\na.wav,low\n");
  await run("review", [kept, "--answers", place("answers.csv")]);
});

it("describe servers and pages", async () => {
  await runUntil("ready", "serve", [golem, "--port", "0", "--workers", "1"]);
  await runUntil("url", "review", [data, "--no-open"]);
  await runUntil("url", "studio", ["--port", "0", "--no-open"]);
});

it("describe encoders and caches", async () => {
  await run("encoders", []);
  await run("encoders", ["verify", "mfcc"]);
  await run("encoders", ["pull", "mfcc"]);
  await run("encoders", ["remove", "mfcc"]);
  vi.stubEnv("GOLEM_HOME", place("home"));
  try {
    await run("cache", []);
    await run("cache", ["clear"]);
  } finally {
    vi.unstubAllEnvs();
  }
});

it("describe runs of shards", async () => {
  const planned = place("run");
  await run("plan", [data, "--out", planned, "--shard-size", "3", "--encoder", "mfcc"]);
  await run("embed", ["--run", planned, "--shard", "0"]);
  await run("status", ["--run", planned]);
  if (!hasRedis) return;
  const redis = await startRedis();
  onTestFinished(redis.stop);
  await run("embed", ["--run", planned, "--queue", redis.url]);
  await run("work", ["--queue", redis.url, "--exit-when-empty"]);
  await run("retry", ["--run", planned, "--queue", redis.url]);
});

it("describe help and completion", async () => {
  await run("help", []);
  await run("help", ["update"]);
  await run("completion", ["bash"]);
});

it("describe errors", async () => {
  for (const args of [["predict", place("nowhere"), "x.wav"], ["train"], ["nothing"]]) {
    const { stdout } = await runGolem([...args, "--json"]);
    checkDocuments("error.schema.json", [JSON.parse(stdout)]);
  }
});

it("describe the documents of the server", async () => {
  const served = await serve({ golems: [golem], workers: 1 });
  onTestFinished(() => served.server.close());
  const ask = async (path: string, init?: RequestInit) => (await served.fetch(path, init)).json();
  const body = readFileSync(files[0]!);
  checkDocuments("http.schema.json", [await ask("/readyz")], "State");
  checkDocuments("http.schema.json", [await ask("/v1/golems")], "GolemList");
  checkDocuments("http.schema.json", [await ask("/v1/golems/tones")], "Golem");
  checkDocuments(
    "http.schema.json",
    [await ask("/v1/golems/tones/predict", { method: "POST", body })],
    "Prediction",
  );
  checkDocuments("http.schema.json", [await ask("/v1/golems/none")], "Problem");
  expect(await ask("/openapi.json")).toEqual(read(join(schemaFolder, "openapi.json")));
});

it("cover every command", () => {
  // The demo has a slow test, test/docs/demo.slow.test.ts.
  const without = hasRedis ? ["demo"] : ["demo", "work", "retry"];
  const documented = commands.filter(({ name }) => !without.includes(name));
  expect([...covered].sort()).toEqual(documented.map(({ name }) => name).sort());
});
