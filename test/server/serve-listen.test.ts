/** Live streams over real WebSockets: listen. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { longTones } from "../support/recordings/long-tones.ts";
import { getToneGolem, type Served, serve, type ToneGolems } from "../support/served.ts";

let tones: ToneGolems;
let served: Served;
const listen = "/v1/golems/tones/listen";
const { samples, events } = longTones;

beforeAll(async () => {
  tones = await getToneGolem();
  served = await serve({ golems: [tones.golem] });
});
afterAll(async () => {
  await served?.server.close();
});

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
