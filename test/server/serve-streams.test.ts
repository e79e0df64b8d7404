/** Long recordings and live streams over real HTTP: detect and listen. */
import { type OutgoingHttpHeaders, request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createEventWriter, type EventFormat } from "../../src/detect/event-formats.ts";
import { createWav } from "../support/audio-files.ts";
import {
  createForm,
  createToneInSilence,
  getToneGolem,
  type Served,
  serve,
  type ToneGolems,
} from "../support/served.ts";

let tones: ToneGolems;
let served: Served;
const detect = "/v1/golems/tones/detect";
const listen = "/v1/golems/tones/listen";
/** 9 s of silence, but for a low tone from 2 to 3 s and a high one from 6 to 7 s. */
const samples = new Float32Array(9 * 16_000);
samples.set(createToneInSilence(2), 1.5 * 16_000);
samples.set(createToneInSilence(3), 5.5 * 16_000);
const recording = createWav([samples], 16_000);
const events = [
  { label: "low", start: expect.closeTo(2, 0), end: expect.closeTo(3, 0) },
  { label: "high", start: expect.closeTo(6, 0), end: expect.closeTo(7, 0) },
];

beforeAll(async () => {
  tones = await getToneGolem();
  served = await serve({ golems: [tones.golem] });
});
afterAll(async () => {
  await served?.server.close();
});

const post = (body: BodyInit, headers: HeadersInit = {}, query = "") =>
  served.fetch(detect + query, { method: "POST", body, headers });
const asPcm = (): ArrayBuffer => Int16Array.from(samples, (value) => Math.round(32_768 * value)).buffer;

interface Session {
  readonly messages: Record<string, unknown>[];
  readonly closed: Promise<number>;
  readonly socket: WebSocket;
}

async function open(query = "", url = served.url, headers = {}): Promise<Session> {
  const socket = new WebSocket(`${url.replace("http", "ws")}${listen}${query}`, { headers });
  const messages: Record<string, unknown>[] = [];
  socket.on("message", (data) => messages.push(JSON.parse(String(data))));
  const closed = new Promise<number>((resolve) => {
    socket.on("close", resolve);
  });
  await new Promise((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("error", reject);
  });
  return { messages, closed, socket };
}

describe("detect", () => {
  it("answers with a line an event", async () => {
    const response = await post(new Uint8Array(recording), { "content-type": "audio/wav" });
    expect(response.headers.get("content-type")).toBe("application/x-ndjson");
    const lines = (await response.text()).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject(events);
  });

  it("answers with server-sent events where they are asked for, a form all the same", async () => {
    const response = await post(createForm({ "long.wav": recording }), { accept: "text/event-stream" });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const parts = (await response.text()).trim().split("\n\n");
    expect(parts.map((part) => part.split("\n")[0])).toEqual([
      "event: detection",
      "event: detection",
      "event: end",
    ]);
    expect(JSON.parse(parts[1]!.split("\ndata: ")[1]!)).toMatchObject(events[1]!);
  });

  it.each([
    ["audacity", "text/plain", 0],
    ["raven", "text/tab-separated-values", 1],
    ["csv", "text/csv", 1],
  ])("answers with a table for other programs: %s", async (format, type, headers) => {
    const response = await post(
      new Uint8Array(recording),
      { "content-type": "audio/wav" },
      `?format=${format}`,
    );
    expect(response.headers.get("content-type")).toBe(`${type}; charset=utf-8`);
    const lines = (await response.text()).trimEnd().split("\n");
    const writer = createEventWriter(format as EventFormat);
    const json = await post(new Uint8Array(recording), { "content-type": "audio/wav" });
    const found = (await json.text()).trimEnd().split("\n");
    expect(lines.slice(headers)).toEqual(found.map((event) => writer.write(JSON.parse(event))));
    expect(headers === 0 ? undefined : lines[0]).toBe(writer.header);
    const none = await post(
      new Uint8Array(recording),
      { "content-type": "audio/wav" },
      `?format=${format}&minimumSeconds=5`,
    );
    expect(await none.text()).toBe(writer.header === undefined ? "" : `${writer.header}\n`);
    // What went wrong has no place in a table that has begun: it is not complete then.
    const two = await post(createForm({ "a.wav": recording, "b.wav": recording }), {}, `?format=${format}`);
    const isComplete = two.text().then(
      () => true,
      () => false,
    );
    expect(two.ok && (await isComplete)).toBe(false);
  });

  it("takes settings", async () => {
    const response = await post(
      new Uint8Array(recording),
      { "content-type": "audio/wav" },
      "?minimumSeconds=5",
    );
    expect(await response.text()).toBe("");
  });

  it("says in a problem what it cannot do", async () => {
    const text = await post("no sound", { "content-type": "audio/wav" });
    expect(text.status).toBe(415);
    expect(await text.json()).toMatchObject({ code: "not-audio" });
    const query = await post("x", { "content-type": "audio/wav" }, "?threshold=7");
    expect(await query.json()).toMatchObject({ status: 400, code: "bad-request" });
    const wrong = await post(
      new Uint8Array(recording),
      { "content-type": "audio/wav" },
      "?windowSeconds=1&hopSeconds=9",
    );
    expect(await wrong.json()).toMatchObject({ status: 400, code: "invalid-option" });
    const two = await post(createForm({ "a.wav": recording, "b.wav": recording }));
    // The first may have been heard by the time that the second comes.
    const last = JSON.parse((await two.text()).trim().split("\n").at(-1)!);
    expect(last.error ?? last).toMatchObject({ code: "too-large" });
  });
});

describe("a recording that arrives", () => {
  /** Sends a request piece by piece; `text` is what came back so far. */
  function dial(url: string, head: OutgoingHttpHeaders = {}) {
    const state = { status: 0, text: "", isClosed: false };
    const headers = { "content-type": "audio/wav", ...head };
    const sent = request(`${url}${detect}`, { method: "POST", headers }, (response) => {
      state.status = response.statusCode!;
      response.on("data", (data) => {
        state.text += data;
      });
      response.on("close", () => {
        state.isClosed = true;
      });
    });
    sent.on("error", () => {});
    return { sent, state };
  }
  const lines = (text: string) =>
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  const getHeld = async (from: Served) =>
    /^golem_body_bytes (\d+)$/m.exec(await (await from.fetch("/metrics")).text())?.[1];

  it("is heard on its way, and may be larger than other bodies", async () => {
    const small = await serve({ golems: [tones.golem], maximumBodyBytes: 100_000, workers: 1 });
    try {
      const { sent, state } = dial(small.url);
      sent.write(recording.slice(0, 5 * 32_000));
      await expect.poll(() => state.text).not.toBe("");
      expect(lines(state.text)).toMatchObject([events[0]!]);
      sent.end(recording.slice(5 * 32_000));
      await expect.poll(() => state.isClosed).toBe(true);
      expect(lines(state.text)).toMatchObject(events);
      expect(await getHeld(small)).toBe("0");
      // Twice the limit, and pieces that do not fit into any.
      const form = createForm({ "a.wav": recording });
      const answer = await small.fetch(detect, { method: "POST", body: form });
      expect(lines(await answer.text())).toMatchObject(events);
    } finally {
      await small.server.close();
    }
  });

  it("has its own limits, on bytes and on seconds; one that must be there as a whole has that of other bodies", async () => {
    const strict = await serve({
      ...{ golems: [tones.golem], workers: 1, maximumBodyBytes: 100_000 },
      ...{ maximumStreamBytes: 300_000, maximumStreamSeconds: 8 },
    });
    try {
      const send = async (body: Uint8Array<ArrayBuffer>) => {
        const answer = await strict.fetch(detect, {
          ...{ method: "POST", body, headers: { "content-type": "audio/wav" } },
        });
        return { status: answer.status, last: lines(await answer.text()).at(-1) };
      };
      expect(await send(new Uint8Array(300_001))).toMatchObject({
        status: 413,
        last: { code: "too-large", hint: expect.stringContaining("--max-stream") },
      });
      expect(await send(new Uint8Array(recording))).toMatchObject({
        last: { error: { code: "too-long" } },
      });
      const aiff = new Uint8Array(200_000);
      aiff.set(new TextEncoder().encode("FORM\0\0\0\0AIFF"));
      expect(await send(aiff)).toMatchObject({
        status: 413,
        last: { code: "too-large", hint: expect.stringContaining("--max-body") },
      });
      await expect.poll(() => getHeld(strict)).toBe("0");
    } finally {
      await strict.server.close();
    }
  });

  it("leaves nothing behind when its sender leaves, is slow, or sends rubbish", async () => {
    const one = await serve({ golems: [tones.golem], workers: 1, streams: 1, bodySeconds: 1 });
    try {
      const isFree = async () => {
        const answer = await one.fetch(detect, {
          ...{ method: "POST", body: new Uint8Array(recording), headers: { "content-type": "audio/wav" } },
        });
        await answer.text();
        return answer.status;
      };
      const gone = dial(one.url);
      gone.sent.write(recording.slice(0, 5 * 32_000));
      await expect.poll(() => gone.state.text).not.toBe("");
      expect(await isFree()).toBe(503);
      gone.sent.destroy();
      await expect.poll(isFree).toBe(200);
      const slow = dial(one.url);
      slow.sent.write(recording.slice(0, 1000));
      await expect.poll(() => slow.state.status).toBe(408);
      await expect.poll(isFree).toBe(200);
      const rubbish = dial(one.url);
      rubbish.sent.end(new Uint8Array(200_000).fill(7));
      await expect.poll(() => rubbish.state.status).toBe(415);
      await expect.poll(isFree).toBe(200);
      expect(await getHeld(one)).toBe("0");
    } finally {
      await one.server.close();
    }
  });
});

describe("listen", () => {
  it.each(["s16le", "f32le"])("finds in %s what detect finds in a recording", async (format) => {
    const session = await open(`?format=${format}`);
    const bytes = new Uint8Array(format === "s16le" ? asPcm() : samples.buffer);
    // Pieces that cut samples in two.
    for (let at = 0; at < bytes.length; at += 3333) session.socket.send(bytes.subarray(at, at + 3333));
    session.socket.send("end");
    expect(await session.closed).toBe(1000);
    const [first, second, end] = session.messages;
    expect(session.messages).toHaveLength(3);
    expect([first, second]).toMatchObject(events.map((event) => ({ type: "event", ...event })));
    expect(end).toEqual({ type: "end", seconds: 9 });
  });

  it("tells events while the stream goes on", async () => {
    const session = await open();
    session.socket.send(asPcm().slice(0, 2 * 5 * 16_000));
    await expect.poll(() => session.messages.length, { timeout: 10_000 }).toBe(1);
    session.socket.close();
    await session.closed;
  });

  it("says what is wrong and closes", async () => {
    const session = await open();
    session.socket.send("what?");
    expect(await session.closed).toBe(1008);
    expect(session.messages).toMatchObject([{ type: "error", code: "bad-request" }]);
    await expect(open("?format=mp3")).rejects.toThrow("400");
    await expect(
      open("", served.url.replace("127.0.0.1", "localhost"), { host: "a.example" }),
    ).rejects.toThrow("403");
    await expect(open("", served.url, { origin: "http://a.example" })).rejects.toThrow("403");
    expect((await served.fetch(listen)).status).toBe(400);
  });

  it("admits up to the limit, and again once others have left", async () => {
    const small = await serve({ golems: [tones.golem], streams: 1, apiKeys: ["a key of this server alone"] });
    try {
      await expect(open("", small.url)).rejects.toThrow("401");
      const headers = { "x-api-key": "a key of this server alone" };
      const first = await open("", small.url, headers);
      await expect(open("", small.url, headers)).rejects.toThrow("503");
      first.socket.terminate();
      await first.closed;
      const again = async () => (await open("", small.url, headers)).socket.terminate();
      await expect.poll(() => again().then(() => "open", String), { timeout: 10_000 }).toBe("open");
    } finally {
      await small.server.close();
    }
  });

  it("ends a session that sends nothing, not one that is made to wait", async () => {
    const impatient = await serve({ golems: [tones.golem], idleSeconds: 0.5, workers: 1 });
    try {
      const silent = await open("", impatient.url);
      expect(await silent.closed).toBe(1008);
      expect(silent.messages).toMatchObject([{ type: "error", code: "request-timeout" }]);
      // More than is let in at a time, of a kind that takes longer than the clock.
      const busy = await open("", impatient.url);
      const noise = new Int16Array(2 ** 19);
      for (let i = 0, state = 1; i < noise.length; i++) {
        state = (state * 48_271) % 2_147_483_647;
        noise[i] = state % 20_000;
      }
      for (let i = 0; i < 8; i++) busy.socket.send(noise);
      busy.socket.send("end");
      expect(await busy.closed).toBe(1000);
      expect(busy.messages.at(-1)).toEqual({ type: "end", seconds: (8 * noise.length) / 16_000 });
    } finally {
      await impatient.server.close();
    }
  });

  it("ends what is going on when the server stops, with all that is still to come", async () => {
    const stopped = await serve({ golems: [tones.golem] });
    const session = await open("", stopped.url);
    session.socket.send(asPcm());
    await expect.poll(() => session.messages.length, { timeout: 10_000 }).toBeGreaterThan(0);
    await stopped.server.close();
    await session.closed;
    expect(session.messages.at(-1)).toMatchObject({ type: "end" });
  });
});
