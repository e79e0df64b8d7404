/** What keeps a server alive: limits, slow and vanishing clients, stopping, faults. */
import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fc } from "@fast-check/vitest";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createWav } from "../support/audio-files.ts";
import { expectStatuses, listAwkwardFiles } from "../support/recordings/awkward-files.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";
import {
  createForm,
  getToneGolem,
  openToneServer,
  postSound,
  type Served,
  serve,
  type ToneGolems,
  trainTones,
} from "../support/served.ts";
import { sharedData, sharedDataNote } from "../support/shared-data.ts";

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
    const served = await openToneServer({ maximumBodyBytes: 100_000, maximumFiles: 2 });
    expect(await (await postSound(served, new Uint8Array(100_001))).json()).toMatchObject({
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
    expect(await (await postSound(served, three)).json()).toMatchObject({ status: 413, code: "too-large" });
    expect((await postSound(served, tone)).status).toBe(200);
  });

  it("on samples, which rate and channels multiply", async () => {
    const served = await openToneServer({ maximumSamples: 31_999 });
    const refused = await (await postSound(served, tone)).json();
    expect(refused).toMatchObject({
      status: 413,
      code: "too-long",
      detail: expect.stringMatching(/32000 samples/),
    });
    expect((await postSound(await openToneServer({ maximumSamples: 32_000 }), tone)).status).toBe(200);
  });

  it("on bytes of all requests together", async () => {
    const served = await openToneServer({ maximumBodyBytes: 10_000 });
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
    const served = await openToneServer({ queue: 1, workers: 1 });
    const stop = new AbortController();
    const first = postSound(served, long, stop.signal).catch(() => undefined);
    await expect.poll(() => getQueued(served), { timeout: 20_000, interval: 10 }).toBe(1);
    const second = await postSound(served, tone);
    expect(second.status).toBe(503);
    expect(Number(second.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(await second.json()).toMatchObject({ code: "overloaded" });
    // When the client leaves, its place is free and its work ends.
    stop.abort();
    await first;
    await expect.poll(() => getQueued(served), { timeout: 30_000 }).toBe(0);
    expect((await postSound(served, tone)).status).toBe(200);
    expect(served.getLog().some(({ status }) => status === 499)).toBe(true);
  });

  it("on what one client may have at work, which keeps room for others", async () => {
    const [one, other] = ["one client's own key", "another client's key"] as const;
    const served = await openToneServer({ queue: 4, clientShare: 0.5, workers: 1, apiKeys: [one, other] });
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
    const served = await openToneServer({ timeoutSeconds: 0.05, workers: 1 });
    const answer = await postSound(served, long);
    expect(await answer.json()).toMatchObject({ status: 504, code: "timeout" });
    await expect.poll(() => getQueued(served), { timeout: 30_000 }).toBe(0);
  });

  it("on seconds of sound", async () => {
    const golem = join(await createScratchFolder(), "tones");
    await trainTones(golem, tones.folder, 0, 3);
    const served = await openToneServer({ golems: [golem] });
    expect(await (await postSound(served, long)).json()).toMatchObject({ status: 413, code: "too-long" });
    expect((await postSound(served, tone)).status).toBe(200);
  });
});

describe("clients", () => {
  it("that send a byte now and then do not delay other clients", async () => {
    const served = await openToneServer({ bodySeconds: 1.5, queue: 1 });
    const slow = await Promise.all(Array.from({ length: 20 }, () => dial(served)));
    for (const { socket } of slow) socket.write(headOf(1000));
    const timer = setInterval(() => {
      for (const { socket } of slow) socket.write("x");
    }, 100);
    expect((await postSound(served, tone)).status).toBe(200);
    await Promise.all(slow.map(({ closed }) => closed));
    clearInterval(timer);
    for (const { getText } of slow) expect(getText()).toContain("HTTP/1.1 408");
  });

  it("that are idle, 500 of them, do not delay other clients", async () => {
    const served = await openToneServer();
    const idle = await Promise.all(Array.from({ length: 500 }, () => dial(served)));
    for (let i = 0; i < 5; i++) expect((await postSound(served, tone)).status).toBe(200);
    for (const { socket } of idle) socket.destroy();
    expect((await postSound(served, tone)).status).toBe(200);
  });

  it("who leave in the middle of a body leave nothing behind", async () => {
    const served = await openToneServer();
    for (let i = 0; i < 10; i++) {
      const { socket, closed } = await dial(served);
      socket.write(headOf(100_000) + "x".repeat(i * 1000));
      await setTimeout(5);
      socket.destroy();
      await closed;
    }
    expect((await postSound(served, tone)).status).toBe(200);
    const text = await (await served.fetch("/metrics")).text();
    expect(text).toMatch(/^golem_body_bytes 0$/m);
  });
});

describe("stopping", () => {
  it("answers all that was accepted", async () => {
    const served = await serve({ golems: [tones.golem], workers: 1 });
    const answers = Array.from({ length: 20 }, () => postSound(served, tone));
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
    await expect(postSound(served, tone)).rejects.toThrow();
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
    const answer = await postSound(served, tone);
    expect([answer.status, answer.headers.get("connection")]).toEqual([200, "close"]);
    await stopped;
    await expect(served.fetch("/readyz")).rejects.toThrow();
  });
});

describe("whatever is sent", () => {
  it.skipIf(!sharedData)(
    `answers awkward and broken files with the status that Node's error has${sharedDataNote}`,
    async () => {
      const names = listAwkwardFiles().filter((_, i) => i % 5 === 0);
      await expectStatuses(await openToneServer(), tones.golem, names);
    },
  );

  it("answers fuzzed bodies, and goes on", async () => {
    const served = await openToneServer();
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
          : await postSound(served, bytes);
        expect(allowed).toContain(response.status);
        await response.arrayBuffer();
      }),
      { numRuns: 60, seed: 1 },
    );
    expect((await postSound(served, tone)).status).toBe(200);
    expect(served.getLog().filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });
});
