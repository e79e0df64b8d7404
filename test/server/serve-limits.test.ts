/** What keeps a server alive: limits, slow and vanishing clients, replaced golems, stopping, faults. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import { fc } from "@fast-check/vitest";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { replaceFolderAtomic } from "../../src/node/disk/atomic-write.ts";
import type { ServerOptions } from "../../src/server/start-server.ts";
import { createWav } from "../support/audio-files.ts";
import { expectStatuses, listAwkwardFiles } from "../support/awkward-files.ts";
import { runGolem } from "../support/command-line.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";
import {
  createForm,
  getToneGolem,
  type Served,
  serve,
  type ToneGolems,
  trainTones,
} from "../support/served.ts";
import { sharedData, sharedDataNote } from "../support/shared-data.ts";
import { watchWorkers } from "../support/watch-workers.ts";

let tones: ToneGolems;
let tone: Uint8Array<ArrayBuffer>;
/** Ten minutes of noise: long enough to be interrupted. */
let long: Uint8Array<ArrayBuffer>;
const predict = "/v1/golems/tones/predict";

beforeAll(async () => {
  tones = await getToneGolem();
  tone = new Uint8Array(await readFile(tones.files[0]!));
  let state = 1;
  const noise = Float32Array.from({ length: 600 * 16_000 }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647 - 0.5;
  });
  long = new Uint8Array(createWav([noise], 16_000));
});

/** A server that ends with the test. */
async function open(options: Partial<ServerOptions> = {}): Promise<Served> {
  const served = await serve({ golems: [tones.golem], ...options });
  onTestFinished(() => served.server.close());
  return served;
}

const post = (served: Served, body: BodyInit, signal?: AbortSignal): Promise<Response> =>
  served.fetch(predict, {
    method: "POST",
    body,
    ...(body instanceof FormData ? {} : { headers: { "content-type": "audio/wav" } }),
    ...(signal ? { signal } : {}),
  });

async function getQueued(served: Served): Promise<number> {
  const text = await (await served.fetch("/metrics")).text();
  return Number(/^golem_requests_queued (\d+)$/m.exec(text)?.[1]);
}

/** A connection with nothing behind it but what is written by hand. */
async function dial(
  served: Served,
): Promise<{ socket: Socket; getText(): string; closed: Promise<unknown> }> {
  const socket = connect(served.server.port, served.server.host);
  onTestFinished(() => void socket.destroy());
  let text = "";
  socket.on("data", (data) => {
    text += data;
  });
  socket.on("error", () => {});
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await new Promise((resolve) => socket.once("connect", resolve));
  return { socket, getText: () => text, closed };
}

const headOf = (length: number): string =>
  `POST ${predict} HTTP/1.1\r\nHost: localhost\r\nContent-Type: audio/wav\r\nContent-Length: ${length}\r\n\r\n`;

describe("limits", () => {
  it("on bytes, announced or not, and on files", async () => {
    const served = await open({ maximumBodyBytes: 100_000, maximumFiles: 2 });
    expect(await (await post(served, new Uint8Array(100_001))).json()).toMatchObject({
      status: 413,
      code: "too-large",
    });
    const { socket, getText } = await dial(served);
    socket.write(headOf(0).replace("Content-Length: 0", "Transfer-Encoding: chunked"));
    for (let i = 0; i < 20; i++) socket.write(`2710\r\n${"\u0001".repeat(10_000)}\r\n`);
    await expect.poll(getText).toContain("HTTP/1.1 413");
    const three = createForm({
      "a.wav": new Uint8Array(9),
      "b.wav": new Uint8Array(9),
      "c.wav": new Uint8Array(9),
    });
    expect(await (await post(served, three)).json()).toMatchObject({ status: 413, code: "too-large" });
    expect((await post(served, tone)).status).toBe(200);
  });

  it("on samples, which rate and channels multiply", async () => {
    const served = await open({ maximumSamples: 31_999 });
    const refused = await (await post(served, tone)).json();
    expect(refused).toMatchObject({
      status: 413,
      code: "too-long",
      detail: expect.stringMatching(/32000 samples/),
    });
    expect((await post(await open({ maximumSamples: 32_000 }), tone)).status).toBe(200);
  });

  it("on bytes of all requests together", async () => {
    const served = await open({ maximumBodyBytes: 10_000 });
    const dialled = await Promise.all(Array.from({ length: 9 }, () => dial(served)));
    for (const { socket } of dialled) socket.write(headOf(10_000) + "\u0001".repeat(9_500));
    const count = () => dialled.filter(({ getText }) => getText().includes("HTTP/1.1 503")).length;
    await expect.poll(count).toBe(1);
    expect(dialled.map(({ getText }) => getText()).join()).toMatch(/retry-after: \d/i);
    for (const { socket } of dialled) socket.destroy();
    const getHeld = async () =>
      /^golem_body_bytes (\d+)$/m.exec(await (await served.fetch("/metrics")).text())?.[1];
    await expect.poll(getHeld).toBe("0");
  });

  it("on what waits: other clients get a Retry-After", async () => {
    const served = await open({ queue: 1, workers: 1 });
    const stop = new AbortController();
    const first = post(served, long, stop.signal).catch(() => undefined);
    await expect.poll(() => getQueued(served), { timeout: 20_000, interval: 10 }).toBe(1);
    const second = await post(served, tone);
    expect(second.status).toBe(503);
    expect(Number(second.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(await second.json()).toMatchObject({ code: "overloaded" });
    // When the client leaves, its place is free and its work ends.
    stop.abort();
    await first;
    await expect.poll(() => getQueued(served), { timeout: 30_000 }).toBe(0);
    expect((await post(served, tone)).status).toBe(200);
    expect(served.getLog().some(({ status }) => status === 499)).toBe(true);
  });

  it("on what one client may have at work, which keeps room for others", async () => {
    const [one, other] = ["one client's own key", "another client's key"] as const;
    const served = await open({ queue: 4, clientShare: 0.5, workers: 1, apiKeys: [one, other] });
    const send = (key: string, body: Uint8Array<ArrayBuffer>, signal?: AbortSignal) =>
      served.fetch(predict, {
        ...{ method: "POST", body, headers: { "content-type": "audio/wav", "x-api-key": key } },
        ...(signal ? { signal } : {}),
      });
    const getCount = async () => {
      const answer = await served.fetch("/metrics", { headers: { "x-api-key": one } });
      return /^golem_requests_queued (\d+)$/m.exec(await answer.text())?.[1];
    };
    const stop = new AbortController();
    const greedy = [0, 1].map(() => send(one, long, stop.signal).catch(() => undefined));
    await expect.poll(getCount, { timeout: 20_000, interval: 10 }).toBe("2");
    const third = await send(one, tone);
    expect(third.status).toBe(429);
    expect(Number(third.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(await third.json()).toMatchObject({ code: "too-many-requests" });
    const modest = send(other, tone);
    await expect.poll(getCount, { timeout: 20_000, interval: 10 }).toBe("3");
    stop.abort();
    await Promise.all(greedy);
    expect((await modest).status).toBe(200);
    await expect.poll(getCount, { timeout: 30_000 }).toBe("0");
    expect((await send(one, tone)).status).toBe(200);
  });

  it("on time at work", async () => {
    const served = await open({ timeoutSeconds: 0.05, workers: 1 });
    const answer = await post(served, long);
    expect(await answer.json()).toMatchObject({ status: 504, code: "timeout" });
    await expect.poll(() => getQueued(served), { timeout: 30_000 }).toBe(0);
  });

  it("on seconds of sound", async () => {
    const golem = join(await createScratchFolder(), "tones");
    await trainTones(golem, tones.folder, 0, 3);
    const served = await open({ golems: [golem] });
    expect(await (await post(served, long)).json()).toMatchObject({ status: 413, code: "too-long" });
    expect((await post(served, tone)).status).toBe(200);
  });
});

describe("clients", () => {
  it("that send a byte now and then do not delay other clients", async () => {
    const served = await open({ bodySeconds: 1.5, queue: 1 });
    const slow = await Promise.all(Array.from({ length: 20 }, () => dial(served)));
    for (const { socket } of slow) socket.write(headOf(1000));
    const timer = setInterval(() => {
      for (const { socket } of slow) socket.write("x");
    }, 100);
    expect((await post(served, tone)).status).toBe(200);
    await Promise.all(slow.map(({ closed }) => closed));
    clearInterval(timer);
    for (const { getText } of slow) expect(getText()).toContain("HTTP/1.1 408");
  });

  it("that are idle, 500 of them, do not delay other clients", async () => {
    const served = await open();
    const idle = await Promise.all(Array.from({ length: 500 }, () => dial(served)));
    for (let i = 0; i < 5; i++) expect((await post(served, tone)).status).toBe(200);
    for (const { socket } of idle) socket.destroy();
    expect((await post(served, tone)).status).toBe(200);
  });

  it("who leave in the middle of a body leave nothing behind", async () => {
    const served = await open();
    for (let i = 0; i < 10; i++) {
      const { socket, closed } = await dial(served);
      socket.write(headOf(100_000) + "x".repeat(i * 1000));
      await setTimeout(5);
      socket.destroy();
      await closed;
    }
    expect((await post(served, tone)).status).toBe(200);
    const text = await (await served.fetch("/metrics")).text();
    expect(text).toMatch(/^golem_body_bytes 0$/m);
  });
});

describe("stopping", () => {
  it("answers all that was accepted", async () => {
    const served = await serve({ golems: [tones.golem], workers: 1 });
    const answers = Array.from({ length: 20 }, () => post(served, tone));
    // In transit over an open connection when the server is asked to stop.
    const { socket, getText, closed } = await dial(served);
    socket.write(headOf(tone.length));
    await expect.poll(() => getQueued(served)).toBeGreaterThan(0);
    const stopped = served.server.close();
    socket.write(tone);
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(answers.map(() => 200));
    await closed;
    expect(getText()).toContain("HTTP/1.1 200");
    await stopped;
    await expect(post(served, tone)).rejects.toThrow();
    const left = served
      .getLog()
      .filter(({ route, status }) => route === "/v1/golems/:id/predict" && status !== 200);
    expect(left).toEqual([]);
  });
});

describe("stopping behind a balancer", () => {
  it("says first that it is not ready, and goes on answering new connections for a while", async () => {
    const served = await serve({ golems: [tones.golem], workers: 1, drainSeconds: 2 });
    const stopped = served.server.close();
    const ready = await served.fetch("/readyz");
    expect([ready.status, ready.headers.get("connection")]).toEqual([503, "close"]);
    expect((await served.fetch("/healthz")).status).toBe(200);
    const answer = await post(served, tone);
    expect([answer.status, answer.headers.get("connection")]).toEqual([200, "close"]);
    await stopped;
    await expect(served.fetch("/readyz")).rejects.toThrow();
  });
});

describe("a worker that dies with nothing to do", () => {
  const isReady = async (served: Served) => (await served.fetch("/readyz")).status;

  it("is replaced, with its golems loaded before the server says it is ready", async () => {
    const watch = watchWorkers();
    const served = await open({ workers: 1 });
    await watch.started[0]!.terminate();
    expect(await isReady(served)).toBe(503);
    expect(await (await served.fetch("/metrics")).text()).toMatch(/^golem_ready 0$/m);
    // What comes meanwhile waits.
    expect((await post(served, tone)).status).toBe(200);
    expect(await isReady(served)).toBe(200);
    expect(watch.started).toHaveLength(2);
    expect(served.getLog()).toContainEqual(expect.objectContaining({ code: "encoder-failed" }));
  });

  it("leaves the server ready while there is another", async () => {
    const watch = watchWorkers();
    const served = await open({ workers: 2 });
    await watch.started[0]!.terminate();
    expect(await isReady(served)).toBe(200);
    expect((await post(served, tone)).status).toBe(200);
    const getWorkers = async () =>
      /^golem_workers (\d)$/m.exec(await (await served.fetch("/metrics")).text())?.[1];
    await expect.poll(getWorkers, { timeout: 10_000 }).toBe("2");
  });

  it("again and again is given up, and the server says so", async () => {
    const watch = watchWorkers();
    const served = await open({ workers: 1 });
    // Those that take its place load the golem, and die.
    const kill = (worker: Worker): void => {
      worker.on("message", ({ id }) => void (id !== undefined && worker.terminate()));
    };
    process.on("worker", kill);
    onTestFinished(() => void process.off("worker", kill));
    await watch.started[0]!.terminate();
    await expect.poll(() => watch.ended).toBe(4);
    expect(await isReady(served)).toBe(503);
    expect((await post(served, tone)).status).toBe(500);
    expect(watch.started).toHaveLength(4);
    expect((await served.fetch("/healthz")).status).toBe(200);
  });
});

describe("a golem that is replaced", () => {
  it("answers when it is loaded; until then, and if it is damaged, the old one does", async () => {
    const folder = await createScratchFolder();
    const golem = join(folder, "tones");
    cpSync(tones.golem, golem, { recursive: true });
    const served = await open({ golems: [golem] });
    const statuses = new Set<number>();
    let isOver = false;
    const client = (async () => {
      while (!isOver) statuses.add((await post(served, tone)).status);
    })();
    const getLabels = async () => {
      const body = (await (await served.fetch("/v1/golems/tones")).json()) as { labels: string[] };
      return body.labels.join();
    };
    // Other labels for the same tones.
    const data = join(folder, "data");
    mkdirSync(data);
    for (const [i, file] of tones.files.entries()) {
      const to = join(data, i % 2 ? "treble" : "bass", `${i}.wav`);
      cpSync(file, to);
    }
    await trainTones(golem, data, 1);
    await expect.poll(getLabels, { timeout: 30_000 }).toBe("bass,treble");
    expect(((await (await post(served, tone)).json()) as { label: string }).label).toBe("bass");
    await replaceFolderAtomic(golem, async (staging) => {
      cpSync(tones.golem, staging, { recursive: true });
      writeFileSync(join(staging, "head.safetensors"), "damaged");
    });
    const wasRefused = () =>
      served.getLog().some((line) => line.golem === "tones" && line.code === "golem-damaged");
    await expect.poll(wasRefused, { timeout: 30_000 }).toBe(true);
    expect(await getLabels()).toBe("bass,treble");
    await rm(golem, { recursive: true });
    await setTimeout(1500);
    expect(await getLabels()).toBe("bass,treble");
    isOver = true;
    await client;
    expect([...statuses]).toEqual([200]);
  });

  const mount = (() => {
    if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
    const folder = execFileSync("mktemp", ["-d"], { encoding: "utf8" }).trim();
    const isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]).status === 0;
    if (isMounted) spawnSync("umount", [folder]);
    return isMounted;
  })();
  it.skipIf(!mount)(
    `stays as it is when the disk is full${mount ? "" : " (skipped: no disk can be mounted here)"}`,
    async () => {
      const folder = await createScratchFolder();
      const size = execFileSync("du", ["-sk", tones.golem], { encoding: "utf8" }).split("\t")[0];
      execFileSync("mount", [
        "-t",
        "tmpfs",
        "-o",
        `size=${Math.round(1.5 * Number(size))}k`,
        "tmpfs",
        folder,
      ]);
      onTestFinished(() => void spawnSync("umount", ["-l", folder]));
      const golem = join(folder, "tones");
      cpSync(tones.golem, golem, { recursive: true });
      const before = readFileSync(join(golem, "golem.json"), "utf8");
      const served = await open({ golems: [golem] });
      await expect(trainTones(golem, tones.folder, 1)).rejects.toMatchObject({ code: "output-failed" });
      expect(readFileSync(join(golem, "golem.json"), "utf8")).toBe(before);
      await setTimeout(1500);
      expect((await post(served, tone)).status).toBe(200);
      expect(served.getLog().filter(({ code }) => code !== undefined)).toEqual([]);
    },
  );
});

describe("whatever is sent", () => {
  it.skipIf(!sharedData)(
    `answers awkward and broken files with the status that Node's error has${sharedDataNote}`,
    async () => {
      const names = listAwkwardFiles().filter((_, i) => i % 5 === 0);
      await expectStatuses(await open(), tones.golem, names);
    },
  );

  it("answers fuzzed bodies, and goes on", async () => {
    const served = await open();
    const allowed = new Set([200, 400, 413, 415, 422]);
    const change = fc.array(fc.tuple(fc.nat(tone.length - 1), fc.nat(255)), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(change, fc.nat(tone.length), fc.boolean(), async (changes, length, isForm) => {
        const bytes = tone.slice(0, length);
        // Most changes go into the header.
        for (const [at, value] of changes) bytes[at % (at % 3 ? 60 : tone.length)] = value;
        const response = isForm
          ? await served.fetch(predict, {
              method: "POST",
              body: Buffer.concat([
                Buffer.from("--x\r\nContent-Disposition: form-data; filename=a\r\n\r\n"),
                bytes,
              ]),
              headers: { "content-type": "multipart/form-data; boundary=x" },
            })
          : await post(served, bytes);
        expect(allowed).toContain(response.status);
        await response.arrayBuffer();
      }),
      { numRuns: 60, seed: 1 },
    );
    expect((await post(served, tone)).status).toBe(200);
    expect(served.getLog().filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });
});

describe("golem serve", () => {
  it("tells where it listens, and ends well when it is interrupted", async () => {
    const stop = new AbortController();
    const running = runGolem(
      ["serve", tones.golem, "--port", "0", "--workers", "1", "--json", "--quiet"],
      stop.signal,
    );
    await setTimeout(3000);
    stop.abort();
    const { exitCode, stdout, stderr } = await running;
    expect(exitCode).toBe(0);
    expect(stderr).toBe("");
    const [first] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(first.listening).toMatchObject({ host: "127.0.0.1", port: expect.any(Number), golems: ["tones"] });
  });

  it("refuses keys that can be guessed, and golems that are none", async () => {
    const folder = await createScratchFolder();
    writeFileSync(join(folder, "keys"), "# short\nabc\n");
    const keys = await runGolem(["serve", tones.golem, "--port", "0", "--api-keys", join(folder, "keys")]);
    expect(keys).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("invalid-option") });
    const none = await runGolem(["serve", folder, "--port", "0"]);
    expect(none).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("golem-not-found") });
  });

  it.skipIf(process.platform === "win32")("looks for a new version of a golem at SIGHUP", async () => {
    const folder = await createScratchFolder();
    const golem = join(folder, "golems", "tones");
    cpSync(tones.golem, golem, { recursive: true });
    const script = resolve(import.meta.dirname, "../support/processes/golem.ts");
    const args = ["serve", join(folder, "golems"), "--port", "0", "--reload", "0", "--json", "--quiet"];
    const child = spawn(process.execPath, ["--import", "tsx", script, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const url = await new Promise<string>((resolve) => {
      child.stdout.on("data", (data) => resolve(/"url":"([^"]+)"/.exec(String(data))?.[1] ?? ""));
    });
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 60_000 }).toBe(200);
    const document = JSON.parse(readFileSync(join(golem, "golem.json"), "utf8"));
    writeFileSync(join(golem, "golem.json"), JSON.stringify({ ...document, createdBy: "another program" }));
    child.kill("SIGHUP");
    const readMetrics = async () => (await fetch(`${url}/metrics`)).text();
    await expect
      .poll(readMetrics, { timeout: 20_000 })
      .toContain('golem_reloads_total{golem="tones",result="loaded"} 1\n');
    const ended = new Promise((done) => child.once("exit", done));
    child.kill("SIGINT");
    expect(await ended).toBe(0);
  });

  it("starts again after it was killed under load, with everything as it was", async () => {
    const script = resolve(import.meta.dirname, "../support/processes/golem.ts");
    const start = async () => {
      const child = spawn(
        process.execPath,
        ["--import", "tsx", script, "serve", tones.golem, "--port", "0", "--json", "--quiet"],
        {
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      onTestFinished(() => void child.kill("SIGKILL"));
      const url = await new Promise<string>((resolve) => {
        child.stdout.on("data", (data) => resolve(/"url":"([^"]+)"/.exec(String(data))?.[1] ?? ""));
      });
      await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 60_000 }).toBe(200);
      return { child, url };
    };
    const state = () => statSync(join(tones.golem, "golem.json")).mtimeMs;
    const before = state();
    const { child, url } = await start();
    const send = async (to: string) => {
      const response = await fetch(to + predict, {
        method: "POST",
        body: tone,
        headers: { "content-type": "audio/wav" },
      });
      return ((await response.json()) as { label: string }).label;
    };
    expect(await send(url)).toBe("low");
    const many = Array.from({ length: 30 }, () => send(url));
    child.kill("SIGKILL");
    const settled = await Promise.allSettled(many);
    for (const answer of settled) if (answer.status === "fulfilled") expect(answer.value).toBe("low");
    const again = await start();
    expect(await send(again.url)).toBe("low");
    expect(state()).toBe(before);
  });
});
