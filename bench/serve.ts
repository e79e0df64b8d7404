/**
 * Measures the server under load: requests per second and latencies, wrong answers, memory, delay of the
 * event loop, time until it is ready, and the effect of the torture set and 1,000 fuzzed bodies. The client
 * (autocannon) runs in this process, the installed server in another (`npm run build` first).
 *
 *   npx tsx bench/serve.ts [--minutes N] [--seconds N] [--fuzzed N]      (`npm run bench` runs it last)
 *
 * Golems are trained on demo/banking; requests contain recordings of 2 s cut from there. Results go to
 * bench/results/serve.json and serve.md.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import autocannon, { type Options, type Result } from "autocannon";
import { openAudio } from "../src/audio/open-audio.ts";
import { encodeWav } from "../src/audio/wav-writer.ts";
import { createRandom } from "../src/core/random.ts";
import { loadDataset } from "../src/node/data/dataset-files.ts";
import { createFfmpegDecoder } from "../src/node/decode/ffmpeg-decoder.ts";
import { loadGolem } from "../src/node/golem.ts";
import { train } from "../src/node/train.ts";
import { createFuzzedBodies, loadTortureBodies, sendHostile } from "./torture.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "0" },
    seconds: { type: "string", default: "15" },
    fuzzed: { type: "string", default: "1000" },
  },
});
const folder = mkdtempSync(join(tmpdir(), "golem-bench-serve-"));
const cli = resolve("bin/golem.js");

/** Recordings of 2 s as WAV: cut, or repeated when the clip is shorter. */
const recordings: Buffer<ArrayBuffer>[] = [];
for (const recording of (await loadDataset("demo/banking")).recordings.slice(0, 20)) {
  const source = await recording.open();
  const opened = await openAudio(source, { decoders: [createFfmpegDecoder()] });
  for await (const window of opened.windows()) {
    const clip = Float32Array.from({ length: 32_000 }, (_, i) => window[i % window.length]!);
    recordings.push(Buffer.from(encodeWav(clip, 16_000, "pcm16")));
  }
  await source.close();
}

/** Maximum seconds of load that lasts as long as another test. */
const maximumSeconds = 1800;

/** The server as a process of its own. */
interface Served {
  readonly url: string;
  readonly child: ChildProcess;
  /** Seconds from the start of the process to the first successful answer of /readyz. */
  readonly readySeconds: number;
}

async function open(golem: string, port = "0"): Promise<Served> {
  const start = performance.now();
  const child = spawn(process.execPath, [cli, "serve", golem, "--port", port, "--json", "--quiet"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise<string>((done, fail) => {
    child.once("exit", (code) => fail(new Error(`golem serve ended with ${code}`)));
    child.stdout!.on("data", (data) => {
      const [, found] = /"url":"([^"]+)"/.exec(String(data)) ?? [];
      if (found) done(found);
    });
  });
  while ((await fetch(`${url}/readyz`)).status !== 200) await setTimeout(5);
  return { url, child, readySeconds: (performance.now() - start) / 1000 };
}

async function end({ child }: Served, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  const ended = new Promise((done) => child.once("exit", done));
  child.kill(signal);
  await ended;
}

async function readMetrics(
  url: string,
): Promise<{ loopDelayP99: number; loopDelayMaximum: number; megabytes: number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const read = (name: string): number => Number(new RegExp(`^${name} (.*)$`, "m").exec(text)?.[1]);
  return {
    loopDelayP99: 1000 * read('golem_event_loop_delay_seconds\\{quantile="0.99"\\}'),
    loopDelayMaximum: 1000 * read('golem_event_loop_delay_seconds\\{quantile="1"\\}'),
    megabytes: read("process_resident_memory_bytes") / 1e6,
  };
}

/**
 * Sends recordings in turn over several connections, for some seconds or until a promise settles; every
 * answer is compared with that in Node.
 */
async function load(
  url: string,
  id: string,
  expected: readonly string[],
  connections: number,
  end: number | Promise<unknown>,
) {
  await readMetrics(url);
  let wrong = 0;
  const options: Options = {
    url: `${url}/v1/golems/${id}/predict`,
    connections,
    duration: typeof end === "number" ? end : maximumSeconds,
    method: "POST",
    headers: { "content-type": "audio/wav" },
    requests: recordings.map((body, i) => ({
      method: "POST",
      body,
      onResponse(status: number, text: string) {
        if (status !== 200 || !isEqual(JSON.parse(text), JSON.parse(expected[i]!))) wrong++;
      },
    })),
  };
  const result = await new Promise<Result>((resolve, reject) => {
    const instance = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)));
    if (typeof end !== "number") void end.finally(() => instance.stop());
  });
  const { latency, requests, errors, timeouts, non2xx } = result;
  return {
    connections,
    requestsPerSecond: requests.average,
    p50: latency.p50,
    p99: latency.p99,
    total: requests.total,
    ...{ errors, timeouts, non2xx, wrong },
    ...(await readMetrics(url)),
    loadAverage: loadavg()[0],
  };
}

/**
 * Labels must be equal, and probabilities within 0.001: sums in another order may differ in the last digits.
 */
function isEqual(a: { label: string; scores: Record<string, number> }, b: typeof a): boolean {
  return (
    a.label === b.label &&
    Object.entries(a.scores).every(([label, score]) => Math.abs(score - b.scores[label]!) < 1e-3)
  );
}

const machine = `Node ${process.version}, ${availableParallelism()} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, ${new Date().toISOString().slice(0, 10)}`;
const results: Record<string, unknown> = { machine };
const lines = [
  machine,
  "",
  "| golem | connections | requests/s | p50 | p99 | wrong | failed | event loop delay p99 | largest | memory | load average |",
  "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
];
try {
  const golems = [
    ["moonshine-only", { encoder: "moonshine-tiny" }],
    ["default", {}],
  ] as const;
  for (const [id, options] of golems) {
    const path = join(folder, id);
    const trained = await train("demo/banking", options);
    await trained.save(path);
    await trained.dispose();
    const golem = await loadGolem(path);
    const hostileLines: string[] = [];
    const expected: string[] = [];
    for (const bytes of recordings) expected.push(JSON.stringify(await golem.predict(new Uint8Array(bytes))));
    const torture = await loadTortureBodies(golem);
    const fuzzed = createFuzzedBodies(recordings, createRandom(1), Number(values.fuzzed));
    await golem.dispose();
    let served = await open(path);
    const ready = [served.readySeconds];
    await load(served.url, id, expected, 2, 3);
    const runs = [];
    for (const connections of [1, 2, 8]) {
      const run = await load(served.url, id, expected, connections, Number(values.seconds));
      runs.push(run);
      lines.push(
        `| ${id} | ${connections} | ${run.requestsPerSecond.toFixed(1)} | ${run.p50} ms | ${run.p99} ms | ${run.wrong} | ${run.errors + run.timeouts + run.non2xx} | ${run.loopDelayP99.toFixed(1)} ms | ${run.loopDelayMaximum.toFixed(1)} ms | ${run.megabytes.toFixed(0)} MB | ${run.loadAverage?.toFixed(1)} |`,
      );
      console.error(lines.at(-1));
    }
    const predict = `${served.url}/v1/golems/${id}/predict`;
    const hostile: Record<string, object> = {};
    for (const [kind, bodies] of [["torture files", torture] as const, ["fuzzed bodies", fuzzed] as const]) {
      const sending = sendHostile(predict, bodies);
      const [sent, { total, wrong, errors, timeouts, non2xx }] = await Promise.all([
        sending,
        load(served.url, id, expected, 2, sending),
      ]);
      const failed = errors + timeouts + non2xx;
      hostile[kind] = { ...sent, load: { total, wrong, failed } };
      hostileLines.push(
        `${id}: ${sent.sent} ${kind} under load were answered ${JSON.stringify(sent.statuses)}, ${sent.wrong.length} of them wrongly${sent.wrong.length > 0 ? ` (${sent.wrong.join("; ")})` : ""}; of ${total} good requests meanwhile ${wrong} were answered wrongly, ${failed} failed.`,
      );
      console.error(hostileLines.at(-1));
    }
    // Killed under load, started again.
    const loading = load(served.url, id, expected, 4, 3).catch(() => undefined);
    await setTimeout(1000);
    await end(served, "SIGKILL");
    await loading;
    served = await open(path);
    ready.push(served.readySeconds);
    const memory: number[] = [];
    if (id === "moonshine-only" && Number(values.minutes) > 0) {
      const until = performance.now() + 60_000 * Number(values.minutes);
      const long = load(served.url, id, expected, 4, 60 * Number(values.minutes));
      while (performance.now() < until) {
        await setTimeout(10_000);
        memory.push((await readMetrics(served.url)).megabytes);
      }
      results.long = { minutes: Number(values.minutes), ...(await long), memoryEvery10s: memory };
    }
    await end(served);
    results[id] = { runs, hostile, readySeconds: ready };
    lines.push(
      "",
      `${id}: ready ${ready.map((seconds) => seconds.toFixed(2)).join(" s, after kill -9 under load ")} s.`,
      ...hostileLines.flatMap((line) => ["", line]),
    );
    if (memory.length > 0) {
      const mean = (part: readonly number[]): string =>
        (part.reduce((sum, value) => sum + value, 0) / part.length).toFixed(0);
      const third = Math.max(1, Math.floor(memory.length / 3));
      const { total, wrong } = results.long as { total: number; wrong: number };
      lines.push(
        "",
        `Memory over ${values.minutes} minutes on four connections, by thirds: ${mean(memory.slice(0, third))}, ${mean(memory.slice(third, 2 * third))}, ${mean(memory.slice(2 * third))} MB (${total} requests, ${wrong} wrong).`,
      );
    }
    if (id === "moonshine-only") lines.push("", lines[2]!, lines[3]!);
  }
  mkdirSync("bench/results", { recursive: true });
  writeFileSync("bench/results/serve.json", `${JSON.stringify(results, null, 1)}\n`);
  writeFileSync("bench/results/serve.md", `${lines.join("\n")}\n`);
  console.log(lines.join("\n"));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
