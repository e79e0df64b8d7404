/**
 * The connections of an HTTP server: determines which requests are upgraded, and ends every connection
 * regardless of its client.
 *
 * Upgrade: RFC 9110, 7.8 (a server may ignore it). Lingering close: RFC 9112, 9.6 (closing with unread bytes
 * resets the connection, and the answer may be lost). Not its concern: routes.
 */
import { IncomingMessage, type Server } from "node:http";
import type { Socket } from "node:net";

/** Milliseconds for which bytes are read and discarded after the last answer of a connection. */
const lingerMilliseconds = 1500;
/** Milliseconds after which an answer is abandoned if the client receives no byte. */
const stalledMilliseconds = 60_000;

/**
 * A request that is upgraded only to a WebSocket, and only at an address of one; other upgrades are ignored.
 * Node discards bytes that arrive together with such a request and after it: the sender gets one answer, and
 * the connection is closed as idle.
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

/** Accepts the handshakes that both Hono and ws accept; Hono answers 500 to those with an invalid host. */
function isWebSocket({ method, url, headers }: IncomingMessage): boolean {
  const [path] = (url ?? "").split("?");
  const isNamed =
    method === "GET" && headers.upgrade?.toLowerCase() === "websocket" && path!.endsWith("/listen");
  return isNamed && URL.canParse(`http://${headers.host}`);
}

/** The open connections of a server. */
export interface Connections {
  /** Ends all of them, including WebSockets. */
  destroy(): void;
}

/** Tracks the connections of a server whose requests are {@link PlainRequest}s. */
export function watchConnections(server: Server): Connections {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    // WebSockets and rejected handshakes end without `destroySoon`. A listener of "upgrade" cannot be used
    // here: Hono rejects handshakes only if its own listener is the only one.
    socket.once("finish", () => linger(socket));
    // Node calls `destroySoon` after the last answer of a connection, to close it at once.
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
  // Work may take long; only an answer that the client does not receive is abandoned.
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

/** Ends a connection: bytes are sent, arriving ones discarded; after a while it is destroyed. */
function linger(socket: Socket): void {
  if (lingering.has(socket) || socket.destroyed) return;
  lingering.add(socket);
  const timer = setTimeout(() => socket.destroy(), lingerMilliseconds);
  socket.once("close", () => clearTimeout(timer));
  socket.end();
  socket.resume();
}

/** Whether the last answer on a request's connection was given; later requests on it are not answered. */
export function isClosing(socket: Socket): boolean {
  return lingering.has(socket);
}
