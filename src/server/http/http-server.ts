/** The HTTP server under the application: time limits, opening, closing without losing requests. */
import type { Server as HttpServer } from "node:http";
import { type AddressInfo, Server as NetServer, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { createAdaptorServer, type WebSocketServerLike } from "@hono/node-server";
import { WebSocketServer } from "ws";
import type { App } from "../app.ts";
import { maximumMessageBytes } from "../listen-route.ts";
import { type Connections, isClosing, PlainRequest, watchConnections } from "./http-connections.ts";
import { openPort } from "./open-port.ts";

/** Milliseconds for which requests over open connections are still answered while stopping. */
const graceMilliseconds = 250;
/** Turns of the event loop in which the last connections are accepted. */
const takingTurns = 3;

interface OpenHttpServer {
  readonly address: AddressInfo;
  /**
   * Accepts no more connections, answers requests on open ones, and destroys those that are still open after
   * `milliseconds`.
   */
  drain(milliseconds: number): Promise<void>;
}

/** Opens the port; rejects with `output-failed` if that is not possible. Port 0 selects any free port. */
export async function openHttpServer(app: App, port: number, host: string): Promise<OpenHttpServer> {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maximumMessageBytes,
    perMessageDeflate: false,
  });
  const server = createAdaptorServer({
    fetch: (request, env) =>
      env.incoming.socket && isClosing(env.incoming.socket as Socket)
        ? new Response(null, { status: 503 })
        : app.fetch(request, env),
    overrideGlobalObjects: false,
    // Compatible at run time; the types of ws are narrower than the expected ones.
    websocket: { server: sockets as unknown as WebSocketServerLike },
    serverOptions: {
      IncomingMessage: PlainRequest,
      headersTimeout: 10_000,
      // Bodies have their own time limit, whose error is a problem document.
      requestTimeout: 0,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: 16_384,
    },
  }) as HttpServer;
  const connections = watchConnections(server);
  const hint = "Name another --port (0 selects a free one) or --host.";
  return {
    address: await openPort(server, { port, host, hint }),
    drain: (milliseconds) => drain(server, connections, milliseconds),
  };
}

/** Node's own `close` would end idle connections, and lose requests about to arrive on them. */
async function drain(server: HttpServer, connections: Connections, milliseconds: number): Promise<void> {
  // The system may have accepted connections that this process has not yet taken: closing the port would
  // reset them.
  for (let turn = 0; turn < takingTurns; turn++) await setImmediate();
  const closed = new Promise<void>((resolve) => {
    NetServer.prototype.close.call(server, () => resolve());
  });
  const idle = setInterval(() => server.closeIdleConnections(), graceMilliseconds);
  const late = setTimeout(connections.destroy, milliseconds);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}
