/** A request's body as Node hands it to a server, without a socket. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { Readable } from "node:stream";

/** A request whose body arrives in `chunks`; it is complete at the end unless `isCut`. */
export function createIncoming(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  headers: IncomingHttpHeaders = {},
  isCut = false,
): IncomingMessage {
  const readable = Object.assign(Readable.from(chunks, { objectMode: false }), { headers, complete: false });
  readable.once("end", () => {
    readable.complete = !isCut;
  });
  return readable as unknown as IncomingMessage;
}
