/** Opens the port of a server. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { GolemError } from "../../core/error.ts";

/** The address to listen on, and the hint of the error if it is not available. */
interface PortOptions {
  /** 0 selects any free port. */
  readonly port: number;
  readonly host: string;
  readonly hint: string;
}

/** Resolves with the real address once the server listens; rejects with `output-failed` if it cannot. */
export async function openPort(server: Server, { port, host, hint }: PortOptions): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      server.close();
      const reason = cause.code ?? cause.message;
      reject(
        new GolemError("output-failed", `Listening on ${host}:${port} failed: ${reason}.`, { hint, cause }),
      );
    });
    server.listen(port, host, () => resolve());
  });
  return server.address() as AddressInfo;
}
