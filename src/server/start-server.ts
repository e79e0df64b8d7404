/**
 * A server that answers for golems: opened, watched, closed without losing what it accepted.
 *
 * Not its concern: the command line.
 */
import type { Server as HttpServer } from "node:http";
import { type AddressInfo, Server as NetServer } from "node:net";
import { availableParallelism } from "node:os";
import { createAdaptorServer, type WebSocketServerLike } from "@hono/node-server";
import { pino } from "pino";
import { WebSocketServer } from "ws";
import { GolemError } from "../core/error.ts";
import { getCacheFolder } from "../node/disk/cache-folder.ts";
import type { EnvironmentOptions } from "../node/environment.ts";
import { createGolemPool } from "../node/threads/golem-pool.ts";
import { createAdmission } from "./admission.ts";
import { createKeyCheck } from "./api-keys.ts";
import { createApp } from "./app.ts";
import { maximumMessageBytes } from "./listen-route.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import type { ByteBudget } from "./request-body.ts";
import { createRequestGuard } from "./request-guard.ts";
import { createServedGolems } from "./served-golems.ts";
import { serverDefaults } from "./server-defaults.ts";

/** Where and how the server answers; see `serverDefaults`. */
export interface ServerOptions extends EnvironmentOptions {
  /** Folders of golems. */
  readonly golems: readonly string[];
  /** 0 takes a free one. */
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  /** Names in the Host header that are taken beside addresses, localhost and `host`. */
  readonly allowHosts?: readonly string[] | undefined;
  /** Origins of pages that may use it. */
  readonly origins?: readonly string[] | undefined;
  /** Keys of those who may use it; everybody where there are none. */
  readonly apiKeys?: readonly string[] | undefined;
  /** Largest body taken, in bytes. */
  readonly maximumBodyBytes?: number | undefined;
  /** Largest body of one long recording, in bytes, and longest such recording, in seconds. */
  readonly maximumStreamBytes?: number | undefined;
  readonly maximumStreamSeconds?: number | undefined;
  /** Most files in one form. */
  readonly maximumFiles?: number | undefined;
  /** Most requests waiting or at work. */
  readonly queue?: number | undefined;
  /** The part of the queue, and of the streams, that one client may take, in (0, 1]. */
  readonly clientShare?: number | undefined;
  /** Seconds a request may take once its body is there. */
  readonly timeoutSeconds?: number | undefined;
  /** Seconds in which any body may arrive. */
  readonly bodySeconds?: number | undefined;
  /** Most long recordings and live streams listened to at a time. */
  readonly streams?: number | undefined;
  /** Seconds without samples after which a live stream is ended. */
  readonly idleSeconds?: number | undefined;
  readonly workers?: number | undefined;
  /** Where a golem's encoder is now, if it moved; for one golem. */
  readonly encoder?: string | undefined;
  /** Where log lines go; nowhere when not given. */
  readonly log?: NodeJS.WritableStream | undefined;
}

/** Bodies in memory, of all requests together, in largest bodies. */
const budgetBodies = 8;
/** Most workers: beyond it memory grows for little gain. */
const maximumWorkers = 8;
/** Milliseconds in which requests on their way over open connections are still answered when the server stops. */
const graceMilliseconds = 250;

/** A server that was opened. */
export interface RunningServer {
  /** With the real port. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly ids: readonly string[];
  /** Resolves when all golems are loaded; rejects with what kept one from it. */
  readonly ready: Promise<void>;
  /** Answers what it has accepted, then ends. */
  close(): Promise<void>;
}

/** Opens a server; golems are loaded while it answers `/healthz` already. Rejects with `invalid-option` and `output-failed` (a port that is taken). */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const {
    port = serverDefaults.port,
    host = serverDefaults.host,
    maximumBodyBytes = serverDefaults.maximumBodyBytes,
    maximumFiles = serverDefaults.maximumFiles,
    queue = serverDefaults.queue,
    streams: streamLimit = serverDefaults.streams,
    clientShare = serverDefaults.clientShare,
    idleSeconds = serverDefaults.idleSeconds,
    timeoutSeconds = serverDefaults.timeoutSeconds,
    origins = [],
    apiKeys,
    cache = getCacheFolder(),
  } = options;
  const log = pino(
    { level: options.log ? "info" : "silent", base: null, timestamp: pino.stdTimeFunctions.isoTime },
    options.log ?? process.stderr,
  );
  const count = options.workers ?? Math.min(availableParallelism(), maximumWorkers);
  const pool = createGolemPool({
    count,
    cache,
    onDeath(error) {
      const { code, message } = error as GolemError;
      log.error({ code, error: message }, "a worker thread ended");
    },
  });
  let isStopping = false;
  let server: HttpServer | undefined;
  let metrics: Metrics | undefined;
  try {
    const golems = createServedGolems(options.golems, pool, options.encoder);
    const budget: ByteBudget = { limit: budgetBodies * maximumBodyBytes, used: 0 };
    const admission = createAdmission({ limit: queue, clientShare }, "requests are waiting or at work");
    const counting = createMetrics({
      getQueued: admission.getCount,
      getBodyBytes: () => budget.used,
      isReady: () => golems.isReady() && pool.getReady() > 0,
      getWorkers: pool.getReady,
    });
    metrics = counting;
    const sessions = new Set<() => void>();
    const streams = createAdmission({ limit: streamLimit, clientShare }, "streams are listened to");
    const app = createApp({
      ...{ streams, sessions, idleSeconds },
      ...{
        golems,
        pool,
        admission,
        metrics: counting,
        maximumFiles,
        timeoutSeconds,
        origins,
        log,
        concurrency: count,
      },
      body: { maximumBytes: maximumBodyBytes, budget, graceSeconds: options.bodySeconds },
      stream: {
        maximumBytes: options.maximumStreamBytes ?? serverDefaults.maximumStreamBytes,
        maximumSeconds: options.maximumStreamSeconds ?? serverDefaults.maximumStreamSeconds,
      },
      guard: createRequestGuard({ hosts: [host, ...(options.allowHosts ?? [])], origins }),
      isKey: apiKeys && createKeyCheck(apiKeys),
      isStopping: () => isStopping,
    });
    const sockets = new WebSocketServer({
      noServer: true,
      maxPayload: maximumMessageBytes,
      perMessageDeflate: false,
    });
    const http = createAdaptorServer({
      fetch: app.fetch,
      overrideGlobalObjects: false,
      websocket: {
        // It is one; the types of ws say more than those that are asked for.
        server: sockets as unknown as WebSocketServerLike,
      },
      serverOptions: {
        headersTimeout: 10_000,
        // Bodies have their own clock, which answers with a problem document.
        requestTimeout: 0,
        connectionsCheckingInterval: 1000,
        maxHeaderSize: 16_384,
      },
    }) as HttpServer;
    server = http;
    const address = await listen(http, port, host);
    const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
    const url = `http://${name}:${address.port}`;
    log.info({ url, golems: golems.ids, workers: count }, "listening");
    const start = performance.now();
    const { signal, onProgress } = options;
    const ready = golems.load({ signal, onProgress }).then(() => {
      log.info({ golems: golems.ids, milliseconds: Math.round(performance.now() - start) }, "ready");
      golems.watch((id, error) => {
        counting.countReload(id, error === undefined);
        if (error === undefined) return log.info({ golem: id }, "reloaded");
        const { code, message } = error as GolemError;
        log.error(
          { golem: id, code, error: message },
          "not reloaded: the golem that was loaded goes on answering",
        );
      });
    });
    ready.catch(() => {});
    return {
      ...{ url, host: address.address, port: address.port, ids: golems.ids, ready },
      async close() {
        if (isStopping) return;
        isStopping = true;
        log.info({ queued: admission.getCount() }, "stopping");
        for (const end of sessions) end();
        await drain(http, 1000 * timeoutSeconds, () => {
          for (const socket of sockets.clients) socket.terminate();
        });
        await golems.close();
        await pool.close();
        counting.close();
        log.info("stopped");
      },
    };
  } catch (error) {
    server?.close();
    metrics?.close();
    await pool.close();
    throw error;
  }
}

async function listen(server: HttpServer, port: number, host: string): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(
        new GolemError(
          "output-failed",
          `${host}:${port} cannot be listened on: ${cause.code ?? cause.message}.`,
          {
            hint: "Name another --port (0 takes a free one) or --host.",
            cause,
          },
        ),
      ),
    );
    server.listen(port, host, () => resolve());
  });
  return server.address() as AddressInfo;
}

/**
 * Takes no more connections, answers what comes over those that are open, and closes them; what is still open after `milliseconds` is cut. Node's
 * own `close` would cut idle ones at once, and with them requests that are on their way.
 */
async function drain(server: HttpServer, milliseconds: number, cutSockets: () => void): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    NetServer.prototype.close.call(server, () => resolve());
  });
  const idle = setInterval(() => server.closeIdleConnections(), graceMilliseconds);
  const late = setTimeout(() => {
    server.closeAllConnections();
    cutSockets();
  }, milliseconds);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}
