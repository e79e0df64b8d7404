/** Who may send requests: hosts, origins of pages, keys. */

import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getProblem, getToneGolem, type Served, serve, type ToneGolems } from "../support/served.ts";

let tones: ToneGolems;
let served: Served;
const predict = "/v1/golems/tones/predict";

beforeAll(async () => {
  tones = await getToneGolem();
  served = await serve({ golems: [tones.golem] });
});
afterAll(async () => {
  await served?.server.close();
});

/** A request with headers that `fetch` does not let through. */
function sendRaw(path: string, headers: Record<string, string>, method = "GET"): Promise<number> {
  return new Promise((resolve, reject) => {
    const { server } = served;
    request({ host: server.host, port: server.port, path, method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    })
      .on("error", reject)
      .end();
  });
}

describe("who may ask", () => {
  it.each([
    [{ host: "127.0.0.1:1" }, 200],
    [{ host: "localhost:8080" }, 200],
    [{ host: "[::1]:8080" }, 200],
    [{ host: "rebound.example" }, 403],
    [{ host: "localhost.example:80" }, 403],
    [{ host: "localhost", origin: "http://localhost" }, 200],
    [{ host: "localhost", origin: "http://rebound.example" }, 403],
    [{ host: "localhost", origin: "null" }, 403],
    [{ host: "localhost", origin: "https://localhost" }, 403],
  ])("by headers %j: %i", async (headers, status) => {
    expect(await sendRaw("/v1/golems", headers)).toBe(status);
    if (status === 403) expect(await sendRaw(predict, headers, "POST")).toBe(403);
  });

  it("lets no page of another origin in unless asked to", async () => {
    const origin = "https://page.example";
    const preflight = { method: "OPTIONS", headers: { origin, "access-control-request-method": "POST" } };
    const refused = await served.fetch(predict, preflight);
    expect(refused.status).toBe(403);
    expect(refused.headers.get("access-control-allow-origin")).toBeNull();
    const open = await serve({ golems: [tones.golem], origins: [origin] });
    try {
      const allowed = await open.fetch(predict, preflight);
      expect(allowed.headers.get("access-control-allow-origin")).toBe(origin);
      const answer = await open.fetch("/v1/golems", { headers: { origin } });
      expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
      const other = await open.fetch("/v1/golems", { headers: { origin: "https://other.example" } });
      expect(other.status).toBe(403);
    } finally {
      await open.server.close();
    }
  });

  it.each(["*", "https://page.example/", "page.example"])(
    "does not take %s for an origin",
    async (origin) => {
      const opened = serve({ golems: [tones.golem], origins: [origin] });
      await expect(opened).rejects.toMatchObject({ code: "invalid-option" });
    },
  );

  it("asks for a key where it has some", async () => {
    const key = "0123456789abcdef0123456789abcdef";
    const closed = await serve({ golems: [tones.golem], apiKeys: ["another key of the server", key] });
    try {
      const refused = await closed.fetch("/v1/golems");
      expect(refused.headers.get("www-authenticate")).toContain("Bearer");
      expect(await getProblem(refused)).toMatchObject({ status: 401, code: "unauthorised" });
      const get = async (headers: HeadersInit, path = "/v1/golems") =>
        (await closed.fetch(path, { headers })).status;
      expect(await get({ authorization: "Bearer wrong" })).toBe(401);
      expect(await get({ authorization: `Bearer ${key}` })).toBe(200);
      expect(await get({ "x-api-key": key })).toBe(200);
      expect(await get({}, "/metrics")).toBe(401);
      expect(await get({}, "/healthz")).toBe(200);
      expect(JSON.stringify(closed.getLog())).not.toContain(key);
    } finally {
      await closed.server.close();
    }
  });
});
