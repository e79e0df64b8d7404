/**
 * POST /v1/golems/{id}/detect: receives a long recording and sends its events, each as soon as it is certain:
 * as JSON lines, as server-sent events if Accept names them, or as a table for other programs (`format`).
 *
 * An error before the first event is a problem document; a later one is the last line, or, in tables, which
 * cannot contain it, ends the connection.
 * Not its concern: how events are found.
 */
import type { Context } from "hono";
import { GolemError, toErrorRecord } from "../core/error.ts";
import type { DetectOptions } from "../detect/detect-settings.ts";
import type { ClipKeeper } from "../node/keep/clip-keeper.ts";
import type { StreamReport } from "../node/threads/golem-calls.ts";
import type { ByteSession, GolemPool } from "../node/threads/golem-pool.ts";
import type { Admission } from "./admission.ts";
import { type AnswerFormat, createTableFormat, streamFormats } from "./detect-formats.ts";
import type { ServedGolem } from "./golem-place.ts";
import { createTooLarge } from "./http/request-body.ts";
import type { Metrics } from "./metrics.ts";
import { parseQuery } from "./query.ts";
import { openRecording, type RecordingLimits } from "./recordings.ts";
import { detectQuery } from "./schemas.ts";
import type { ServedGolems } from "./served-golems.ts";
import type { ServerContext } from "./server-context.ts";

/** Everything that the route uses. */
export interface DetectParts extends RecordingLimits {
  readonly golems: ServedGolems;
  readonly pool: GolemPool;
  readonly streams: Admission;
  readonly stream: StreamLimits;
  /** For requests without a threshold; undefined: the golem's own threshold. */
  readonly falseAlarmsPerHour: number | undefined;
  /** Keeps clips of detected sound; undefined: nothing is kept. */
  readonly keeper: ClipKeeper | undefined;
  readonly metrics: Metrics;
  /**
   * Maximum time without progress, in seconds. A worker may spend this time on the recording, and the same
   * time again per minute of sound.
   */
  readonly timeoutSeconds: number;
}

interface StreamLimits {
  readonly maximumBytes: number;
  /** Seconds of sound: a few bytes can encode years of silence. */
  readonly maximumSeconds: number;
}

/**
 * Milliseconds from the first decoded sound after which the response begins even without an event: until it
 * begins, an error can still be the status of the response.
 */
const beginMilliseconds = 1000;
/** Number of bytes waiting for the worker from which the sender must wait. */
const highWater = 1024 * 1024;
/** The limiting option for recordings that must be received completely, as errors show it. */
const heldOption =
  "--max-body for MP4 and AIFF, which must be received completely; FLAC, WAV, Ogg and MP3 are read while they arrive";

/** Answers a request. */
export async function handleDetect(
  c: Context<ServerContext>,
  id: string,
  parts: DetectParts,
): Promise<Response> {
  const { name, format: table, ...asked } = parseQuery(detectQuery, c.req.query());
  const options = addFalseAlarms(asked, parts);
  let format: AnswerFormat = c.req.header("accept")?.includes(streamFormats.events.type)
    ? streamFormats.events
    : streamFormats.lines;
  let begin!: (stream: ReadableStream<Uint8Array>) => void;
  const begun = new Promise<ReadableStream<Uint8Array>>((resolve) => {
    begin = resolve;
  });
  // The golem stays loaded until the stream has ended, which is after the response has begun.
  const work = parts.golems.use(id, async (golem) => {
    const leave = parts.streams.enter(c.var.client);
    if (table !== "json") format = createTableFormat(table, golem.document.audio.sampleRate / 2);
    const sink = createSink(begin, !format.error);
    try {
      await detect(c, golem, { name, options, format, sink }, parts);
      sink.end(format.end());
    } catch (error) {
      if (!sink.hasBegun()) throw error;
      const record = toErrorRecord(error, "unexpected");
      if (format.error) sink.end(format.error(record));
      else c.env.outgoing.destroy();
    } finally {
      leave();
    }
  });
  // If the work ends before the response has begun, it rejects.
  const stream = await Promise.race([begun, work.then(() => begun)]);
  work.catch(() => {});
  // The rest of a body would be parsed as the next request.
  if (!c.env.incoming.complete) c.header("connection", "close");
  return c.body(stream, 200, { "content-type": format.type });
}

/** Detection options with the server's rate of false alarms, if they name neither a threshold nor a rate. */
export function addFalseAlarms<Options extends DetectOptions>(
  options: Options,
  { falseAlarmsPerHour }: Pick<DetectParts, "falseAlarmsPerHour">,
): Options {
  if (options.threshold !== undefined || options.falseAlarmsPerHour !== undefined) return options;
  return { ...options, falseAlarmsPerHour };
}

/** One request: its options and the destination of its response. */
interface DetectRequest {
  readonly name: string | undefined;
  readonly options: DetectOptions;
  readonly format: AnswerFormat;
  readonly sink: ReturnType<typeof createSink>;
}

/** Passes a recording to a worker as fast as the worker reads it, and its events to the client. */
async function detect(
  c: Context<ServerContext>,
  golem: ServedGolem,
  { name, options, format, sink }: DetectRequest,
  { body, stream: limits, pool, timeoutSeconds, keeper, metrics }: DetectParts,
): Promise<void> {
  const { maximumBytes, maximumSeconds } = limits;
  const recording = openRecording(c.env.incoming, name, { ...body, maximumBytes }, "--max-stream");
  const stop = new AbortController();
  c.var.onLeave(() => stop.abort());
  const clock = createClock(timeoutSeconds, () => stop.abort());
  const checkWork = (seconds: number, worked: number): void => {
    if (worked > timeoutSeconds * (1 + seconds / 60)) fail(createOverworked(seconds, worked));
  };
  let isHeld = false;
  let isDecoded = false;
  let isSent = false;
  let bytes = 0;
  let detecting: Promise<void> | undefined;
  let fail!: (error: unknown) => void;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const checkHeld = (): void => {
    if (isHeld && bytes > body.maximumBytes) fail(createTooLarge(body.maximumBytes, heldOption));
  };
  const open = (file: string): ByteSession =>
    pool.detect(golem, { name: file, maximumSeconds, keep: keeper?.settings }, options, {
      client: c.var.client,
      signal: stop.signal,
      onReport(report: StreamReport) {
        clock.restart();
        if ("event" in report) {
          metrics.countEvent(golem.id, report.event.label);
          sink.write(format.event(report.event));
        } else if ("clip" in report) keeper?.keep(report.clip, file);
        else if ("isHeld" in report) {
          isHeld = true;
          checkHeld();
        } else if ("seconds" in report) {
          checkWork(report.seconds, report.worked);
          isDecoded = true;
          if (isSent) sink.expect();
        } else if ("taken" in report && !isHeld) recording.giveBack(report.taken);
      },
    });
  const send = async (): Promise<void> => {
    for await (const file of recording.files) {
      const session = open(file.name);
      detecting = session.done;
      detecting.catch(fail);
      for await (const piece of file.pieces) {
        clock.restart();
        bytes += piece.length;
        checkHeld();
        session.push(new Uint8Array(piece));
        await session.waitForRoom(highWater);
      }
      session.finish();
    }
  };
  const sending = send();
  try {
    await Promise.race([sending, failed]);
    isSent = true;
    sink.release();
    if (isDecoded) sink.expect();
    await Promise.race([detecting, failed]);
  } catch (error) {
    throw clock.isLate() ? createTimeout(timeoutSeconds) : error;
  } finally {
    clock.stop();
    stop.abort();
    recording.release();
    c.var.note({ bytes });
    await Promise.allSettled([detecting]);
    sending.catch(() => {});
  }
}

function createTimeout(seconds: number): GolemError {
  return new GolemError("timeout", `No progress was made with the recording for ${seconds} s.`, {
    hint: "The server's limit is --timeout.",
  });
}

function createOverworked(seconds: number, worked: number): GolemError {
  const what = `${Math.round(seconds)} s of the recording have taken ${Math.round(worked)} s of work`;
  return new GolemError("timeout", `${what}, more than the server allows.`, {
    hint: "Use shorter windows or a longer hop; the server's limit per minute of sound is --timeout.",
  });
}

/**
 * Creates the body of a response. It begins with the first text, at the end, or after a delay, but with
 * `isHeld` not before it is released: a response that begins before the request has arrived announces that it
 * closes the connection, and some clients then accept a truncated body as complete.
 */
function createSink(begin: (stream: ReadableStream<Uint8Array>) => void, isHeld: boolean) {
  const encoder = new TextEncoder();
  let isOpen = true;
  let isReleased = !isHeld;
  let isEmpty = true;
  let hasBegun = false;
  let timer: NodeJS.Timeout | undefined;
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
  const write = (text: string): void => {
    if (isOpen && text !== "") controller.enqueue(encoder.encode(text));
    isEmpty = false;
    if (!hasBegun && isReleased) start();
  };
  const release = (): void => {
    isReleased = true;
    if (!hasBegun && !isEmpty) start();
  };
  return {
    write,
    release,
    /** Begins the response after a delay even if nothing is written. */
    expect(): void {
      if (!hasBegun) timer ??= setTimeout(start, beginMilliseconds);
    },
    hasBegun(): boolean {
      clearTimeout(timer);
      return hasBegun;
    },
    end(text: string): void {
      isReleased = true;
      write(text);
      if (isOpen) controller.close();
      isOpen = false;
    },
  };
}

/** Calls back when it has not been restarted for the given time. */
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
