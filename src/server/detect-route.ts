/**
 * POST /v1/golems/{id}/detect: what a long recording holds and when, event by event as soon as each is certain: JSON lines, or
 * server-sent events where Accept asks for them.
 *
 * Errors before the first event are problem documents, later ones the last line.
 * Must not know: how events are found.
 */
import type { Context } from "hono";
import { GolemError, toErrorRecord } from "../core/error.ts";
import type { GolemPool, StreamReport } from "../node/golem-pool.ts";
import type { Admission } from "./admission.ts";
import { parseQuery } from "./query.ts";
import { type RecordingLimits, readRecordings } from "./recordings.ts";
import { detectQuery } from "./schemas.ts";
import type { ServedGolems } from "./served-golems.ts";
import type { ServerContext } from "./server-context.ts";

/** What the route works with. */
export interface DetectParts extends RecordingLimits {
  readonly golems: ServedGolems;
  readonly pool: GolemPool;
  readonly streams: Admission;
  /** Seconds that may pass without progress. */
  readonly timeoutSeconds: number;
}

/** Longest recording listened to, in seconds: few bytes can hold years of silence. */
const maximumSeconds = 12 * 3600;
/** Milliseconds after which the answer begins though nothing is known yet. */
const beginMilliseconds = 1000;

const formats = {
  lines: {
    type: "application/x-ndjson",
    event: (event: object) => `${JSON.stringify(event)}\n`,
    error: (error: object) => `${JSON.stringify({ error })}\n`,
    end: "",
  },
  events: {
    type: "text/event-stream",
    event: (event: object) => `event: detection\ndata: ${JSON.stringify(event)}\n\n`,
    error: (error: object) => `event: error\ndata: ${JSON.stringify(error)}\n\n`,
    end: "event: end\ndata: {}\n\n",
  },
} as const;

/** Answers a request. */
export async function handleDetect(
  c: Context<ServerContext>,
  id: string,
  parts: DetectParts,
): Promise<Response> {
  const { name, ...options } = parseQuery(detectQuery, c.req.query());
  const format = c.req.header("accept")?.includes(formats.events.type) ? formats.events : formats.lines;
  let begin!: (stream: ReadableStream<Uint8Array>) => void;
  const begun = new Promise<ReadableStream<Uint8Array>>((resolve) => {
    begin = resolve;
  });
  // The golem stays loaded until the stream has ended, which is after the answer has begun.
  const work = parts.golems.use(id, async (golem) => {
    const leave = parts.streams.enter();
    try {
      const recordings = await readRecordings(c.env.incoming, name, { ...parts, maximumFiles: 1 });
      try {
        c.var.note({ bytes: recordings.byteLength });
        const [file] = recordings.files;
        const stop = new AbortController();
        c.var.onLeave(() => stop.abort());
        const sink = createSink(begin);
        const clock = createClock(parts.timeoutSeconds, () => stop.abort());
        try {
          await parts.pool.detect(golem, { ...file!, maximumSeconds }, options, {
            signal: stop.signal,
            onReport(report: StreamReport) {
              clock.restart();
              if ("event" in report) sink.write(format.event(report.event));
            },
          });
          sink.end(format.end);
        } catch (error) {
          const reason = clock.isLate() ? createTimeout(parts.timeoutSeconds) : error;
          if (!sink.hasBegun()) throw reason;
          sink.end(format.error(toErrorRecord(reason, "unexpected")));
        } finally {
          clock.stop();
        }
      } finally {
        recordings.release();
      }
    } finally {
      leave();
    }
  });
  // Work ends before the answer has begun only with an error.
  const stream = await Promise.race([begun, work.then(() => begun)]);
  work.catch(() => {});
  return c.body(stream, 200, { "content-type": format.type });
}

function createTimeout(seconds: number): GolemError {
  return new GolemError("timeout", `Nothing came of the recording for ${seconds} s.`, {
    hint: "The server's limit is --timeout.",
  });
}

/** A body that begins with the first text, the end, or after a while. */
function createSink(begin: (stream: ReadableStream<Uint8Array>) => void) {
  const encoder = new TextEncoder();
  let isOpen = true;
  let hasBegun = false;
  let controller: ReadableStreamDefaultController<Uint8Array>;
  const stream = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
    cancel() {
      isOpen = false;
    },
  });
  const start = (): void => {
    clearTimeout(timer);
    hasBegun = true;
    begin(stream);
  };
  const timer = setTimeout(start, beginMilliseconds);
  const write = (text: string): void => {
    if (isOpen && text !== "") controller.enqueue(encoder.encode(text));
    if (!hasBegun) start();
  };
  return {
    write,
    hasBegun(): boolean {
      clearTimeout(timer);
      return hasBegun;
    },
    end(text: string): void {
      write(text);
      if (isOpen) controller.close();
      isOpen = false;
    },
  };
}

/** Calls back when it was not restarted for so long. */
function createClock(seconds: number, onLate: () => void) {
  let isLate = false;
  const start = () =>
    setTimeout(() => {
      isLate = true;
      onLate();
    }, seconds * 1000);
  let timer = start();
  return {
    isLate: () => isLate,
    restart(): void {
      clearTimeout(timer);
      timer = start();
    },
    stop: (): void => clearTimeout(timer),
  };
}
