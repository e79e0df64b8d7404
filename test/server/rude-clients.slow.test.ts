/** Clients that break the rules of HTTP, or keep them to the letter: each is answered and let go. */
import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { getToneGolem, type Served, serve, type ToneGolems } from "../support/served.ts";

let tones: ToneGolems;
let served: Served;

beforeAll(async () => {
  tones = await getToneGolem();
  served = await serve({ golems: [tones.golem], maximumBodyBytes: 100_000, timeoutSeconds: 2 });
  return () => served.server.close();
});

interface Client {
  readonly socket: Socket;
  getText(): string;
  /** Resolves when the connection is closed, with the error that closed it, if any. */
  readonly closed: Promise<Error | undefined>;
}

/** A connection that never closes its own half. */
async function dial({ server }: Served = served): Promise<Client> {
  const socket = connect({ port: server.port, host: server.host, allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  let text = "";
  let failure: Error | undefined;
  socket.on("data", (data) => {
    text += data;
  });
  socket.on("error", (error) => {
    failure ??= error;
  });
  const closed = new Promise<Error | undefined>((resolve) => {
    socket.once("end", () => resolve(failure));
    socket.once("close", () => resolve(failure));
  });
  await new Promise((resolve) => socket.once("connect", resolve));
  return { socket, getText: () => text, closed };
}

const head = (first: string, ...headers: string[]): string =>
  `${[`${first} HTTP/1.1`, "Host: localhost", ...headers].join("\r\n")}\r\n\r\n`;

/** Statuses of the answers on a connection so far. */
const getStatuses = ({ getText }: Client): string[] =>
  [...getText().matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status!);

it.each([
  ["without a connection to upgrade", "400", "Host: localhost", "Connection: keep-alive"],
  ["of a host that is none", "400", "Host: loca|host", "Connection: Upgrade"],
])("refuses a handshake %s", async (_, status, ...headers) => {
  const client = await dial();
  const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
  const lines = [...headers, "Upgrade: websocket", "Sec-WebSocket-Version: 13", key];
  client.socket.write(`${["GET /v1/golems/tones/listen HTTP/1.1", ...lines].join("\r\n")}\r\n\r\n`);
  await expect.poll(() => getStatuses(client)).toEqual([status]);
});

describe("an upgrade that is not to a WebSocket is ignored", () => {
  it.each([
    ["h2c", ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"]],
    ["a list", ["Connection: Upgrade", "Upgrade: h2c, websocket"]],
    ["nothing", ["Connection: Upgrade"]],
    ["a WebSocket where there is none", ["Connection: Upgrade", "Upgrade: websocket"]],
  ])("%s, and the connection goes on", async (_, headers) => {
    const client = await dial();
    client.socket.write(head("GET /healthz", ...headers));
    await expect.poll(() => getStatuses(client)).toEqual(["200"]);
    client.socket.write(head("GET /healthz") + head("GET /readyz", ...headers));
    await expect.poll(() => getStatuses(client)).toEqual(["200", "200", "200"]);
    expect(client.getText()).toContain('"status":"ready"');
  });

  it("with a body, which is read", async () => {
    const bytes = await readFile(tones.files[0]!);
    const client = await dial();
    const headers = [
      "Connection: Upgrade, HTTP2-Settings",
      "Upgrade: h2c",
      "HTTP2-Settings: AAMAAABkAAQAAP__",
    ];
    client.socket.write(
      head(
        "POST /v1/golems/tones/predict",
        ...headers,
        "Content-Type: audio/wav",
        `Content-Length: ${bytes.length}`,
      ),
    );
    await setTimeout(20);
    client.socket.write(bytes);
    await expect.poll(() => getStatuses(client)).toEqual(["200"]);
    expect(client.getText()).toContain('"label":"low"');
    client.socket.write(head("GET /healthz"));
    await expect.poll(() => getStatuses(client)).toEqual(["200", "200"]);
  });
});

describe("a body that is not read does not keep a connection", () => {
  it.each([
    ["GET /healthz", "200", ["Content-Length: 1000000000"]],
    ["GET /healthz", "200", ["Transfer-Encoding: chunked"]],
    ["GET /healthz", "417", ["Content-Length: 1000000000", "Expect: nothing-known"]],
    ["POST /nowhere", "404", ["Content-Length: 1000000000"]],
    ["POST /v1/golems/other/predict", "404", ["Content-Length: 1000000000"]],
    ["POST /v1/golems/tones/predict", "413", ["Content-Length: 1000000000", "Content-Type: audio/wav"]],
    ["POST /v1/golems/tones/detect", "415", ["Content-Length: 1000000000", "Content-Type: text/html"]],
  ])("%s: %s, %j", async (first, status, headers) => {
    const client = await dial();
    client.socket.write(head(first, ...headers));
    const timer = setInterval(() => client.socket.write("0"), 50);
    onTestFinished(() => clearInterval(timer));
    // The end of the connection, without a reset before the answer.
    expect(await client.closed).toBeUndefined();
    expect(getStatuses(client)).toEqual([status]);
    expect(client.getText()).toMatch(/connection: close/i);
  });

  it("a large one: the answer arrives although bytes were on their way", async () => {
    const client = await dial();
    client.socket.write(
      head("POST /v1/golems/tones/predict", "Content-Type: audio/wav", "Content-Length: 20000000"),
    );
    client.socket.write(new Uint8Array(4_000_000));
    expect(await client.closed).toBeUndefined();
    expect(getStatuses(client)).toEqual(["413"]);
  });

  it("requests behind one are not answered", async () => {
    const client = await dial();
    client.socket.write(`${head("POST /nowhere", "Content-Length: 5")}`);
    await expect.poll(() => getStatuses(client)).toEqual(["404"]);
    client.socket.write(`12345${head("GET /healthz")}`);
    await client.closed;
    expect(getStatuses(client)).toEqual(["404"]);
  });
});

describe("what is not HTTP/1.1 is refused and let go", () => {
  it.each([
    ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", /^HTTP\/1\.1 400/],
    ["a TLS hello", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003", /^HTTP\/1\.1 400/],
    ["a header over the limit", head("GET /healthz", `X-Long: ${"x".repeat(20_000)}`), /^HTTP\/1\.1 431/],
    ["CONNECT", "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n", /^HTTP\/1\.1 405/],
  ])("%s", async (_, text, answer) => {
    const client = await dial();
    client.socket.write(Buffer.from(text, "latin1"));
    await client.closed;
    expect(client.getText()).toMatch(answer);
  });

  it("HTTP/1.0 is answered", async () => {
    const client = await dial();
    client.socket.write("GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n");
    await client.closed;
    expect(getStatuses(client)).toEqual(["200"]);
  });
});

it("a refused handshake is answered, and its connection ends although the client keeps its half open", async () => {
  const client = await dial();
  const cut = new Promise((resolve) => client.socket.once("error", resolve));
  const headers = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"];
  client.socket.write(
    head("GET /v1/golems/none/listen", ...headers, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
  );
  expect(await client.closed).toBeUndefined();
  expect(getStatuses(client)).toEqual(["404"]);
  const timer = setInterval(() => client.socket.write("x"), 50);
  onTestFinished(() => clearInterval(timer));
  // Writing fails once the server has let go of the connection.
  expect(await cut).toBeInstanceOf(Error);
});

describe("a stop ends", () => {
  const listen = "GET /v1/golems/tones/listen?rate=16000";
  const handshake = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"];
  it.each([
    ["an idle connection", ""],
    ["half a header", "GET /healthz HTTP/1.1\r\nHo"],
    ["a slow body", head("POST /v1/golems/tones/predict", "Content-Type: audio/wav", "Content-Length: 99")],
    ["a WebSocket that is silent", head(listen, ...handshake, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")],
    ["a handshake that was refused", head("GET /v1/golems/none/listen", ...handshake)],
    ["h2c", head("GET /healthz", "Connection: Upgrade", "Upgrade: h2c")],
  ])("%s", async (_, text) => {
    const own = await serve({ golems: [tones.golem], timeoutSeconds: 1 });
    const client = await dial(own);
    client.socket.write(text);
    await setTimeout(100);
    await own.server.close();
    await client.closed;
  });
});
