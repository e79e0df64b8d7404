/**
 * Measures the times for which users wait. Every number comes from fresh processes; the commands alternate,
 * in reversed order each round. Medians and all raw values are written to bench/results.
 *
 *   npm run bench [-- --rounds N] [--only NAME] [--giant FOLDER --plain PLAIN.onnx]
 *
 * Recordings are cut from demo/banking: fifty of 2 s in ten classes, and one of 30 minutes. Weights of
 * encoders come from the cache folder. The comparison with scikit-learn runs if python3 has it. With a
 * wav2vec2-base checkpoint (random weights will do) and the plain export of bench/pretrained.py, the graphs
 * of pretrained models are timed too, and PyTorch if python3 has it: bench/results/giants.json.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { openAudio } from "../src/audio/open-audio.ts";
import { encodeWav } from "../src/audio/wav-writer.ts";
import { loadDataset } from "../src/node/data/dataset-files.ts";
import { createFfmpegDecoder } from "../src/node/decode/ffmpeg-decoder.ts";
import { getCacheFolder } from "../src/node/disk/cache-folder.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    only: { type: "string" },
    giant: { type: "string" },
    plain: { type: "string" },
  },
});
const rounds = Number(values.rounds);
const folder = mkdtempSync(join(tmpdir(), "golem-bench-"));
const golem = resolve("bin/golem.js");
const preload = resolve("bench/report-memory.cjs");

const everything = (await loadDataset("demo/banking")).recordings;
const labels = [...new Set(everything.map(({ label }) => label))].slice(0, 10);
const recordings = labels.flatMap((label) =>
  everything.filter((recording) => recording.label === label).slice(0, 5),
);
const speech: Float32Array[] = [];
for (const recording of recordings) {
  const source = await recording.open();
  const opened = await openAudio(source, { decoders: [createFfmpegDecoder()] });
  for await (const window of opened.windows()) speech.push(window);
  await source.close();
}
const data = join(folder, "data");
for (const [i, samples] of speech.entries()) {
  const label = join(data, recordings[i]!.label);
  mkdirSync(label, { recursive: true });
  // 2 s of sound: cut, or repeated when the clip is shorter.
  const clip = Float32Array.from({ length: 32_000 }, (_, j) => samples[j % samples.length]!);
  writeFileSync(join(label, `${i}.wav`), encodeWav(clip, 16_000, "pcm16"));
}
const first = join(data, recordings[0]!.label, "0.wav");
const long = join(folder, "30 minutes.wav");
const total = 30 * 60 * 16_000;
const half = new Float32Array(total);
for (let at = 0, i = 0; at < total; i++) {
  const clip = speech[i % speech.length]!.subarray(0, total - at);
  half.set(clip, at);
  at += clip.length;
}
writeFileSync(long, encodeWav(half, 16_000, "pcm16"));

const warmHome = join(folder, "warm");
const coldHome = join(folder, "cold");
for (const home of [warmHome, coldHome])
  cpSync(getCacheFolder().encoders, join(home, "encoders"), { recursive: true });

/** One command to time. */
interface Command {
  readonly name: string;
  readonly goal: string;
  readonly args: readonly string[];
  readonly home: string;
  prepare?(): void;
}

const saved = join(folder, "golem");
const train = ["train", data, "--out", saved, "--quiet"];
const savedAlone = join(folder, "golem moonshine-tiny");
const trainAlone = ["train", data, "--encoder", "moonshine-tiny", "--out", savedAlone, "--quiet"];
const commands: Command[] = [
  { name: "train, 50 recordings, cached", goal: "<= 1 s", args: train, home: warmHome },
  {
    name: "train, 50 recordings of 2 s, not cached",
    goal: "<= 4 s",
    args: train,
    home: coldHome,
    prepare: () => rmSync(join(coldHome, "embeddings"), { recursive: true, force: true }),
  },
  {
    name: "predict, one file of 2 s, cold start",
    goal: "<= 0.7 s",
    args: ["predict", saved, first, "--quiet"],
    home: warmHome,
  },
  {
    name: "predict, a recording of 30 min",
    goal: "<= 350 MB",
    args: ["predict", saved, long, "--quiet"],
    home: warmHome,
  },
  {
    name: "moonshine-tiny alone: predict, one file of 2 s, cold start",
    goal: "<= 0.7 s",
    args: ["predict", savedAlone, first, "--quiet"],
    home: warmHome,
  },
  {
    name: "moonshine-tiny alone: predict, a recording of 30 min",
    goal: "<= 350 MB",
    args: ["predict", savedAlone, long, "--quiet"],
    home: warmHome,
  },
];

function runGolem(args: readonly string[], home: string): { seconds: number; megabytes: number } {
  const memory = join(folder, "memory");
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, ["--require", preload, golem, ...args], {
    env: { ...process.env, GOLEM_HOME: home, GOLEM_BENCH_MEMORY: memory },
    encoding: "utf8",
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (status !== 0) throw new Error(`golem ${args.join(" ")} ended with ${status}: ${stderr}`);
  return { seconds, megabytes: Number(readFileSync(memory, "utf8")) / 1e6 };
}

const raw: Record<string, { seconds: number; megabytes: number }[]> = {};
const wanted = commands.filter(({ name }) => !values.only || name.includes(values.only));
const loadBefore = loadavg()[0]!;
runGolem(train, warmHome);
runGolem(trainAlone, warmHome);
for (let round = 0; round < rounds; round++) {
  for (const command of round % 2 === 0 ? wanted : [...wanted].reverse()) {
    // The longest command needs fewer rounds.
    if (command.args.includes(long) && round >= 3) continue;
    command.prepare?.();
    const measured = runGolem(command.args, command.home);
    raw[command.name] = [...(raw[command.name] ?? []), measured];
  }
}

const tsx = (script: string, ...args: string[]) =>
  JSON.parse(execFileSync(process.execPath, ["--import", "tsx", script, ...args], { encoding: "utf8" }));
const warm = Array.from({ length: 3 }, () => tsx("bench/warm-embedding.ts", first));
const warmPredictions: [number, number][] = Array.from({ length: 3 }, () =>
  tsx("bench/warm-prediction.ts", first, saved, savedAlone),
);

const python = ["/usr/bin/python3", "python3"].find(
  (candidate) => spawnSync(candidate, ["-c", "import sklearn"]).status === 0,
);
const logistic: { golem: unknown; scikitLearn: unknown }[] = [];
const matrix = join(folder, "logistic.bin");
for (let round = 0; round < 3; round++) {
  const ours = tsx("bench/logistic.ts", matrix, "--rounds", "3");
  const theirs = python
    ? JSON.parse(execFileSync(python, ["bench/logistic.py", matrix], { encoding: "utf8" }))
    : "not measured: no python3 with scikit-learn";
  logistic.push({ golem: ours, scikitLearn: theirs });
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
const lines = [
  `Node ${process.version}, ${availableParallelism()} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, ${new Date().toISOString().slice(0, 10)}`,
  "",
  `Load average ${loadBefore.toFixed(1)} before, ${loadavg()[0]!.toFixed(1)} after; on a machine with other work times are longer.`,
  "",
  "| command | goal | median wall | lowest | highest | peak memory |",
  "|---|---|---:|---:|---:|---:|",
  ...wanted.map(({ name, goal }) => {
    const seconds = raw[name]!.map((run) => run.seconds);
    const megabytes = Math.max(...raw[name]!.map((run) => run.megabytes));
    return `| ${name} | ${goal} | ${median(seconds).toFixed(2)} s | ${Math.min(...seconds).toFixed(2)} s | ${Math.max(...seconds).toFixed(2)} s | ${megabytes.toFixed(0)} MB |`;
  }),
  `| warm encoding of 2 s, moonshine-tiny | <= 15 ms | ${median(warm.map((run) => run.encode)).toFixed(1)} ms | | | |`,
  `| the same with reading and decoding the file | | ${median(warm.map((run) => run.embed)).toFixed(1)} ms | | | |`,
  `| warm prediction of a file of 2 s | | ${median(warmPredictions.map(([all]) => all)).toFixed(1)} ms | | | |`,
  `| the same, moonshine-tiny alone | <= 25 ms | ${median(warmPredictions.map(([, alone]) => alone)).toFixed(1)} ms | | | |`,
];
mkdirSync("bench/results", { recursive: true });
writeFileSync(
  "bench/results/speed.json",
  `${JSON.stringify({ machine: lines[0], raw, warm, warmPredictions, logistic }, null, 1)}\n`,
);
writeFileSync(
  "bench/results/speed.md",
  `${lines.join("\n")}\n\nLogistic head, 10,000 x 576 x 14, three rounds in turn:\n\n\`\`\`json\n${JSON.stringify(logistic, null, 1)}\n\`\`\`\n`,
);
console.log(readFileSync("bench/results/speed.md", "utf8"));
if (values.giant) {
  const plain = values.plain ? ["--plain", values.plain] : [];
  const graphs = tsx("bench/pretrained.ts", "--model", values.giant, ...plain, "--rounds", values.rounds);
  const torch = ["/usr/bin/python3", "python3"].find(
    (candidate) => spawnSync(candidate, ["-c", "import torchaudio"]).status === 0,
  );
  const pytorch = torch
    ? execFileSync(torch, ["bench/pretrained.py", "time", "2"], { encoding: "utf8" })
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))
    : "not measured: no python3 with torchaudio";
  const text = JSON.stringify({ machine: lines[0], graphs, pytorch }, null, 1);
  writeFileSync("bench/results/giants.json", `${text}\n`);
  console.log(text);
}
rmSync(folder, { recursive: true, force: true });
