/**
 * Tests a server with abusive clients: 1,000 sockets of eight kinds, while another client requests its
 * health; and stops under load, each of which must end in time without losing an accepted request.
 *
 *     npm run build && npx tsx runs/rude-clients.ts [SOCKETS] [STOPS]      (1000 and 50 unless given)
 *
 * Writes runs/results/rude-clients.md and rude-clients.json. Needs Linux (every client has its own address).
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { Agent, type IncomingMessage, request } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { runProgram, startProgram, writeTones } from "./attack/program.ts";

const sockets = Number(process.argv[2] ?? 1000);
const stops = Number(process.argv[3] ?? 50);
const healthChecks = 150;
const timeoutSeconds = 10;
/** Number of connections that make load during a stop. */
const loadConnections = 6;

const work = await mkdtemp(join(tmpdir(), "golem-rude-"));
const home = join(work, "cache");
await writeTones(join(work, "data"), 5);
const golem = join(work, "tones");
const trained = await runProgram(["train", join(work, "data"), "--out", golem, "--encoder", "mfcc"], home);
if (trained.end !== 0) throw new Error(trained.stderr);
const recording = await readFile(join(work, "data", "low", "0.wav"));

interface Server {
  readonly child: ChildProcess;
  readonly port: number;
  readonly ended: Promise<unknown>;
}

async function startServer(): Promise<Server> {
  const child = startProgram(
    ["serve", golem, "--port", "0", "--json", "--timeout", String(timeoutSeconds)],
    home,
  );
  child.stderr!.resume();
  const ended = once(child, "exit");
  let text = "";
  for await (const data of child.stdout!.iterator({ destroyOnReturn: false })) {
    text += data;
    if (text.includes('"ready"')) break;
  }
  child.stdout!.resume();
  return { child, port: Number(/"port":(\d+)/.exec(text)![1]), ended };
}

/** Sends a request and reads its answer; resolves with the status, or with the code of the error. */
function ask(
  port: number,
  options: { path: string; localAddress: string; body?: Buffer; agent?: Agent },
): Promise<number | string> {
  const { path, localAddress, body, agent } = options;
  return new Promise((resolve) => {
    const outgoing = request(
      {
        ...{ port, path, localAddress, agent: agent ?? new Agent(), host: "127.0.0.1" },
        method: body ? "POST" : "GET",
        headers: body ? { "content-type": "audio/wav", "content-length": body.length } : {},
      },
      (answer: IncomingMessage) => {
        answer.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "cut off"));
        answer.on("end", () => resolve(answer.statusCode!));
        answer.resume();
      },
    );
    // A connection that was idle may have been closed before the server read anything.
    outgoing.on("error", (error: NodeJS.ErrnoException) =>
      resolve(
        outgoing.reusedSocket && error.code === "ECONNRESET" ? "closed while idle" : (error.code ?? "error"),
      ),
    );
    outgoing.end(body);
  });
}

const predict = "POST /v1/golems/tones/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: audio/wav\r\n";
const trickle = (socket: Socket, text: string): void => {
  let at = 0;
  const timer = setInterval(() => socket.write(text[at++ % text.length]!), 1000);
  socket.once("close", () => clearInterval(timer));
};

/** The kinds of abusive clients. */
const kinds: Readonly<Record<string, (socket: Socket) => void>> = {
  "say nothing": () => {},
  "one byte of a head per second": (socket) => trickle(socket, "GET /healthz HTTP/1.1\r\nX-Filler: "),
  "one byte per second of a body that nothing reads": (socket) => {
    socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n");
    trickle(socket, "x");
  },
  "upgrade to HTTP/2": (socket) =>
    socket.write(
      "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
    ),
  "one byte per second of a recording": (socket) => {
    socket.write(`${predict}Content-Length: 60000\r\n\r\n`);
    trickle(socket, "R");
  },
  "chunks of no valid size": (socket) =>
    socket.write(`${predict}Transfer-Encoding: chunked\r\n\r\nzz\r\nnot a chunk\r\n`),
  "fifty requests at once, and no answer read": (socket) => {
    socket.pause();
    socket.write("GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(50));
  },
  "a reset within a body": (socket) => {
    socket.write(`${predict}Content-Length: 60000\r\n\r\n${"R".repeat(1000)}`);
    void setTimeout(500).then(() => socket.resetAndDestroy());
  },
};

async function countDescriptors({ child }: Server): Promise<number> {
  return (await readdir(`/proc/${child.pid}/fd`)).length;
}

/** Opens all abusive sockets at once, and measures what a normal client gets meanwhile. */
async function attack(server: Server) {
  const before = await countDescriptors(server);
  const names = Object.keys(kinds);
  const open = Array.from({ length: sockets }, (_, i) => {
    const socket = connect({ port: server.port, host: "127.0.0.1", localAddress: "127.0.0.1" });
    socket.on("error", () => {});
    socket.once("connect", () => kinds[names[i % names.length]!]!(socket));
    if (!socket.isPaused()) socket.on("data", () => {});
    return socket;
  });
  const agent = new Agent({ keepAlive: true });
  const statuses: (number | string)[] = [];
  let slowest = 0;
  for (let i = 0; i < healthChecks; i++) {
    const start = performance.now();
    statuses.push(await ask(server.port, { path: "/healthz", localAddress: "127.0.0.2", agent }));
    slowest = Math.max(slowest, performance.now() - start);
    await setTimeout(100);
  }
  const predicted = await ask(server.port, {
    ...{ path: "/v1/golems/tones/predict", localAddress: "127.0.0.2", body: recording },
  });
  for (const socket of open) socket.destroy();
  agent.destroy();
  await setTimeout(4000);
  const after = await countDescriptors(server);
  return {
    answered: statuses.filter((status) => status === 200).length,
    ...{ predicted, slowestMilliseconds: Math.round(slowest), descriptors: [before, after] },
  };
}

/** Stops the server once under load; returns what happened to the requests, and the time. */
async function stop(delay: number) {
  const server = await startServer();
  const outcomes: (number | string)[] = [];
  let isOver = false;
  const clients = Array.from({ length: loadConnections }, async (_, i) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!isOver) {
      const localAddress = `127.0.0.${2 + i}`;
      outcomes.push(
        await ask(server.port, { path: "/v1/golems/tones/predict", localAddress, body: recording, agent }),
      );
      if (outcomes.at(-1) === "ECONNREFUSED") break;
    }
    agent.destroy();
  });
  await setTimeout(delay);
  const start = performance.now();
  server.child.kill("SIGTERM");
  const [code, signal] = (await server.ended) as [number | null, string | null];
  const seconds = (performance.now() - start) / 1000;
  isOver = true;
  await Promise.all(clients);
  const is = (wanted: number | string) => outcomes.filter((outcome) => outcome === wanted).length;
  const others = outcomes.filter(
    (outcome) => ![200, 503, "ECONNREFUSED", "closed while idle"].includes(outcome),
  );
  return {
    ...{ end: signal ?? code, seconds, answered: is(200), refused: is(503) + is("ECONNREFUSED") },
    ...{ closedIdle: is("closed while idle"), lost: others.length, lostBy: [...new Set(others)] },
  };
}

const server = await startServer();
const attacked = await attack(server);
server.child.kill("SIGTERM");
const [attackedEnd] = (await server.ended) as [number | null];
const stopped: Awaited<ReturnType<typeof stop>>[] = [];
for (let i = 0; i < stops; i++) stopped.push(await stop(200 + 37 * (i % 25)));
await rm(work, { recursive: true, force: true });

const inTime = stopped.filter(({ seconds, end }) => seconds <= timeoutSeconds && end === 0).length;
const sum = (key: "answered" | "refused" | "closedIdle" | "lost"): number =>
  stopped.reduce((total, run) => total + run[key], 0);
const slowestStop = Math.max(...stopped.map(({ seconds }) => seconds));
const text = `# A server among rude clients

Made by runs/rude-clients.ts, with the built program, an mfcc golem and \`--timeout ${timeoutSeconds}\`.

${sockets} sockets at once, an eighth of each kind: ${Object.keys(kinds).join("; ")}.

| | |
| --- | --- |
| requests for /healthz of another client that were answered | ${attacked.answered} of ${healthChecks} |
| slowest of them | ${attacked.slowestMilliseconds} ms |
| status of its prediction meanwhile | ${attacked.predicted} |
| descriptors of the server before, and 4 s after the sockets were gone | ${attacked.descriptors.join(", ")} |
| exit code of the server after SIGTERM | ${attackedEnd} |

${stops} stops by SIGTERM while ${loadConnections} clients send predictions without a pause:

| | |
| --- | --- |
| ended with 0 within \`--timeout\` | ${inTime} of ${stops} |
| slowest | ${slowestStop.toFixed(1)} s |
| requests answered | ${sum("answered")} |
| refused (503, or the port was closed) | ${sum("refused")} |
| met by the close of an idle connection, and to be sent again (RFC 9112, 9.5) | ${sum("closedIdle")} |
| accepted and lost | ${sum("lost")} |
`;
const results = fileURLToPath(new URL("results/rude-clients", import.meta.url));
await writeFile(`${results}.json`, `${JSON.stringify({ attacked, stopped }, null, 2)}\n`);
await writeFile(`${results}.md`, text);
console.log(text);
