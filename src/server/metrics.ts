/**
 * Counts and durations of the server, in the format of Prometheus.
 *
 * Not its concern: predictions (prediction-metrics.ts).
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { AudioPrediction } from "../golem/predict-embedded.ts";
import type { KeptState } from "../node/keep/clip-keeper.ts";
import { createPredictionMetrics, type PredictionMetrics } from "./prediction-metrics.ts";

/** Milliseconds between samples of the event loop. */
const resolution = 10;

/** Sources of the values that are read whenever the metrics are read. */
interface MetricSources {
  /** Gets the number of requests admitted and not yet answered. */
  getQueued(): number;
  /** Gets the bytes of bodies in memory. */
  getBodyBytes(): number;
  /** Whether all golems are loaded and a worker is ready. */
  isReady(): boolean;
  /** Gets the number of worker threads that are ready. */
  getWorkers(): number;
  /** Gets the seconds for which worker threads have worked on recordings. */
  getBusySeconds(): number;
  /** Gets the number of log lines that could not be written. */
  getDroppedLines(): number;
  /** Gets the counts of kept clips; undefined if nothing is kept. */
  getKept(): KeptState | undefined;
}

/** The metrics of one server. */
export interface Metrics extends Pick<PredictionMetrics, "describe" | "forget" | "countEvent"> {
  readonly contentType: string;
  render(): Promise<string>;
  /** Counts one request. `route` is the pattern, never the address, so that label values stay few. */
  countRequest(route: string, method: string, status: number, seconds: number): void;
  countRecording(
    golem: string,
    prediction: Pick<AudioPrediction, "label" | "confidence" | "unknown" | "seconds">,
  ): void;
  /** Counts one replacement of a golem, loaded or rejected. */
  countReload(golem: string, isLoaded: boolean): void;
  close(): void;
}

/** Starts counting. */
export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: "golem_http_request_duration_seconds",
    help: "Time from the head of a request to its answer",
    labelNames: ["route", "method", "status"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const recordings = new Counter({
    name: "golem_recordings_total",
    help: "Recordings predicted",
    labelNames: ["golem"],
    registers,
  });
  const audio = new Counter({
    name: "golem_audio_seconds_total",
    help: "Duration of the recordings predicted",
    labelNames: ["golem"],
    registers,
  });
  const reloads = new Counter({
    name: "golem_reloads_total",
    help: "Golems replaced while serving, and rejected replacements",
    labelNames: ["golem", "result"],
    registers,
  });
  const { countPrediction, ...answers } = createPredictionMetrics(registry);
  const watch = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  watch("golem_requests_queued", "Requests waiting or in progress", sources.getQueued);
  watch("golem_body_bytes", "Bytes of request bodies in memory", sources.getBodyBytes);
  watch("golem_ready", "1 when all golems are loaded and a worker is ready", () => Number(sources.isReady()));
  watch("golem_workers", "Worker threads that are ready", sources.getWorkers);
  const watchCount = (name: string, help: string, read: () => number): void => {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  };
  watchCount(
    "golem_busy_seconds_total",
    "Time that worker threads have spent on recordings",
    sources.getBusySeconds,
  );
  watchCount("golem_log_lines_dropped_total", "Log lines that could not be written", sources.getDroppedLines);
  watch("golem_keeping", "1 when the sound of events is kept", () => Number(!!sources.getKept()));
  watch("golem_kept_bytes", "Size of the kept clips without a label", () => sources.getKept()?.bytes ?? 0);
  watchKeptClips(registry, sources);
  const delay = watchEventLoop(registry);
  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    countRequest: (route, method, status, seconds) =>
      requests.observe({ route, method, status: String(status) }, seconds),
    ...answers,
    countRecording(golem, prediction) {
      recordings.inc({ golem });
      audio.inc({ golem }, prediction.seconds);
      countPrediction(golem, prediction);
    },
    countReload: (golem, isLoaded) => reloads.inc({ golem, result: isLoaded ? "loaded" : "refused" }),
    close() {
      delay.disable();
      registry.clear();
    },
  };
}

/** Measures the delay of the event loop until `disable` is called. */
function watchEventLoop(registry: Registry) {
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  new Gauge({
    name: "golem_event_loop_delay_seconds",
    help: "Delay of the event loop since the metrics were last read",
    labelNames: ["quantile"],
    registers: [registry],
    collect() {
      const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - resolution / 1000) || 0;
      this.set({ quantile: "0.5" }, late(delay.percentile(50)));
      this.set({ quantile: "0.99" }, late(delay.percentile(99)));
      this.set({ quantile: "1" }, late(delay.max));
      delay.reset();
    },
  });
  return delay;
}

/** Counts kept clips by kind. */
function watchKeptClips(registry: Registry, { getKept }: Pick<MetricSources, "getKept">): void {
  new Counter({
    name: "golem_kept_clips_total",
    help: "Clips kept, or left out because they could not be written",
    labelNames: ["kind"],
    registers: [registry],
    collect() {
      this.reset();
      const { written = {}, failed = 0 } = getKept() ?? {};
      for (const [kind, count] of Object.entries({ ...written, failed })) this.inc({ kind }, count);
    },
  });
}
