/**
 * Inputs that once ended, hung or bloated a process, given to the built program.
 *
 *     npm run build && npx tsx runs/attack-inputs.ts FOLDER      (the folder of the inputs; they are not published)
 *
 * Writes runs/results/attack-inputs.md and attack-inputs.json. The two clients of the server need Python.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createLargeModels } from "./attack/large-models.ts";
import { type ProgramRun, runProgram, startProgram, writeTones } from "./attack/program.ts";
import { serveHub } from "./attack/small-hub.ts";

const inputs = process.argv[2];
if (inputs === undefined) throw new Error("Name the folder of the inputs.");
const work = await mkdtemp(join(tmpdir(), "golem-attack-"));
const home = process.env.GOLEM_HOME ?? join(homedir(), ".cache", "golem");
const data = join(work, "data");
await writeTones(data, 5);
const golem = join(work, "tones");
const tone = join(data, "low", "0.wav");
const read = async (name: string) => new Uint8Array(await readFile(join(inputs, name)));

interface Row {
  readonly input: string;
  readonly command: string;
  readonly before: string;
  readonly outcome: string;
  readonly seconds: number;
  /** Of the program's own process. */
  readonly processorSeconds: number;
  readonly megabytes: number;
  readonly outputBytes: number;
  readonly isRaw: boolean;
}
const rows: Row[] = [];

/** The first line of an error, or the code of the end. */
function describe({ end, stderr, stdout }: ProgramRun): string {
  const text = (stderr + stdout).replaceAll(`${work}/`, "").replaceAll(`${inputs}/`, "");
  const found = /(error|warning) \[([a-z-]+)\][^\n]*/.exec(text)?.[0];
  return `${typeof end === "number" ? `exit ${end}` : end}${found ? `; ${found.slice(0, 160)}` : ""}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
const isRawText = (text: string): boolean => /\n\s+at .*:\d+|[\u0000-\u0008\u000b-\u001f\u007f]/.test(text);

/** Runs a command, and notes what became of it. */
async function attack(
  input: string,
  before: string,
  args: readonly string[],
  {
    cache = home,
    env = {},
  }: { readonly cache?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<ProgramRun> {
  const run = await runProgram(args, cache, env);
  const command = `golem ${args.map((arg) => arg.replace(`${work}/`, "").replace(`${inputs}/`, "")).join(" ")}`;
  const { seconds, processorSeconds, megabytes, stdout, stderr } = run;
  rows.push({
    ...{ input, command, before, outcome: describe(run), seconds, processorSeconds, megabytes },
    ...{ outputBytes: stdout.length + stderr.length, isRaw: isRawText(stdout + stderr) },
  });
  console.log(rows.at(-1));
  return run;
}

const trained = await runProgram(["train", data, "--out", golem, "--encoder", "mfcc", "--quiet"], home);
if (trained.end !== 0) throw new Error(trained.stderr);

await attackServer();
await attackCache();
await attackAudio();
await attackHub();
await attackModels();
await attackGolems();
await rm(work, { recursive: true, force: true });
await publish();

async function attackServer(): Promise<void> {
  const clients = [
    ["server-h2c-upgrade.py", ["230", "20"], "never answered, never closed"],
    ["server-get-trickle.py", [], "230 of 230 stay open; other clients locked out"],
  ] as const;
  for (const [script, args, before] of clients) {
    const started = performance.now();
    const { server, port, getText } = await startServer();
    const client = spawn("python3", [join(inputs!, script), port, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    client.stdout.on("data", (piece) => {
      said += piece;
    });
    await once(client, "close");
    const ended = once(server, "exit");
    const stopped = performance.now();
    server.kill("SIGTERM");
    const [code] = await ended;
    const lines = said.trim().split("\n");
    const answers = lines.filter((line) => line.includes("200 OK")).length;
    rows.push({
      ...{ input: script, command: `golem serve; ${script} ${args.join(" ")}`, before },
      outcome: `${answers > 0 ? `${answers} answered with 200; ` : ""}${lines.at(-1)}; SIGTERM: exit ${code} after ${((performance.now() - stopped) / 1000).toFixed(1)} s`,
      ...{ seconds: (performance.now() - started) / 1000, processorSeconds: 0, megabytes: 0 },
      ...{ outputBytes: getText().length, isRaw: isRawText(getText()) },
    });
    console.log(rows.at(-1));
  }
  const { server, port, getText } = await startServer();
  while ((await fetch(`http://127.0.0.1:${port}/readyz`)).status !== 200) await setTimeout(200);
  for (const [name, before] of [
    ["flac-384k-8ch-300s-73kB.flac", "six of them let another client wait for 82 s"],
    ["float-onespike.wav", "500"],
    ["audio-A11-117383-aifc_f32.aiff", "500"],
    ["opus-log-flood.opus", "36.7 MB of log"],
  ] as const) {
    const started = performance.now();
    const address = `http://127.0.0.1:${port}/v1/golems/tones/predict?name=${name}`;
    const headers = { "content-type": "application/octet-stream" };
    const response = await fetch(address, { method: "POST", body: await read(name), headers });
    const { code } = (await response.json()) as { readonly code?: string };
    rows.push({
      ...{
        input: name,
        command: "POST /v1/golems/tones/predict",
        before,
        outcome: `${response.status}; ${code}`,
      },
      ...{ seconds: (performance.now() - started) / 1000, processorSeconds: 0, megabytes: 0 },
      ...{ outputBytes: getText().length, isRaw: isRawText(getText()) },
    });
    console.log(rows.at(-1));
  }
  server.kill("SIGTERM");
  await once(server, "exit");
}

async function startServer(): Promise<{ server: ChildProcess; port: string; getText: () => string }> {
  const server = startProgram(["serve", golem, "--port", "0", "--json"], home);
  let text = "";
  const port = await new Promise<string>((resolve, reject) => {
    const take = (piece: Buffer): void => {
      text += piece;
      const found = /127\.0\.0\.1:(\d+)|localhost:(\d+)|"port":(\d+)/.exec(text);
      if (found) resolve(found[1] ?? found[2] ?? found[3]!);
    };
    server.stdout!.on("data", take);
    server.stderr!.on("data", take);
    server.once("exit", () => reject(new Error(text)));
  });
  return { server, port, getText: () => text };
}

async function attackCache(): Promise<void> {
  const cache = join(work, "cache");
  await mkdir(join(cache, "embeddings"), { recursive: true });
  await copyFile(join(inputs!, "lmdb-1-35-zerorange.mdb"), join(cache, "embeddings", "data.mdb"));
  const out = join(work, "again");
  const input = "lmdb-1-35-zerorange.mdb";
  await attack(input, "SIGSEGV", ["train", data, "--out", out, "--encoder", "mfcc"], { cache });
  await attack(input, "SIGABRT", ["cache", "clear"], { cache });
}

async function attackAudio(): Promise<void> {
  for (const [name, before] of [
    ["opus-log-flood.opus", "36.7 MB of log"],
    ["flac-384k-8ch-300s-73kB.flac", "18 s"],
    ["float-onespike.wav", "HTTP 500"],
    ["audio-A11-117383-aifc_f32.aiff", "HTTP 500"],
  ] as const) {
    await attack(name, before, ["predict", golem, join(inputs!, name)]);
  }
  const mixed = join(work, "mixed");
  await cp(data, mixed, { recursive: true });
  for (const name of ["float-onespike.wav", "audio-A11-117383-aifc_f32.aiff"]) {
    await copyFile(join(inputs!, name), join(mixed, "high", name));
  }
  await attack("both of them in a data set", "train ends", [
    "train",
    mixed,
    "--out",
    join(work, "mixed-golem"),
  ]);
}

async function attackHub(): Promise<void> {
  const table = "train-00000-of-00001.parquet";
  const siblings = JSON.parse(
    await readFile(join(inputs!, "hub-redos", "siblings.json"), "utf8"),
  ) as string[];
  const hub = await serveHub({
    "x/hang-114": { files: { [table]: await read("parquet-hang-22-114.parquet") } },
    "x/hang-4714": { files: { [table]: await read("parquet-hang-22-4714.parquet") } },
    "x/redos": {
      files: { [table]: await read(`hub-redos/${table}`) },
      listed: siblings.filter((name) => name !== table),
      card: JSON.parse(await readFile(join(inputs!, "hub-redos", "card.json"), "utf8")),
    },
    "x/rows": { files: { [table]: await read(`hub-rows9e8/${table}`) } },
  });
  const env = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: join(work, "hub"), HF_HUB_DISABLE_TELEMETRY: "1" };
  for (const [name, before] of [
    ["hang-114", "endless"],
    ["hang-4714", "endless"],
    ["redos", "endless"],
    ["rows", "abort of the heap"],
  ] as const) {
    await attack(
      `${name} (data set)`,
      before,
      ["train", `hf:x/${name}`, "--out", join(work, name), "--encoder", "mfcc"],
      { env },
    );
  }
  hub.stop();
}

async function attackModels(): Promise<void> {
  const out = ["--out", join(work, "vectors.npz")];
  for (const [name, before] of [
    ["onnx-loop", "cannot be interrupted"],
    ["onnx-extbig-same", "reads a file of the working folder as weights"],
  ] as const) {
    await attack(`${name}/`, before, ["embed", data, "--encoder", join(inputs!, name), ...out]);
  }
  const checkpoint = join(work, "checkpoint");
  await cp(fileURLToPath(new URL("../test/fixtures/pretrained/wav2vec2", import.meta.url)), checkpoint, {
    recursive: true,
  });
  await rm(join(checkpoint, "model.safetensors"), { force: true });
  await copyFile(join(inputs!, "pkl-circular.bin"), join(checkpoint, "pytorch_model.bin"));
  await attack("pkl-circular.bin", "TypeError with a stack", [
    "embed",
    data,
    "--encoder",
    checkpoint,
    ...out,
  ]);
  for (const [name, model] of Object.entries(createLargeModels())) {
    const folder = join(work, name);
    await mkdir(folder);
    await writeFile(join(folder, "model.onnx"), model);
    await copyFile(join(inputs!, "onnx-loop", "golem-encoder.json"), join(folder, "golem-encoder.json"));
    await attack(`${name}/ (${model.length} bytes)`, "allocates 12.5 GB", [
      "embed",
      data,
      "--encoder",
      folder,
      ...out,
    ]);
  }
}

async function attackGolems(): Promise<void> {
  const deep = join(work, "golem-deep");
  await cp(golem, deep, { recursive: true });
  await copyFile(join(inputs!, "golem-deep", "golem.json"), join(deep, "golem.json"));
  await attack("golem-deep/", "RangeError with a stack", ["predict", deep, tone]);
  for (const [command, ...args] of [
    ["predict"],
    ["predict", "--json"],
    ["detect", "--format", "audacity"],
    ["detect", "--format", "raven"],
  ]) {
    const given = [command!, join(inputs!, "golem-label-escapes"), tone, ...args];
    await attack("golem-label-escapes/", "control characters reach the terminal", given);
  }
}

async function publish(): Promise<void> {
  const lines = rows.map(
    ({ input, before, command, outcome, seconds, processorSeconds, megabytes, outputBytes, isRaw }) =>
      `| ${input} | ${before} | ${`\`${command.slice(0, 90).replaceAll("|", "\\|")}\``} | ${outcome.replaceAll("|", "\\|")} | ${seconds.toFixed(1)} s | ${processorSeconds > 0 ? `${processorSeconds.toFixed(1)} s` : ""} | ${megabytes > 0 ? `${megabytes} MB` : ""} | ${outputBytes} | ${isRaw ? "**yes**" : "no"} |`,
  );
  const folder = fileURLToPath(new URL("results/", import.meta.url));
  await writeFile(join(folder, "attack-inputs.json"), `${JSON.stringify(rows, null, 2)}\n`);
  await writeFile(
    join(folder, "attack-inputs.md"),
    `# Inputs that once ended, hung or bloated a process

Made by runs/attack-inputs.ts with the built program; "raw" means a stack or a control character in what was printed. Times are of a
machine with other work. Processor time and memory are those of the program's own process.

| input | before | command | now | time | processor time | memory | bytes printed | raw |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${lines.join("\n")}
`,
  );
}
