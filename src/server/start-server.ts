/** Starts and stops a server of golems; when it stops, accepted requests are still answered. */
import { availableParallelism } from "node:os";
import { setTimeout } from "node:timers/promises";
import { type Logger, pino } from "pino";
import type { GolemError } from "../core/error.ts";
import { describeThresholds } from "../detect/false-alarms.ts";
import { getCacheFolder } from "../node/disk/cache-folder.ts";
import type { EnvironmentOptions, Warning } from "../node/environment.ts";
import { type ClipKeeper, type KeepOptions, openClipKeeper } from "../node/keep/clip-keeper.ts";
import { createGolemPool, type GolemPool } from "../node/threads/golem-pool.ts";
import { createAdmission } from "./admission.ts";
import { createKeyCheck } from "./api-keys.ts";
import { type AppParts, createApp } from "./app.ts";
import { openHttpServer } from "./http/http-server.ts";
import type { ByteBudget } from "./http/request-body.ts";
import { createLogSink, type LogSink } from "./log-sink.ts";
import { createMetrics } from "./metrics.ts";
import { createRequestGuard } from "./request-guard.ts";
import { createServedGolems, type ServedGolems } from "./served-golems.ts";
import { serverDefaults } from "./server-defaults.ts";

/** Address and limits of the server; for defaults see `serverDefaults`. */
export interface ServerOptions extends EnvironmentOptions {
  /** Golems: their folders, folders of golems, s3://BUCKET/PREFIX, hf:OWNER/NAME. */
  readonly golems: readonly string[];
  /** 0 selects a free port. */
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  /** Names accepted in the Host header besides addresses, localhost and `host`. */
  readonly allowHosts?: readonly string[] | undefined;
  /** Origins of pages that may use the server. */
  readonly origins?: readonly string[] | undefined;
  /** Keys of the clients that may use the server; without keys, every client may. */
  readonly apiKeys?: readonly string[] | undefined;
  /** Maximum size of a body, in bytes. */
  readonly maximumBodyBytes?: number | undefined;
  /** Limits of a long recording: bytes of its body, and its duration in seconds. */
  readonly maximumStreamBytes?: number | undefined;
  readonly maximumStreamSeconds?: number | undefined;
  /** Maximum number of samples decoded for one prediction, counting all channels. */
  readonly maximumSamples?: number | undefined;
  /** Maximum number of files in one form. */
  readonly maximumFiles?: number | undefined;
  /** Maximum number of requests waiting or in progress. */
  readonly queue?: number | undefined;
  /** The share of the queue, and of the streams, that one client may use, in (0, 1]. */
  readonly clientShare?: number | undefined;
  /** Seconds that a request may take once its body has arrived. */
  readonly timeoutSeconds?: number | undefined;
  /** Seconds allowed for any body to arrive. */
  readonly bodySeconds?: number | undefined;
  /** Maximum number of long recordings and live streams at a time. */
  readonly streams?: number | undefined;
  /** Seconds without samples after which a live stream is ended. */
  readonly idleSeconds?: number | undefined;
  readonly workers?: number | undefined;
  /** Seconds between checks for other versions of golems; 0: only when `reload` is called. */
  readonly reloadSeconds?: number | undefined;
  /** Seconds for which a stopping server continues to accept requests, while `/readyz` answers 503. */
  readonly drainSeconds?: number | undefined;
  /** New location of the golem's encoder, if it moved; only with one golem. */
  readonly encoder?: string | undefined;
  /** Maximum false alarms per hour of detect and listen, for requests without a threshold. */
  readonly falseAlarmsPerHour?: number | undefined;
  /** Where clips of the sound of detect and listen are kept; default: nothing is kept. */
  readonly keep?: KeepOptions | undefined;
  /** Stream for log lines; default: none. */
  readonly log?: NodeJS.WritableStream | undefined;
}

/** Limit on the bytes of all bodies in memory, as a multiple of the maximum body. */
const budgetBodies = 8;
/** Maximum number of workers; more would take memory for little gain. */
const maximumWorkers = 8;

/** A server that was opened. */
export interface RunningServer {
  /** Address with the real port. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Ids of the golems found at the start. */
  readonly ids: readonly string[];
  /** Resolves when all golems are loaded; rejects with the error of the first that cannot be loaded. */
  readonly ready: Promise<void>;
  /** Checks for other versions of golems now; resolves when those that were found are loaded or rejected. */
  reload(): Promise<void>;
  /** Answers 503 to `/readyz`, continues for `drainSeconds`, answers the accepted requests, then ends. */
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
    device: options.device,
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
      log.info({ folder: options.keep.folder }, "clips of detected sound are kept");
    }
    const onWarning = ({ code, message }: Warning): void => log.warn({ code }, message);
    const { signal } = options;
    const golems = await createServedGolems(options.golems, pool, options.encoder, { signal, onWarning });
    const created = createParts(
      { ...options, host },
      { pool, log, sink, workers, keeper, golems, isStopping: () => isStopping },
    );
    parts = created;
    const { metrics, admission, sessions, timeoutSeconds } = created;
    const { address, drain } = await openHttpServer(createApp(created), port, host);
    const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
    const url = `http://${name}:${address.port}`;
    const ids = golems.getIds();
    log.info({ url, golems: ids, workers }, "listening");
    const ready = loadAndWatch(created, { ...options, onWarning });
    ready.catch(() => {});
    return {
      ...{ url, host: address.address, port: address.port, ids, ready },
      reload: golems.check,
      async close() {
        if (isStopping) return;
        isStopping = true;
        const { drainSeconds = serverDefaults.drainSeconds } = options;
        log.info({ queued: admission.getCount(), drainSeconds }, "stopping");
        // Load balancers send requests until they have checked `/readyz`.
        if (drainSeconds > 0) await setTimeout(1000 * drainSeconds);
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

/** Creates everything that the application uses, with the limits that the options set. */
function createParts(
  options: ServerOptions & { readonly host: string },
  base: {
    readonly pool: GolemPool;
    readonly log: Logger;
    readonly sink: LogSink;
    readonly workers: number;
    readonly keeper: ClipKeeper | undefined;
    readonly golems: ServedGolems;
    isStopping(): boolean;
  },
): AppParts {
  const { sink, ...shared } = base;
  const { pool, workers, keeper, golems } = shared;
  const {
    maximumBodyBytes = serverDefaults.maximumBodyBytes,
    clientShare = serverDefaults.clientShare,
    origins = [],
    apiKeys,
  } = options;
  const guard = createRequestGuard({ hosts: [options.host, ...(options.allowHosts ?? [])], origins });
  const budget: ByteBudget = { limit: budgetBodies * maximumBodyBytes, used: 0 };
  const admission = createAdmission(
    { limit: options.queue ?? serverDefaults.queue, clientShare },
    "requests are waiting or in progress",
  );
  return {
    ...shared,
    ...{ guard, admission, origins },
    streams: createAdmission(
      { limit: options.streams ?? serverDefaults.streams, clientShare },
      "streams are open",
    ),
    sessions: new Set(),
    metrics: createMetrics({
      getQueued: admission.getCount,
      getBodyBytes: () => budget.used,
      isReady: () => golems.isReady() && pool.getReady() > 0,
      getWorkers: pool.getReady,
      getBusySeconds: pool.getBusySeconds,
      getDroppedLines: sink.getDropped,
      getKept: () => keeper?.getState(),
    }),
    isKey: apiKeys && createKeyCheck(apiKeys),
    concurrency: workers,
    maximumFiles: options.maximumFiles ?? serverDefaults.maximumFiles,
    timeoutSeconds: options.timeoutSeconds ?? serverDefaults.timeoutSeconds,
    idleSeconds: options.idleSeconds ?? serverDefaults.idleSeconds,
    falseAlarmsPerHour: options.falseAlarmsPerHour,
    body: { maximumBytes: maximumBodyBytes, budget, graceSeconds: options.bodySeconds },
    stream: {
      maximumBytes: options.maximumStreamBytes ?? serverDefaults.maximumStreamBytes,
      maximumSeconds: options.maximumStreamSeconds ?? serverDefaults.maximumStreamSeconds,
    },
  };
}

/** Loads all golems, then watches for other versions. */
async function loadAndWatch(
  { golems, metrics, log }: AppParts,
  { signal, onProgress, onWarning, reloadSeconds, falseAlarmsPerHour }: ServerOptions,
): Promise<void> {
  const start = performance.now();
  await golems.load({ signal, onProgress, onWarning });
  for (const golem of golems.list()) metrics.describe(golem);
  if (falseAlarmsPerHour !== undefined) {
    for (const { id, document } of golems.list()) {
      log.info({ golem: id }, describeThresholds(document, falseAlarmsPerHour));
    }
  }
  log.info({ golems: golems.getIds(), milliseconds: Math.round(performance.now() - start) }, "ready");
  const onReload = (id: string, error: unknown): void => {
    metrics.countReload(id, error === undefined);
    if (error === undefined) {
      metrics.describe(golems.get(id));
      log.info({ golem: id }, "reloaded");
      return;
    }
    const { code, message } = error as GolemError;
    log.error({ golem: id, code, error: message }, "not reloaded: the loaded golem stays in use");
  };
  golems.watch({ signal, onWarning, seconds: reloadSeconds, onReload });
}
