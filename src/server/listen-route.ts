/**
 * WebSocket /v1/golems/{id}/listen: receives mono samples in binary messages, sends JSON, one event per
 * message.
 *
 * The text "end" ends the stream; the remaining events are sent, then `{"type":"end"}`, and the socket is
 * closed. A sender that is faster than the golem is slowed down by TCP, so memory is limited. Not its
 * concern: how events are found.
 */
import type { Socket } from "node:net";
import { upgradeWebSocket } from "@hono/node-server";
import type { z } from "@hono/zod-openapi";
import type { Context, Next } from "hono";
import type { Logger } from "pino";
import type { WebSocket } from "ws";
import { GolemError, toErrorRecord } from "../core/error.ts";
import type { ClipKeeper } from "../node/keep/clip-keeper.ts";
import type { StreamReport } from "../node/threads/golem-calls.ts";
import type { ByteSession, GolemPool } from "../node/threads/golem-pool.ts";
import { WorkerDeath } from "../node/threads/worker-thread.ts";
import type { Admission } from "./admission.ts";
import { addFalseAlarms } from "./detect-route.ts";
import { PlainRequest } from "./http/http-connections.ts";
import type { Metrics } from "./metrics.ts";
import { statusOfCode } from "./problem.ts";
import { parseQuery } from "./query.ts";
import { listenQuery } from "./schemas.ts";
import type { ServedGolems } from "./served-golems.ts";
import type { ServerContext } from "./server-context.ts";

/** Everything that the route uses. */
export interface ListenParts {
  readonly golems: ServedGolems;
  readonly pool: GolemPool;
  readonly streams: Admission;
  readonly log: Logger;
  /** Functions that end the open sessions, called when the server stops. */
  readonly sessions: Set<() => void>;
  /** Seconds without samples after which a session is ended. */
  readonly idleSeconds: number;
  /** Maximum false alarms per hour for requests without a threshold; undefined: the golem's own threshold. */
  readonly falseAlarmsPerHour: number | undefined;
  /** Keeps clips of the sound; undefined: nothing is kept. */
  readonly keeper: ClipKeeper | undefined;
  readonly metrics: Metrics;
}

/** Maximum size of a message, in bytes. */
export const maximumMessageBytes = 1024 * 1024;
/** Number of bytes waiting for the worker from which the sender must wait. */
const highWater = 512 * 1024;

/** Gets the close code (RFC 6455, 7.4.1) for an error code. */
function getCloseCode(error: unknown, code: string): number {
  if (error instanceof WorkerDeath) return 1011;
  if (code === "overloaded" || code === "not-ready" || code === "aborted") return 1013;
  return (statusOfCode[code as keyof typeof statusOfCode] ?? 500) < 500 ? 1008 : 1011;
}

/** Creates the route. Errors that are known before the handshake are HTTP errors. */
export function createListenRoute(parts: ListenParts) {
  const { golems, streams } = parts;
  const upgrade = upgradeWebSocket((c: Context<ServerContext>) => {
    const query = parseQuery(listenQuery, c.req.query());
    const id = c.req.param("id")!;
    // Errors are thrown here, while the request can still be answered with them.
    golems.get(id);
    const leave = streams.enter(c.var.client);
    const connection = c.env.incoming.socket;
    connection.once("close", leave);
    const { requestId, client } = c.var;
    const request: ListenRequest = { id, query, requestId, client, connection };
    return {
      onOpen(_event, socket) {
        const raw = socket.raw as WebSocket;
        raw.binaryType = "arraybuffer";
        openSession(raw, request, parts);
      },
    };
  });
  // Without `Connection: Upgrade`, Node does not upgrade the connection, and Hono would wait for it.
  return (c: Context<ServerContext>, next: Next) => {
    const { incoming } = c.env;
    return incoming instanceof PlainRequest && incoming.upgrade ? upgrade(c, next) : next();
  };
}

/** The request of one client, and its connection. */
interface ListenRequest {
  readonly id: string;
  readonly query: z.infer<typeof listenQuery>;
  readonly requestId: string;
  readonly client: string;
  readonly connection: Socket;
}

/** Runs a session from the handshake to the close of the socket. */
function openSession(
  socket: WebSocket,
  { id, query, requestId, client, connection }: ListenRequest,
  { golems, pool, log, sessions, idleSeconds, keeper, metrics, falseAlarmsPerHour }: ListenParts,
): void {
  const start = performance.now();
  const stop = new AbortController();
  let session: ByteSession | undefined;
  const counts = { bytes: 0, events: 0 };

  const send = (message: object): void => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  };
  const fail = (error: unknown): void => {
    const record = toErrorRecord(error, "unexpected");
    send({ type: "error", ...record });
    socket.close(getCloseCode(error, record.code), record.code);
    stop.abort();
  };
  const clock = createIdleClock(connection, idleSeconds, () =>
    fail(new GolemError("request-timeout", `No samples arrived for ${idleSeconds} s.`)),
  );
  const end = (): void => {
    clock.stop();
    socket.resume();
    session?.finish();
  };
  const take = (samples: ArrayBuffer): void => {
    counts.bytes += samples.byteLength;
    session?.push(new Uint8Array(samples));
    if (session && session.getPending() >= highWater) {
      socket.pause();
      clock.stop();
    }
  };
  const resume = (): void => {
    if (!socket.isPaused || !session || session.getPending() >= highWater) return;
    socket.resume();
    clock.restart();
  };
  const report = (message: StreamReport): void => {
    if ("event" in message) {
      counts.events++;
      metrics.countEvent(id, message.event.label);
      send({ type: "event", ...message.event });
    } else if ("clip" in message) keeper?.keep(message.clip, `live ${requestId}`);
    else if ("warning" in message) send({ type: "warning", ...message.warning });
    else if ("seconds" in message) send({ type: "end", seconds: message.seconds });
    else resume();
  };

  clock.restart();
  sessions.add(end);
  const work = golems.use(id, async (golem) => {
    const { format, rate, lag, ...settings } = query;
    const options = {
      ...addFalseAlarms(settings, { falseAlarmsPerHour }),
      sampleRate: rate,
      maximumLagSeconds: lag,
      keep: keeper?.settings,
    };
    session = pool.listen(golem, format, options, { client, signal: stop.signal, onReport: report });
    await session.done;
  });
  work.then(
    () => socket.close(1000, "end"),
    (error: unknown) => {
      if (!stop.signal.aborted) fail(error);
    },
  );
  socket.on("message", (data: ArrayBuffer, isBinary: boolean) => {
    clock.restart();
    if (isBinary) take(data);
    else if (Buffer.from(data).toString() === "end") end();
    else
      fail(
        new GolemError(
          "bad-request",
          'The only accepted text message is "end"; send samples in binary messages.',
        ),
      );
  });
  socket.on("close", (code) => {
    clock.stop();
    sessions.delete(end);
    stop.abort();
    const milliseconds = Math.round(performance.now() - start);
    log.info({ requestId, route: "/v1/golems/:id/listen", golem: id, code, milliseconds, ...counts });
  });
  socket.on("error", () => socket.terminate());
}

/**
 * Calls back when nothing has arrived over a connection for the given time. Stop it while the sender must
 * wait, since the sender is not idle then. Parts of messages count as well.
 */
function createIdleClock(connection: Socket, seconds: number, onIdle: () => void) {
  let idle: NodeJS.Timeout | undefined;
  let checking: NodeJS.Immediate | undefined;
  const stop = (): void => {
    clearTimeout(idle);
    clearImmediate(checking);
  };
  const restart = (): void => {
    stop();
    const before = connection.bytesRead;
    const check = (): void => {
      if (connection.bytesRead > before) restart();
      else onIdle();
    };
    // Bytes that arrived while the thread was busy are read first.
    idle = setTimeout(() => {
      checking = setImmediate(check);
    }, seconds * 1000);
  };
  return { restart, stop };
}
