/**
 * Measures the cost of embedding per clip, by recipe: processor time, bytes of shards and requests to S3, and
 * from these the cost of a million and of ten million clips.
 *
 *   npx tsx runs/cost-model.ts
 *
 * Clips are those of demo/banking, of 1 to 4 s. Processor time is measured for the whole process with two
 * numbers of clips; the difference is the cost of the clips without the start. Requests are counted by a
 * proxy in front of an S3 server. Needs the built package. Writes runs/results/cost-model.json and
 * cost-model.md.
 */
import { execFileSync, spawn } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, request } from "node:http";
import { cpus, tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { startBuckets } from "../test/support/servers/bucket-server.ts";

const few = 20;
const many = 80;
const recipes: Readonly<Record<string, readonly string[]>> = {
  "default (moonshine-tiny with transcripts, google-speech-embedding)": [],
  "default without transcripts": ["--no-transcript"],
  "moonshine-tiny": ["--encoder", "moonshine-tiny"],
  "google-speech-embedding": ["--encoder", "google-speech-embedding"],
  "moonshine-base with transcripts, google-speech-embedding": ["--encoder", "moonshine-base"],
};
const program = resolve("bin/golem.js");
const scratch = mkdtempSync(join(tmpdir(), "golem-cost-"));

function writeClips(folder: string, count: number): number {
  const files = readdirSync("demo/banking", { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(wav|flac|mp3|ogg|opus)$/.test(name))
    .sort()
    .slice(0, count);
  mkdirSync(join(folder, "clips"), { recursive: true });
  for (const [i, name] of files.entries()) {
    copyFileSync(join("demo/banking", name), join(folder, "clips", `${i}-${basename(name)}`));
  }
  return files.length;
}

/** Measures the processor seconds of `golem embed --run RUN`, and the bytes of its shards. */
function embed(data: string, flags: readonly string[], fp16: boolean) {
  const run = mkdtempSync(join(scratch, "run-"));
  execFileSync(process.execPath, [program, "plan", data, "--out", run, ...flags, "--quiet"]);
  const used = join(scratch, "used.json");
  const hook = join(scratch, "note.cjs");
  const write = `require("node:fs").writeFileSync(${JSON.stringify(used)}, JSON.stringify(u.userCPUTime + u.systemCPUTime))`;
  writeFileSync(hook, `process.on("exit", () => { const u = process.resourceUsage(); ${write}; });`);
  execFileSync(process.execPath, [
    "--require",
    hook,
    program,
    "embed",
    "--run",
    run,
    "--quiet",
    ...(fp16 ? ["--fp16"] : []),
  ]);
  const bytes = readdirSync(join(run, "shards")).reduce(
    (sum, name) => sum + statSync(join(run, "shards", name)).size,
    0,
  );
  return { seconds: JSON.parse(readFileSync(used, "utf8")) / 1e6, bytes };
}

/** Counts the requests to S3 of planning and embedding, with clips and run in buckets. */
async function countRequests(clips: number) {
  const buckets = await startBuckets(["sounds", "runs"]);
  const folder = join(scratch, "for-s3");
  writeClips(folder, clips);
  for (const name of readdirSync(join(folder, "clips"))) {
    await buckets.put("sounds", `clips/${name}`, readFileSync(join(folder, "clips", name)));
  }
  let requests = 0;
  const target = new URL(buckets.url);
  const proxy = createServer((incoming, outgoing) => {
    requests++;
    const { method, url, headers } = incoming;
    const onward = request(
      { host: target.hostname, port: target.port, method, path: url, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(onward);
  });
  await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done));
  const { port } = proxy.address() as { port: number };
  const env = { ...process.env, ...buckets.environment, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
  const run = (...args: string[]) =>
    new Promise<number>((done) => {
      const before = requests;
      spawn(process.execPath, [program, ...args, "--quiet"], { env, stdio: "inherit" }).once("exit", () =>
        done(requests - before),
      );
    });
  const encoder = ["--encoder", "google-speech-embedding"];
  const plan = await run("plan", "s3://sounds/clips", "--out", "s3://runs/run", ...encoder);
  const embedding = await run("embed", "--run", "s3://runs/run");
  proxy.closeAllConnections();
  proxy.close();
  await buckets.stop();
  return { clips, plan, embed: embedding };
}

try {
  const [small, large] = [join(scratch, "few"), join(scratch, "many")];
  const difference = -writeClips(small, few) + writeClips(large, many);
  const costs = Object.entries(recipes).map(([recipe, flags]) => {
    const [start, whole] = [embed(small, flags, false), embed(large, flags, false)];
    const half = embed(small, flags, true);
    const cost = {
      recipe,
      coreMilliseconds: (1000 * (whole.seconds - start.seconds)) / difference,
      bytesPerClip: (whole.bytes - start.bytes) / difference,
      bytesPerClip16: half.bytes / few,
    };
    console.log(cost);
    return cost;
  });
  const requests = await countRequests(50);
  const machine = `${cpus().length} x ${cpus()[0]!.model.trim()}, Node ${process.version}`;
  writeFileSync(
    "runs/results/cost-model.json",
    `${JSON.stringify({ machine, costs, requests }, undefined, 1)}\n`,
  );
  const hours = (milliseconds: number, clips: number, cores = 1) => (milliseconds * clips) / 3.6e6 / cores;
  const short = (value: number) =>
    value < 1 ? value.toFixed(2) : value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en-GB");
  const lines = [
    "# What embedding costs per clip",
    "",
    "Clips of 1 to 4 s (demo/banking); `npx tsx runs/cost-model.ts`.",
    `Machine: ${machine}, shared with other work; processor time of whole processes, their start subtracted.`,
    "",
    "| recipe | core-ms per clip | KB per clip, 32 bits | KB, 16 bits |",
    "|---|---:|---:|---:|",
    ...costs.map(
      (cost) =>
        `| ${cost.recipe} | ${Math.round(cost.coreMilliseconds)} | ${(cost.bytesPerClip / 1024).toFixed(1)} | ${(cost.bytesPerClip16 / 1024).toFixed(1)} |`,
    ),
    "",
    "| recipe, number of clips | core-hours | hours on 10 cores | 100 | 1,000 | GB, 32 bits |",
    "|---|---:|---:|---:|---:|---:|",
    ...costs.flatMap((cost) =>
      [1e6, 1e7].map((clips) => {
        const columns = [1, 10, 100, 1000].map((cores) => short(hours(cost.coreMilliseconds, clips, cores)));
        return `| ${cost.recipe}, ${clips.toLocaleString("en-GB")} | ${columns.join(" | ")} | ${short((cost.bytesPerClip * clips) / 2 ** 30)} |`;
      }),
    ),
    "",
    `Requests to S3 for ${requests.clips} clips in one shard: ${requests.plan} for \`golem plan\`, ${requests.embed} for \`golem embed\`: one per clip, and a handful per shard.`,
    "",
  ];
  writeFileSync("runs/results/cost-model.md", lines.join("\n"));
  console.log(lines.join("\n"));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
