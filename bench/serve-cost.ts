/**
 * Measures what a request costs the server: its processor time, which does not depend on other work on the machine as
 * requests per second do, and its memory. Several builds are measured in turn.
 *
 *   npx tsx bench/serve-cost.ts [--requests N] [--rounds N] [FOLDER...]      (Linux; `npm run build` first)
 *
 * FOLDERs hold built copies of Golem (default: this one). A default golem is trained on demo/banking; two connections
 * send recordings of 2 s cut from there. Results go to bench/results/serve-cost.json and serve-cost.md.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openAudio } from "../src/audio/open-audio.ts";
import { encodeWav } from "../src/audio/wav-writer.ts";
import { loadDataset } from "../src/node/data/dataset-files.ts";
import { createFfmpegDecoder } from "../src/node/decode/ffmpeg-decoder.ts";
import { train } from "../src/node/train.ts";

const { values, positionals } = parseArgs({
  options: {
    requests: { type: "string", default: "120" },
    rounds: { type: "string", default: "3" },
  },
  allowPositionals: true,
});
const requests = Number(values.requests);
const connections = 2;
/** Requests before measuring. */
const warmUp = 20;
/** Linux counts processor time in these (sysconf(_SC_CLK_TCK)). */
const tickMilliseconds = 10;

const clips: Buffer<ArrayBuffer>[] = [];
for (const recording of (await loadDataset("demo/banking")).recordings.slice(0, 20)) {
  const source = await recording.open();
  const opened = await openAudio(source, { decoders: [createFfmpegDecoder()] });
  for await (const window of opened.windows()) {
    const clip = Float32Array.from({ length: 32_000 }, (_, i) => window[i % window.length]!);
    clips.push(Buffer.from(encodeWav(clip, 16_000, "pcm16")));
  }
  await source.close();
}

interface Cost {
  readonly milliseconds: number;
  readonly megabytes: number;
}

/** Processor milliseconds of a process so far. */
function readProcessorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return tickMilliseconds * (Number(fields[11]) + Number(fields[12]));
}

async function measure(folder: string, golem: string): Promise<Cost> {
  const cli = join(folder, "bin/golem.js");
  const child = spawn(process.execPath, [cli, "serve", golem, "--port", "0", "--json", "--quiet"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const url = await new Promise<string>((done, fail) => {
      child.once("exit", (code) => fail(new Error(`golem serve ended with ${code}`)));
      child.stdout.on("data", (data) => {
        const found = /"url":"([^"]+)"/.exec(String(data))?.[1];
        if (found) done(found);
      });
    });
    while ((await fetch(`${url}/readyz`)).status !== 200) await setTimeout(50);
    const send = async (count: number): Promise<void> => {
      let next = 0;
      const connect = async (): Promise<void> => {
        while (next < count) {
          const response = await fetch(`${url}/v1/golems/${basename(golem)}/predict`, {
            method: "POST",
            headers: { "content-type": "audio/wav" },
            body: clips[next++ % clips.length]!,
          });
          if (response.status !== 200) throw new Error(await response.text());
          await response.arrayBuffer();
        }
      };
      await Promise.all(Array.from({ length: connections }, connect));
    };
    await send(warmUp);
    const before = readProcessorTime(child.pid!);
    await send(requests);
    const milliseconds = (readProcessorTime(child.pid!) - before) / requests;
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1];
    return { milliseconds, megabytes: Number(peak) / 1024 };
  } finally {
    child.removeAllListeners("exit");
    child.kill("SIGTERM");
  }
}

const scratch = mkdtempSync(join(tmpdir(), "golem-bench-cost-"));
try {
  const golem = join(scratch, "default");
  const trained = await train("demo/banking", { augment: "none" });
  await trained.save(golem);
  await trained.dispose();
  const folders = positionals.length > 0 ? positionals.map((folder) => resolve(folder)) : [resolve(".")];
  const costs: Record<string, Cost[]> = {};
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const folder of folders) {
      const cost = await measure(folder, golem);
      costs[basename(folder)] = [...(costs[basename(folder)] ?? []), cost];
      console.error(basename(folder), JSON.stringify(cost));
    }
  }
  const median = (numbers: readonly number[]): number =>
    [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
  const lines = Object.entries(costs).map(([name, list]) => {
    const milliseconds = list.map((cost) => cost.milliseconds);
    const raw = milliseconds.map((value) => value.toFixed(1)).join(", ");
    const most = Math.max(...list.map(({ megabytes }) => megabytes)).toFixed(0);
    return `| ${name} | ${median(milliseconds).toFixed(1)} | ${raw} | ${(2000 / median(milliseconds)).toFixed(0)} | ${most} |`;
  });
  const text = [
    "# What a request costs",
    "",
    `Processor milliseconds of \`golem serve\` per recording of 2 s, default golem, ${connections} connections, ${requests} requests per round, builds in turn.`,
    "*Two cores*: requests per second that two cores have processor time for. The client's own time is not in it.",
    `Made by \`npx tsx bench/serve-cost.ts\`: Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, ${new Date().toISOString().slice(0, 10)}.`,
    "",
    "| build | ms, median | ms, every round | two cores | peak memory, MB |",
    "|---|---:|---|---:|---:|",
    ...lines,
    "",
  ].join("\n");
  writeFileSync("bench/results/serve-cost.md", text);
  writeFileSync("bench/results/serve-cost.json", `${JSON.stringify(costs)}\n`);
  console.log(text);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
