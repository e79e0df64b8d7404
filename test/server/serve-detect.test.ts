/** Long recordings over real HTTP: detect. */
import { type OutgoingHttpHeaders, request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEventWriter, type EventFormat } from "../../src/detect/event-formats.ts";
import { longTones } from "../support/recordings/long-tones.ts";
import { createForm, getToneGolem, type Served, serve, type ToneGolems } from "../support/served.ts";

let tones: ToneGolems;
let served: Served;
const detect = "/v1/golems/tones/detect";
const { recording, events } = longTones;

beforeAll(async () => {
  tones = await getToneGolem();
  served = await serve({ golems: [tones.golem] });
});
afterAll(async () => {
  await served?.server.close();
});

const post = (body: BodyInit, headers: HeadersInit = {}, query = "") =>
  served.fetch(detect + query, { method: "POST", body, headers });

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
    // An error has no place in a table: it does not begin before the request has arrived.
    const two = await post(createForm({ "a.wav": recording, "b.wav": recording }), {}, `?format=${format}`);
    expect(two.status).toBe(413);
    expect(await two.json()).toMatchObject({ code: "too-large" });
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
