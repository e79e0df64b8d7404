/**
 * Metrics of a queue worker in the format of Prometheus, on a separate port.
 *
 * Not its concern: shards, the server's metrics (server/metrics.ts).
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { GolemError } from "../../core/error.ts";

/** States of shards in the queue. */
const shardStates = ["waiting", "active", "delayed", "failed"] as const;

/** The address at which metrics are served. */
export interface MetricsPlace {
  /** 0 selects a free port. */
  readonly port: number;
  readonly host?: string | undefined;
}

/** The metrics of one worker. */
export interface WorkerMetrics {
  readonly url: string;
  countShard(clips: number, errors: number, bytes: number): void;
  countFailure(): void;
  /** Adds time in which a shard was embedded. */
  addBusySeconds(seconds: number): void;
  /** Counts finished recordings, from which the speed is computed. */
  countClips(clips: number): void;
  close(): Promise<void>;
}

/** Seconds over which the speed is measured. */
const rateSeconds = 60;

/**
 * Serves metrics. `countQueue` counts the shards of the queue by state whenever metrics are read. Rejects
 * with `usage` if the port is in use.
 */
export async function serveWorkerMetrics(
  { port, host = "127.0.0.1" }: MetricsPlace,
  countQueue: () => Promise<Readonly<Record<string, number>>>,
): Promise<WorkerMetrics> {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const recent: { readonly time: number; readonly clips: number }[] = [];
  const started = performance.now();
  new Gauge({
    name: "golem_shards",
    help: "Shards in the queue, of all runs",
    labelNames: ["state"],
    registers,
    async collect() {
      const counts = await countQueue().catch(() => ({}) as Readonly<Record<string, number>>);
      for (const state of shardStates) this.set({ state }, counts[state] ?? Number.NaN);
    },
  });
  new Gauge({
    name: "golem_clips_per_second",
    help: "Recordings embedded per second by this worker over the last minute",
    registers,
    collect() {
      const now = performance.now();
      while (recent[0] && recent[0].time < now - 1000 * rateSeconds) recent.shift();
      const clips = recent.reduce((sum, own) => sum + own.clips, 0);
      this.set(clips / Math.min(rateSeconds, Math.max(1, (now - started) / 1000)));
    },
  });
  const shards = new Counter({
    name: "golem_shards_total",
    help: "Shards by their outcome in this worker",
    labelNames: ["outcome"],
    registers,
  });
  const clipsTotal = new Counter({
    name: "golem_clips_total",
    help: "Recordings of finished shards",
    labelNames: ["outcome"],
    registers,
  });
  const bytesTotal = new Counter({
    name: "golem_shard_bytes_total",
    help: "Bytes of shards written",
    registers,
  });
  const busy = new Counter({
    name: "golem_busy_seconds_total",
    help: "Time to embed a shard",
    registers,
  });
  const server = createServer((request, response) => {
    const path = request.url?.split("?")[0];
    if (path === "/healthz") return void response.end("ok\n");
    if (path !== "/metrics") return void response.writeHead(404).end();
    registry.metrics().then(
      (text) => response.writeHead(200, { "content-type": registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        new GolemError(
          "usage",
          `Metrics cannot be served on ${host}:${port}: ${error.code ?? error.message}.`,
          {
            hint: "Choose another port; 0 selects a free one.",
          },
        ),
      );
    });
    server.listen(port, host, resolve);
  });
  const { port: found } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${found}/metrics`,
    countShard(clips, errors, bytes) {
      shards.inc({ outcome: "done" });
      clipsTotal.inc({ outcome: "embedded" }, clips - errors);
      clipsTotal.inc({ outcome: "error" }, errors);
      bytesTotal.inc(bytes);
    },
    countFailure: () => shards.inc({ outcome: "failed" }),
    addBusySeconds: (seconds) => busy.inc(seconds),
    countClips: (clips) => recent.push({ time: performance.now(), clips }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
