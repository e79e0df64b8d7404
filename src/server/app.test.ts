/**
 * The application without a socket: access, routes, errors and documentation, with a real golem and without
 * real workers.
 */
import { EventEmitter } from "node:events";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createIncoming } from "../../test/support/incoming-message.ts";
import { createForm, getToneGolem, type ToneGolems } from "../../test/support/served.ts";
import { GolemError } from "../core/error.ts";
import { readGolemFolder } from "../node/disk/golem-folder.ts";
import type { GolemPool } from "../node/threads/golem-pool.ts";
import { createAdmission } from "./admission.ts";
import { createKeyCheck } from "./api-keys.ts";
import { type AppParts, createApp } from "./app.ts";
import type { ServedGolem } from "./golem-place.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { createRequestGuard } from "./request-guard.ts";
import type { ServedGolems } from "./served-golems.ts";

const key = "a-key-of-sixteen-characters-or-more";
const prediction = { label: "low", confidence: 0.9, unknown: false, seconds: 2, warnings: [] };
let tones: ToneGolems;
let golem: ServedGolem;
let metrics: Metrics;

beforeAll(async () => {
  tones = await getToneGolem();
  const { document } = await readGolemFolder(tones.golem);
  golem = { id: "tones", version: "tones 0", document } as ServedGolem;
  metrics = createMetrics({
    getQueued: () => 0,
    getBodyBytes: () => 0,
    isReady: () => true,
    getWorkers: () => 1,
    getBusySeconds: () => 0,
    getDroppedLines: () => 0,
    getKept: () => undefined,
  });
});
afterAll(() => metrics?.close());

function createParts(changes: Partial<AppParts> = {}): AppParts {
  const golems = {
    isReady: () => true,
    list: () => [golem],
    get(id: string) {
      if (id === golem.id) return golem;
      throw new GolemError("golem-not-found", `There is no golem ${id} here.`);
    },
    use: async (id: string, work: (golem: ServedGolem) => Promise<unknown>) => work(golems.get(id)),
  };
  const admission = () => createAdmission({ limit: 4, clientShare: 1 }, "requests are at work");
  return {
    golems: golems as unknown as ServedGolems,
    pool: {
      getReady: () => 1,
      async predict(_: unknown, bytes: Uint8Array) {
        if (bytes.length === 0) throw new GolemError("empty-file", "The file is empty.");
        return prediction;
      },
    } as unknown as GolemPool,
    ...{ metrics, admission: admission(), streams: admission(), sessions: new Set<() => void>() },
    ...{ log: pino({ level: "silent" }), isKey: undefined, isStopping: () => false, origins: [] },
    guard: createRequestGuard({ hosts: [], origins: [] }),
    ...{ concurrency: 2, maximumFiles: 3, timeoutSeconds: 10, keeper: undefined, idleSeconds: 10 },
    falseAlarmsPerHour: undefined,
    body: { maximumBytes: 1000, budget: { limit: 1000, used: 0 } },
    stream: { maximumBytes: 1000, maximumSeconds: 10 },
    ...changes,
  };
}

/** Sends a request to an application, with the body as Node would pass it. */
async function ask(path: string, init: RequestInit = {}, changes: Partial<AppParts> = {}) {
  const request = new Request(`http://localhost${path}`, init);
  const incoming = createIncoming(request.body ?? [], Object.fromEntries(request.headers));
  const outgoing = Object.assign(new EventEmitter(), { writableFinished: false, statusCode: 200 });
  const env = { incoming: Object.assign(incoming, { socket: { remoteAddress: "127.0.0.1" } }), outgoing };
  const headers = { host: "localhost", ...Object.fromEntries(request.headers) };
  const { method } = request;
  const response = await createApp(createParts(changes)).request(path, { method, headers }, env);
  const text = await response.text();
  const isJson = /[/+]json$/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  };
}

describe("state", () => {
  it("is healthy before it is ready, and not ready while it stops", async () => {
    expect(await ask("/healthz")).toMatchObject({ status: 200, json: { status: "ok" } });
    expect(await ask("/readyz")).toMatchObject({ status: 200, json: { status: "ready" } });
    const stopping = await ask("/readyz", {}, { isStopping: () => true });
    expect(stopping).toMatchObject({ status: 503, json: { code: "not-ready" } });
    expect(stopping.headers.get("connection")).toBe("close");
    expect(stopping.headers.get("retry-after")).toBe("1");
    const pool = { getReady: () => 0 } as GolemPool;
    expect(await ask("/readyz", {}, { pool })).toMatchObject({ status: 503, json: { code: "not-ready" } });
  });

  it("is reported to Prometheus", async () => {
    expect((await ask("/metrics")).text).toContain("golem_ready 1");
  });
});

describe("access", () => {
  it("needs a key if keys are set, but not for its state", async () => {
    const keys = { isKey: createKeyCheck([key]) };
    expect((await ask("/healthz", {}, keys)).status).toBe(200);
    for (const path of ["/v1/golems", "/metrics"]) {
      for (const headers of [{}, { authorization: `Bearer ${key}x` }, { "x-api-key": "another key" }]) {
        const rejected = await ask(path, { headers }, keys);
        expect(rejected).toMatchObject({ status: 401, json: { code: "unauthorised" } });
        expect(rejected.headers.get("www-authenticate")).toContain("Bearer");
      }
      for (const headers of [{ authorization: `bearer ${key}` }, { "x-api-key": key }]) {
        expect((await ask(path, { headers }, keys)).status).toBe(200);
      }
    }
  });

  it("is rejected by Host and Origin", async () => {
    for (const headers of [{ host: "evil.example" }, { origin: "https://evil.example" }]) {
      expect(await ask("/healthz", { headers })).toMatchObject({ status: 403, json: { code: "forbidden" } });
    }
  });

  it("is allowed for pages of allowed origins", async () => {
    const origins = ["https://page.example"];
    const changes = { origins, guard: createRequestGuard({ hosts: [], origins }) };
    const { status, headers } = await ask("/v1/golems", { headers: { origin: origins[0]! } }, changes);
    expect([status, headers.get("access-control-allow-origin")]).toEqual([200, origins[0]]);
  });

  it("sets headers in every answer", async () => {
    for (const path of ["/healthz", "/nowhere"]) {
      const { headers } = await ask(path);
      expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("cache-control")).toBe("no-store");
    }
  });
});

describe("golems", () => {
  it("are listed, and described without details of single recordings", async () => {
    const { json } = await ask("/v1/golems");
    expect(json.golems).toMatchObject([{ id: "tones", encoders: ["mfcc"], transcript: false }]);
    expect(json.golems[0].labels.sort()).toEqual(["high", "low"]);
    const { json: full, text } = await ask("/v1/golems/tones");
    expect(full).toMatchObject({ sampleRate: 16_000, training: { recordings: 12 } });
    expect(text).not.toContain(".wav");
    expect(await ask("/v1/golems/none")).toMatchObject({ status: 404, json: { code: "golem-not-found" } });
  });

  it("predict a raw body, and the files of a form, with an error per failed file", async () => {
    const raw = await ask("/v1/golems/tones/predict?name=a.wav", {
      method: "POST",
      body: new Uint8Array(10),
    });
    expect(raw).toMatchObject({ status: 200, json: { file: "a.wav", ...prediction } });
    const body = createForm({ "a.wav": new Uint8Array(3), "b.wav": new Uint8Array(0) });
    const form = await ask("/v1/golems/tones/predict", { method: "POST", body });
    expect(form.json).toMatchObject([
      { file: "a.wav", ...prediction },
      { file: "b.wav", error: { code: "empty-file" } },
    ]);
    const lines = await ask("/v1/golems/tones/predict", {
      ...{ method: "POST", body: createForm({ "a.wav": new Uint8Array(3), "b.wav": new Uint8Array(3) }) },
      headers: { accept: "application/x-ndjson" },
    });
    expect(
      lines.text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).file),
    ).toEqual(["a.wav", "b.wav"]);
  });

  it.each([
    ["an empty recording", "/predict", new Uint8Array(0), 422, "empty-file"],
    ["a body that is too long", "/predict", new Uint8Array(1001), 413, "too-large"],
    ["a wrong query", "/predict?name=", new Uint8Array(1), 400, "bad-request"],
    ["a wrong query", "/detect?threshold=2", new Uint8Array(1), 400, "bad-request"],
  ])("reject %s", async (_, path, body, status, code) => {
    const rejected = await ask(`/v1/golems/tones${path}`, { method: "POST", body });
    expect(rejected).toMatchObject({ status, json: { status, code } });
    expect(rejected.headers.get("content-type")).toBe("application/problem+json");
  });

  it("state what was found in a query and what was expected", async () => {
    const { json } = await ask("/v1/golems/tones/detect?hopSeconds=61", { method: "POST" });
    expect(json.detail).toBe("The query is invalid: hopSeconds is 61; expected at most 60.");
  });

  it("reject clients while the queue is full", async () => {
    const admission = createAdmission({ limit: 1, clientShare: 1 }, "requests are at work");
    admission.enter("another");
    const init = { method: "POST", body: new Uint8Array(1) };
    expect(await ask("/v1/golems/tones/predict", init, { admission })).toMatchObject({
      status: 503,
      json: { code: "overloaded" },
    });
  });

  it("write the server's failures only to its log", async () => {
    const pool = {
      predict: async () => {
        throw new Error("a secret");
      },
    } as unknown as GolemPool;
    const failed = await ask(
      "/v1/golems/tones/predict",
      { method: "POST", body: new Uint8Array(1) },
      { pool },
    );
    expect(failed).toMatchObject({ status: 500, json: { code: "unexpected" } });
    expect(failed.text).not.toContain("secret");
  });
});

describe("addresses", () => {
  it.each([
    ["/nowhere", "GET", 404, null],
    ["/healthz", "DELETE", 405, "GET"],
    ["/v1/golems/tones/predict", "GET", 405, "POST"],
  ])("%s for %s is %i", async (path, method, status, allow) => {
    const answer = await ask(path, { method });
    expect(answer.status).toBe(status);
    if (allow) expect(answer.json.detail).toContain(allow);
  });

  it("are all documented, with every error code", async () => {
    const { json } = await ask("/openapi.json");
    expect(Object.keys(json.paths).sort()).toEqual([
      ...["/healthz", "/metrics", "/readyz", "/v1/golems", "/v1/golems/{id}"],
      ...["/v1/golems/{id}/detect", "/v1/golems/{id}/listen", "/v1/golems/{id}/predict"],
    ]);
    const page = await ask("/docs");
    expect(page.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'sha256-.*; script-src 'sha256-/,
    );
    expect(page.text).toContain('id="too-short"');
    expect(page.text.match(/<script/g)).toHaveLength(1);
    const home = await ask("/");
    expect([home.status, home.headers.get("location")]).toEqual([302, "/docs"]);
  });
});
