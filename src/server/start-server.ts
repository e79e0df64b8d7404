/**
 * A server that answers for golems: opened, watched, and closed without losing what it accepted.
 *
 * Not its concern: the command line.
 */
import { availableParallelism } from "node:os";
import { type Logger, pino } from "pino";
import type { GolemError } from "../core/error.ts";
import { getCacheFolder } from "../node/disk/cache-folder.ts";
import type { EnvironmentOptions } from "../node/environment.ts";
import { type ClipKeeper, type KeepOptions, openClipKeeper } from "../node/keep/clip-keeper.ts";
import { createGolemPool, type GolemPool } from "../node/threads/golem-pool.ts";
import { createAdmission } from "./admission.ts";
import { createKeyCheck } from "./api-keys.ts";
import { type AppParts, createApp } from "./app.ts";
import { openHttpServer } from "./http-server.ts";
import { createLogSink, type LogSink } from "./log-sink.ts";
import { createMetrics } from "./metrics.ts";
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
  /** Names accepted in the Host header beside addresses, localhost and `host`. */
  readonly allowHosts?: readonly string[] | undefined;
  /** Origins of pages that may use the server. */
  readonly origins?: readonly string[] | undefined;
  /** Keys of the clients that may use it; without any, every client may. */
  readonly apiKeys?: readonly string[] | undefined;
  /** Largest body accepted, in bytes. */
  readonly maximumBodyBytes?: number | undefined;
  /** Largest body of one long recording, in bytes, and longest such recording, in seconds. */
  readonly maximumStreamBytes?: number | undefined;
  readonly maximumStreamSeconds?: number | undefined;
  /** Most samples that are decoded for one prediction, of all channels together. */
  readonly maximumSamples?: number | undefined;
  /** Most files in one form. */
  readonly maximumFiles?: number | undefined;
  /** Most requests waiting or at work. */
  readonly queue?: number | undefined;
  /** The part of the queue, and of the streams, that one client may take, in (0, 1]. */
  readonly clientShare?: number | undefined;
  /** Seconds that a request may take once its body has arrived. */
  readonly timeoutSeconds?: number | undefined;
  /** Seconds in which any body may arrive. */
  readonly bodySeconds?: number | undefined;
  /** Most long recordings and live streams at a time. */
  readonly streams?: number | undefined;
  /** Seconds without samples after which a live stream is ended. */
  readonly idleSeconds?: number | undefined;
  readonly workers?: number | undefined;
  /** Where a golem's encoder is now, if it moved; for one golem. */
  readonly encoder?: string | undefined;
  /** Where clips of what was heard by detect and listen are kept; default: nothing is kept. */
  readonly keep?: KeepOptions | undefined;
  /** Where log lines go; by default nowhere. */
  readonly log?: NodeJS.WritableStream | undefined;
}

/** Limit on the bytes of all bodies in memory together, in largest bodies. */
const budgetBodies = 8;
/** Most workers: with more, memory grows for little gain. */
const maximumWorkers = 8;

/** A server that was opened. */
export interface RunningServer {
  /** With the real port. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly ids: readonly string[];
  /** Resolves when all golems are loaded; rejects with the error of the first that cannot be. */
  readonly ready: Promise<void>;
  /** Answers what it has accepted, then ends. */
  close(): Promise<void>;
}

/**
 * Opens a server; it answers `/healthz` while golems are still being loaded. Rejects with `invalid-option`,
 * and with `output-failed` if the port is taken.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { port = serverDefaults.port, host = serverDefaults.host } = options;
  const sink = createLogSink(options.log ?? process.stderr);
  const log = pino(
    { level: options.log ? "info" : "silent", base: null, timestamp: pino.stdTimeFunctions.isoTime },
    sink,
  );
  const workers = options.workers ?? Math.min(availableParallelism(), maximumWorkers);
  const pool = createGolemPool({
    count: workers,
    cache: options.cache ?? getCacheFolder(),
    maximumSamples: options.maximumSamples ?? serverDefaults.maximumSamples,
    onDeath(error) {
      const { code, message } = error as GolemError;
      log.error({ code, error: message }, "a worker thread ended");
    },
  });
  let isStopping = false;
  let keeper: ClipKeeper | undefined;
  let parts: AppParts | undefined;
  try {
    if (options.keep) {
      keeper = await openClipKeeper(options.keep, ({ code, message }) => log.warn({ code }, message));
      log.info({ folder: options.keep.folder }, "recording is on: clips of what is heard are kept");
    }
    const created = createParts(
      { ...options, host },
      { pool, log, sink, workers, keeper, isStopping: () => isStopping },
    );
    parts = created;
    const { golems, metrics, admission, sessions, timeoutSeconds } = created;
    const { address, drain } = await openHttpServer(createApp(created), port, host);
    const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
    const url = `http://${name}:${address.port}`;
    log.info({ url, golems: golems.ids, workers }, "listening");
    const ready = loadAndWatch(created, options);
    ready.catch(() => {});
    return {
      ...{ url, host: address.address, port: address.port, ids: golems.ids, ready },
      async close() {
        if (isStopping) return;
        isStopping = true;
        log.info({ queued: admission.getCount() }, "stopping");
        for (const end of sessions) end();
        await drain(1000 * timeoutSeconds);
        await golems.close();
        await pool.close();
        await keeper?.close(timeoutSeconds);
        metrics.close();
        log.info("stopped");
      },
    };
  } catch (error) {
    parts?.metrics.close();
    await pool.close();
    throw error;
  }
}

/** What the application works with, within the limits that the options set. */
function createParts(
  options: ServerOptions & { readonly host: string },
  base: {
    readonly pool: GolemPool;
    readonly log: Logger;
    readonly sink: LogSink;
    readonly workers: number;
    readonly keeper: ClipKeeper | undefined;
    isStopping(): boolean;
  },
): AppParts {
  const { sink, ...shared } = base;
  const { pool, workers, keeper } = shared;
  const {
    maximumBodyBytes = serverDefaults.maximumBodyBytes,
    clientShare = serverDefaults.clientShare,
    origins = [],
    apiKeys,
  } = options;
  const guard = createRequestGuard({ hosts: [options.host, ...(options.allowHosts ?? [])], origins });
  const golems = createServedGolems(options.golems, pool, options.encoder);
  const budget: ByteBudget = { limit: budgetBodies * maximumBodyBytes, used: 0 };
  const admission = createAdmission(
    { limit: options.queue ?? serverDefaults.queue, clientShare },
    "requests are waiting or at work",
  );
  return {
    ...shared,
    ...{ guard, golems, admission, origins },
    streams: createAdmission(
      { limit: options.streams ?? serverDefaults.streams, clientShare },
      "streams are listened to",
    ),
    sessions: new Set(),
    metrics: createMetrics({
      getQueued: admission.getCount,
      getBodyBytes: () => budget.used,
      isReady: () => golems.isReady() && pool.getReady() > 0,
      getWorkers: pool.getReady,
      getDroppedLines: sink.getDropped,
      getKept: () => keeper?.getState(),
    }),
    isKey: apiKeys && createKeyCheck(apiKeys),
    concurrency: workers,
    maximumFiles: options.maximumFiles ?? serverDefaults.maximumFiles,
    timeoutSeconds: options.timeoutSeconds ?? serverDefaults.timeoutSeconds,
    idleSeconds: options.idleSeconds ?? serverDefaults.idleSeconds,
    body: { maximumBytes: maximumBodyBytes, budget, graceSeconds: options.bodySeconds },
    stream: {
      maximumBytes: options.maximumStreamBytes ?? serverDefaults.maximumStreamBytes,
      maximumSeconds: options.maximumStreamSeconds ?? serverDefaults.maximumStreamSeconds,
    },
  };
}

/** Loads all golems, then reloads those whose folders change. */
async function loadAndWatch(
  { golems, metrics, log }: AppParts,
  { signal, onProgress }: ServerOptions,
): Promise<void> {
  const start = performance.now();
  await golems.load({ signal, onProgress });
  log.info({ golems: golems.ids, milliseconds: Math.round(performance.now() - start) }, "ready");
  golems.watch((id, error) => {
    metrics.countReload(id, error === undefined);
    if (error === undefined) return log.info({ golem: id }, "reloaded");
    const { code, message } = error as GolemError;
    log.error(
      { golem: id, code, error: message },
      "not reloaded: the golem that was loaded goes on answering",
    );
  });
}
