/**
 * The connections of an HTTP server: which requests are upgraded, and an end to every connection whatever its
 * client does.
 *
 * Upgrade: RFC 9110, 7.8 (a server may ignore it). Lingering close: RFC 9112, 9.6 (closing with unread bytes
 * resets the connection, which may cost the client the answer).
 * Not its concern: routes, what is answered.
 */
import { IncomingMessage, type Server } from "node:http";
import type { Socket } from "node:net";

/** Milliseconds for which bytes are read and dropped after the last answer of a connection. */
const lingerMilliseconds = 1500;
/** Milliseconds without a byte taken by a client after which its answer is given up. */
const stalledMilliseconds = 60_000;

/**
 * A request that leaves HTTP only for a WebSocket at an address of one; other upgrades are ignored. Node drops
 * what came in one piece with such a request and behind it: its sender gets one answer, and the connection is
 * closed as an idle one.
 */
export class PlainRequest extends IncomingMessage {
  // Not `#isUpgrade`, which does not exist yet when Node's constructor sets `upgrade`.
  private isUpgrade: boolean | null = null;

  /** Read by Node's parser when the head is complete; Node itself sets it before the head is known. */
  get upgrade(): boolean | null {
    return this.isUpgrade && (this.method === "CONNECT" || isWebSocket(this));
  }

  set upgrade(value: boolean | null) {
    this.isUpgrade = value;
  }
}

/** Hono and ws accept the same requests only; Hono answers 500 to handshakes with a host that is none. */
function isWebSocket({ method, url, headers }: IncomingMessage): boolean {
  const [path] = (url ?? "").split("?");
  const isNamed =
    method === "GET" && headers.upgrade?.toLowerCase() === "websocket" && path!.endsWith("/listen");
  return isNamed && URL.canParse(`http://${headers.host}`);
}

/** The open connections of a server. */
export interface Connections {
  /** Cuts all of them, WebSockets as well. */
  destroy(): void;
}

/** Watches the connections of a server that creates requests as {@link PlainRequest}. */
export function watchConnections(server: Server): Connections {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    // WebSockets and refused handshakes end without `destroySoon`. No listener of "upgrade" does this: Hono
    // refuses handshakes only while its own is the only one.
    socket.once("finish", () => linger(socket));
    // Node calls it after the last answer of a connection, to close it at once.
    socket.destroySoon = () => linger(socket);
  });
  server.prependListener("request", (request, response) => {
    response.once("finish", () => {
      if (!request.complete) linger(request.socket);
    });
  });
  server.on("checkExpectation", (_request, response) => {
    response.writeHead(417, { connection: "close", "content-length": 0 }).end();
  });
  server.on("connect", (_request, socket: Socket) => {
    socket.write("HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    linger(socket);
  });
  // Work may last; only an answer that is not taken is given up.
  server.setTimeout(stalledMilliseconds, (socket) => {
    if (socket.writableLength > 0) socket.destroy();
  });
  return {
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

const lingering = new WeakSet<Socket>();

/** Ends a connection: what has been written is sent, what comes is dropped, and after a while it is cut. */
function linger(socket: Socket): void {
  if (lingering.has(socket) || socket.destroyed) return;
  lingering.add(socket);
  const timer = setTimeout(() => socket.destroy(), lingerMilliseconds);
  socket.once("close", () => clearTimeout(timer));
  socket.end();
  socket.resume();
}

/** Whether the last answer of a request's connection was given: no later request there is answered. */
export function isClosing(socket: Socket): boolean {
  return lingering.has(socket);
}
