/**
 * Keeps a real server under load for a while: every answer is compared with the expected one, memory and
 * descriptors are watched. The clients run in this process, the server in another, as it is installed
 * (`npm run build` first).
 *
 *   npm run soak -- [--minutes N] [--connections N] [--publish]
 *
 * Beside the requests, a client ten times per second sends half a request and leaves. Exit code 1 if an answer is
 * wrong or missing, or memory or descriptors grew. --publish writes runs/results/soak.json and soak.md.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { loadGolem } from "../src/node/golem.ts";
import { createWav } from "../test/support/audio-files.ts";
import { createToneInSilence, trainTones } from "../test/support/served.ts";

/** Allowed growth from the second fifth of the time to the last. */
const maximumGrowth = { memory: 1.1, megabytes: 30, descriptors: 5 };
const boundary = "----golem";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "3" },
    connections: { type: "string", default: "8" },
    publish: { type: "boolean", default: false },
  },
});
const folder = mkdtempSync(join(tmpdir(), "golem-soak-"));

/** Longest time for an answer. */
const answerMilliseconds = 60_000;

type RequestOf = RequestInit & { readonly path: string };

/** A request and the body of its right answer. */
interface Exchange {
  readonly request: RequestOf;
  readonly status: number;
  readonly answer: string;
}

/** Trains the golem; recordings by name. */
async function prepare(): Promise<Map<string, Buffer<ArrayBuffer>>> {
  const files = new Map<string, Buffer<ArrayBuffer>>();
  const rows: string[] = [];
  for (let i = 0; i < 12; i++) {
    files.set(`${i}.wav`, Buffer.from(createWav([createToneInSilence(i)], 16_000)));
    writeFileSync(join(folder, `${i}.wav`), files.get(`${i}.wav`)!);
    rows.push(JSON.stringify({ file_name: `${i}.wav`, label: i % 2 ? "high" : "low" }));
  }
  writeFileSync(join(folder, "metadata.jsonl"), rows.join("\n"));
  await trainTones(join(folder, "tones"), folder, 0);
  for (const name of ["tone.mp3", "tone.flac", "tone-vorbis.ogg", "tone.opus"]) {
    files.set(name, readFileSync(join("fuzz/seeds/audio", name)));
  }
  return files;
}

async function openServer(): Promise<{ url: string; child: ChildProcess }> {
  const args = [resolve("bin/golem.js"), "serve", join(folder, "tones"), "--port", "0", "--json", "--quiet"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise<string>((done, fail) => {
    child.once("exit", (code) => fail(new Error(`golem serve ended with ${code}`)));
    child.stdout.on("data", (data) => {
      const [, found] = /"url":"([^"]+)"/.exec(String(data)) ?? [];
      if (found) done(found);
    });
  });
  while ((await fetch(`${url}/readyz`)).status !== 200) await setTimeout(20);
  return { url, child };
}

/** The requests of the load, without their answers. */
function listRequests(files: ReadonlyMap<string, Buffer<ArrayBuffer>>): RequestOf[] {
  const predict = "/v1/golems/tones/predict";
  const post = (path: string, type: string, body: Buffer<ArrayBuffer>) =>
    ({ method: "POST", path, headers: { "content-type": type }, body }) as const;
  const form = [...files]
    .slice(0, 2)
    .flatMap(([name, bytes]) => [
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n`),
      ...[bytes, Buffer.from("\r\n")],
    ]);
  return [
    ...[...files.values()].map((body) => post(predict, "audio/wav", body)),
    post(
      predict,
      `multipart/form-data; boundary=${boundary}`,
      Buffer.concat([...form, Buffer.from(`--${boundary}--\r\n`)]),
    ),
    post("/v1/golems/tones/detect", "audio/wav", files.get("1.wav")!),
    post(predict, "audio/wav", files.get("0.wav")!.subarray(0, 30)),
    post(predict, "audio/wav", Buffer.from("no recording")),
    post(predict, "text/plain", Buffer.from("no recording")),
    { method: "GET", path: "/v1/golems/tones" },
    { method: "GET", path: "/v1/golems/none" },
  ];
}

/** An answer without the number of its request. */
const normalise = (answer: string): string => answer.replace(/urn:uuid:[0-9a-f-]+/, "");

/** Sends each request alone; checks the predictions against the library in this process. */
async function learnAnswers(
  url: string,
  files: ReadonlyMap<string, Buffer<ArrayBuffer>>,
): Promise<Exchange[]> {
  const golem = await loadGolem(join(folder, "tones"));
  const expected = [];
  for (const bytes of files.values()) expected.push(await golem.predict(new Uint8Array(bytes)));
  await golem.dispose();
  const exchanges: Exchange[] = [];
  for (const [i, request] of listRequests(files).entries()) {
    const { status, answer } = await send(url, request);
    const wanted = expected[i];
    if (wanted && JSON.parse(answer).confidence !== wanted.confidence) {
      throw new Error(`the server gave ${answer}, the library ${JSON.stringify(wanted)}`);
    }
    if (status === 500) throw new Error(`${request.path} is answered by ${answer}`);
    exchanges.push({ request, status, answer });
  }
  return exchanges;
}

/** Memory in MB and open descriptors of a process. */
function readUse(pid: number): { megabytes: number; descriptors: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const megabytes = Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1000;
  return { megabytes, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

/** A client that sends half a request and leaves. */
function sendHalf(url: string, body: Buffer): void {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on("error", () => undefined);
  const head = `POST /v1/golems/tones/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: audio/wav\r\nContent-Length: ${body.length}\r\n\r\n`;
  socket.write(head);
  socket.write(body.subarray(0, body.length >> 1), () => socket.destroy());
}

/** Sends a request; the body of its answer with its status. */
async function send(
  url: string,
  { path, ...request }: RequestOf,
): Promise<{ status: number; answer: string }> {
  const response = await fetch(url + path, request);
  return { status: response.status, answer: normalise(await response.text()) };
}

/** Clients that send the requests in turn, each beginning elsewhere, and compare the answers. */
async function load(url: string, exchanges: readonly Exchange[], seconds: number) {
  const found = { answers: 0, wrong: 0, errors: 0, examples: [] as string[] };
  const end = Date.now() + 1000 * seconds;
  const note = (example: string): void => {
    if (found.examples.length < 5) found.examples.push(example.slice(0, 300));
  };
  const keepSending = async (first: number): Promise<void> => {
    for (let i = first; Date.now() < end; i++) {
      const { request, status, answer } = exchanges[i % exchanges.length]!;
      try {
        const got = await send(url, { ...request, signal: AbortSignal.timeout(answerMilliseconds) });
        found.answers++;
        if (got.status === status && got.answer === answer) continue;
        found.wrong++;
        note(`${request.path}: ${got.status} ${got.answer}`);
      } catch (error) {
        found.errors++;
        note(`${request.path}: ${error} ${(error as Error).cause ?? ""}`);
      }
    }
  };
  const clients = Array.from({ length: Number(values.connections) }, (_, i) => keepSending(3 * i));
  await Promise.all(clients);
  return found;
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;

const files = await prepare();
const { url, child } = await openServer();
const seconds = Math.round(60 * Number(values.minutes));
const uses: { megabytes: number; descriptors: number }[] = [];
let halves = 0;
try {
  const exchanges = await learnAnswers(url, files);
  const before = readUse(child.pid!);
  const sampler = setInterval(() => uses.push(readUse(child.pid!)), 1000);
  const leaver = setInterval(() => {
    sendHalf(url, files.get("0.wav")!);
    halves++;
  }, 100);
  const { answers, wrong, errors, examples } = await load(url, exchanges, seconds);
  clearInterval(sampler);
  clearInterval(leaver);
  // What clients left behind is closed after at most this time.
  await setTimeout(8000);
  const after = readUse(child.pid!);
  const fifth = Math.max(1, Math.floor(uses.length / 5));
  const [early, late] = [uses.slice(fifth, 2 * fifth), uses.slice(-fifth)].map((part) =>
    median(part.map(({ megabytes }) => megabytes)),
  ) as [number, number];
  const faults = [
    wrong > 0 && `${wrong} wrong answers, such as ${examples.join("; ")}`,
    errors > 0 && `${errors} requests without an answer, such as ${examples.join("; ")}`,
    late > early * maximumGrowth.memory + maximumGrowth.megabytes &&
      `memory grew from ${early} to ${late} MB`,
    after.descriptors > before.descriptors + maximumGrowth.descriptors &&
      `descriptors grew from ${before.descriptors} to ${after.descriptors}`,
  ].filter((fault): fault is string => typeof fault === "string");
  const summary = {
    ...{ minutes: seconds / 60, connections: Number(values.connections), cores: availableParallelism() },
    ...{ processor: cpus()[0]!.model, node: process.version },
    ...{ requests: exchanges.length, answers, wrong, errors, halves },
    ...{ megabytesEarly: Math.round(early), megabytesLate: Math.round(late) },
    megabytesPeak: Math.round(Math.max(...uses.map(({ megabytes }) => megabytes))),
    ...{ descriptorsBefore: before.descriptors, descriptorsAfter: after.descriptors },
    descriptorsPeak: Math.max(...uses.map(({ descriptors }) => descriptors)),
    faults,
  };
  console.log(JSON.stringify(summary, null, 2));
  if (values.publish) publish(summary);
  process.exitCode = faults.length > 0 ? 1 : 0;
} finally {
  const ended = new Promise((done) => child.once("exit", done));
  child.kill("SIGTERM");
  await ended;
  rmSync(folder, { recursive: true, force: true });
}

function publish(summary: Readonly<Record<string, unknown>>): void {
  const path = "runs/results/soak.json";
  writeFileSync(path, `${JSON.stringify(summary, null, 2)}\n`);
  const { minutes, connections, cores, processor, requests, faults, ...rest } = summary;
  const rows = Object.entries(rest).map(([name, value]) => `| ${name} | ${value} |`);
  const text = `# A server under load for ${minutes} minutes

\`golem serve\` of a golem on MFCC features, ${connections} connections that send ${requests} different requests in turn (recordings in six formats, forms, streams, damaged files, wrong types), and ten clients per second that
leave in the middle of a request (halves); ${cores} cores of ${processor}, shared with other work. Every answer is compared with that to the same request sent alone, whose confidence equals the library's.
Memory is the median of the second and of the last fifth of the time; descriptors are those before the load and 8 s after it.

| | |
|---|---|
${rows.join("\n")}

Faults: ${(faults as string[]).join("; ") || "none"}. \`npm run soak -- --minutes ${minutes} --publish\`
`;
  writeFileSync(path.replace(".json", ".md"), text);
}
