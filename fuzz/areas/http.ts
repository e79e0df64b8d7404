/**
 * HTTP: mutated bodies and mutated requests, sent to the real server over a socket. An answer must come or the
 * connection must be closed; a status of 500, or an error without a code, is a fault.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GolemError } from "../../src/core/error.ts";
import { type RunningServer, startServer } from "../../src/server/start-server.ts";
import { createTone, createWav } from "../../test/support/audio-files.ts";
import { createToneInSilence, trainTones } from "../../test/support/served.ts";
import type { FuzzArea } from "../area.ts";

const wav = createWav(createTone(8000, 0.2), 8000);
const latin = (value: string) => new Uint8Array(Buffer.from(value, "latin1"));
const boundary = "----golem";
const createForm = (name: string) =>
  latin(
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: audio/wav\r\n\r\n${Buffer.from(wav).toString("latin1")}\r\n--${boundary}--\r\n`,
  );

/** Content type and path of the bodies; others are whole requests. */
const bodies: Readonly<Record<string, readonly [path: string, type: string]>> = {
  "raw body": ["predict?name=a.wav", "audio/wav"],
  form: ["predict", `multipart/form-data; boundary=${boundary}`],
  "form of Greek": ["predict", `multipart/form-data; boundary=${boundary}`],
  "long recording": ["detect", "audio/wav"],
};

const request = (first: string, ...lines: string[]) =>
  latin([`${first} HTTP/1.1`, "Host: localhost", ...lines, "", ""].join("\r\n"));

/** Sends bytes and takes what comes until the connection closes. */
function exchange({ port, host }: RunningServer, bytes: Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect({ port, host });
    socket.setEncoding("utf8");
    socket.on("data", (data) => {
      answer += data;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answer));
    socket.end(bytes);
  });
}

/** Throws the error of an answer: with its code, or as a fault. */
function judge(answer: string): void {
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
  const code = /"code":"([^"]+)"/.exec(answer)?.[1];
  if (status === 500 || code === "unexpected") throw new Error(`answered ${answer.slice(0, 1000)}`);
  if (code !== undefined) throw new GolemError(code as GolemError["code"], "answered");
  // Node's own answers to bytes that are not HTTP have no body.
  if (status >= 400 && !/\r\n\r\n$/.test(answer) && /application/.test(answer)) {
    throw new Error(`no code in ${answer.slice(0, 1000)}`);
  }
}

/** The area. */
export const area: FuzzArea = {
  createCorpus: async () => ({
    "raw body": wav,
    form: createForm("a.wav"),
    "form of Greek": createForm("αβγ 'quoted\\\".wav"),
    "long recording": wav,
    "request for health": request("GET /healthz"),
    "request for golems": request("GET /v1/golems/tones", "Accept: application/json"),
    "request with a body": new Uint8Array(
      Buffer.concat([
        request("POST /v1/golems/tones/predict", "Content-Type: audio/wav", `Content-Length: ${wav.length}`),
        wav,
      ]),
    ),
    "request in chunks": latin(
      `POST /v1/golems/tones/predict HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: audio/wav\r\nTransfer-Encoding: chunked\r\n\r\n${wav.length.toString(16)}\r\n${Buffer.from(wav).toString("latin1")}\r\n0\r\n\r\n`,
    ),
    "request for a stream": request(
      "GET /v1/golems/tones/listen?rate=16000",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ),
  }),
  async open() {
    const folder = await mkdtemp(join(tmpdir(), "golem-fuzz-http-"));
    const rows: string[] = [];
    for (let i = 0; i < 12; i++) {
      await writeFile(join(folder, `${i}.wav`), createWav([createToneInSilence(i)], 16_000));
      rows.push(JSON.stringify({ file_name: `${i}.wav`, label: i % 2 ? "high" : "low" }));
    }
    await writeFile(join(folder, "metadata.jsonl"), rows.join("\n"));
    await trainTones(join(folder, "tones"), folder, 0);
    const server = await startServer({
      golems: [join(folder, "tones")],
      port: 0,
      workers: 1,
      bodySeconds: 3,
    });
    await server.ready;
    return {
      async parse(bytes, name) {
        const body = bodies[name];
        const head = body
          ? request(
              `POST /v1/golems/tones/${body[0]}`,
              `Content-Type: ${body[1]}`,
              `Content-Length: ${bytes.length}`,
            )
          : new Uint8Array();
        judge(await exchange(server, Buffer.concat([head, bytes])));
      },
      async close() {
        await server.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
};
