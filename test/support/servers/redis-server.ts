/** A real Redis (or Valkey) for tests, on a free port, in a folder of its own. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";

const program = ["redis-server", "valkey-server"].find(
  (name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0,
);

/** Why tests with a queue cannot run here; empty where they can. */
export const redisNote = program ? "" : " (skipped: no redis-server on PATH)";
/** Whether there is a Redis. */
export const hasRedis = program !== undefined;

/** A running server. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Runs one command. */
  command(...words: readonly [string, ...string[]]): Promise<unknown>;
  stop(): Promise<void>;
}

/** Gets a port on which nothing listens. */
export function getFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Starts a server; `options` are those of its command line. */
export async function startRedis(options: readonly string[] = [], auth = ""): Promise<RedisServer> {
  const port = await getFreePort();
  const folder = await mkdtemp(join(tmpdir(), "golem-redis-"));
  const places = options.includes("--tls-port") ? ["--port", "0"] : ["--port", String(port)];
  const child = spawn(
    program!,
    [
      ...places,
      "--bind",
      "127.0.0.1",
      "--dir",
      folder,
      "--save",
      "",
      ...options.map((word) => word.replace("PORT", String(port))),
    ],
    { stdio: "ignore" },
  );
  const url = `${options.includes("--tls-port") ? "rediss" : "redis"}://${auth}127.0.0.1:${port}/`;
  const client = new Redis(url, {
    ...{ retryStrategy: () => 50, maxRetriesPerRequest: 100 },
    ...(options.includes("--tls-port") ? { tls: { rejectUnauthorized: false } } : {}),
  });
  client.on("error", () => {});
  await client.ping();
  return {
    url,
    port,
    command: (name, ...words) => client.call(name, ...words),
    async stop() {
      client.disconnect();
      await endChild(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Ends a process and waits for it. */
export function endChild(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill(signal);
  });
}
