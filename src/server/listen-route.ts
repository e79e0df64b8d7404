/**
 * WebSocket /v1/golems/{id}/listen: mono samples in binary messages in, JSON out, one event a message.
 *
 * The text "end" ends the stream; what is still to come is sent, then `{"type":"end"}`, and the socket is closed. A sender that is faster than
 * the golem is made to wait by TCP, so nothing piles up.
 * Not its concern: how events are found.
 */
import { upgradeWebSocket } from "@hono/node-server";
import type { Context } from "hono";
import type { Logger } from "pino";
import type { WebSocket } from "ws";
import { GolemError, toErrorRecord } from "../core/error.ts";
import type { ByteSession, GolemPool } from "../node/threads/golem-pool.ts";
import type { Admission } from "./admission.ts";
import { statusOfCode } from "./problem.ts";
import { parseQuery } from "./query.ts";
import { listenQuery } from "./schemas.ts";
import type { ServedGolems } from "./served-golems.ts";
import type { ServerContext } from "./server-context.ts";

/** What the route works with. */
export interface ListenParts {
  readonly golems: ServedGolems;
  readonly pool: GolemPool;
  readonly streams: Admission;
  readonly log: Logger;
  /** Sessions that are open, to be ended when the server stops. */
  readonly sessions: Set<() => void>;
  /** Seconds without samples after which a session is ended. */
  readonly idleSeconds: number;
}

/** Largest message taken, in bytes. */
export const maximumMessageBytes = 1024 * 1024;
/** Bytes not yet heard at which a sender has to wait. */
const highWater = 512 * 1024;
/** Codes of RFC 6455 7.4.1 for our own. */
function getCloseCode({ code }: { readonly code: string }): number {
  if (code === "overloaded" || code === "not-ready" || code === "aborted") return 1013;
  return (statusOfCode[code as keyof typeof statusOfCode] ?? 500) < 500 ? 1008 : 1011;
}

/** The route: refuses before the handshake what can be known by then. */
export function createListenRoute({ golems, pool, streams, log, sessions, idleSeconds }: ListenParts) {
  return upgradeWebSocket((c: Context<ServerContext>) => {
    const { format, rate, lag, ...settings } = parseQuery(listenQuery, c.req.query());
    const id = c.req.param("id")!;
    // Errors are thrown here, while they can still be an answer to the request.
    golems.get(id);
    const leave = streams.enter(c.var.client);
    const connection = c.env.incoming.socket;
    connection.once("close", leave);
    const requestId = c.var.requestId;
    const start = performance.now();
    const stop = new AbortController();
    let session: ByteSession | undefined;
    let bytes = 0;
    let events = 0;
    let idle: NodeJS.Timeout | undefined;
    let checking: NodeJS.Immediate | undefined;
    const stopClock = (): void => {
      clearTimeout(idle);
      clearImmediate(checking);
    };

    const open = (socket: WebSocket): void => {
      const say = (message: object): void => {
        if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
      };
      const fail = (error: unknown): void => {
        const record = toErrorRecord(error, "unexpected");
        say({ type: "error", ...record });
        socket.close(getCloseCode(record), record.code);
        stop.abort();
      };
      // Runs only while the sender may send: one that was told to wait is not idle, nor one of whose message a part has come.
      const restart = (): void => {
        stopClock();
        const before = connection.bytesRead;
        const judge = (): void => {
          if (connection.bytesRead > before) restart();
          else fail(new GolemError("request-timeout", `No samples came for ${idleSeconds} s.`));
        };
        // What came while the thread was busy is read before it is judged.
        idle = setTimeout(() => {
          checking = setImmediate(judge);
        }, idleSeconds * 1000);
      };
      const end = (): void => {
        stopClock();
        socket.resume();
        session?.finish();
      };
      restart();
      sessions.add(end);
      const work = golems.use(id, async (golem) => {
        session = pool.listen(
          golem,
          format,
          { ...settings, sampleRate: rate, maximumLagSeconds: lag },
          {
            signal: stop.signal,
            onReport(report) {
              if ("event" in report) {
                events++;
                say({ type: "event", ...report.event });
              } else if ("warning" in report) say({ type: "warning", ...report.warning });
              else if ("seconds" in report) say({ type: "end", seconds: report.seconds });
              else if (socket.isPaused && session && session.getPending() < highWater) {
                socket.resume();
                restart();
              }
            },
          },
        );
        await session.done;
      });
      work.then(
        () => socket.close(1000, "end"),
        (error: unknown) => {
          if (!stop.signal.aborted) fail(error);
        },
      );
      socket.on("message", (data: ArrayBuffer, isBinary: boolean) => {
        restart();
        if (!isBinary) {
          if (Buffer.from(data).toString() === "end") return end();
          return fail(
            new GolemError("bad-request", 'The only text taken is "end"; samples come in binary messages.'),
          );
        }
        bytes += data.byteLength;
        session?.push(new Uint8Array(data));
        if (session && session.getPending() >= highWater) {
          socket.pause();
          stopClock();
        }
      });
      socket.on("close", (code) => {
        stopClock();
        sessions.delete(end);
        stop.abort();
        const milliseconds = Math.round(performance.now() - start);
        log.info({ requestId, route: "/v1/golems/:id/listen", golem: id, code, milliseconds, bytes, events });
      });
      socket.on("error", () => socket.terminate());
    };
    return {
      onOpen(_event, socket) {
        const raw = socket.raw as WebSocket;
        raw.binaryType = "arraybuffer";
        open(raw);
      },
    };
  });
}
