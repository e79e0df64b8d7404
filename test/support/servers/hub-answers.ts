/** Answers of the Hub's server for tests (`hub-server.ts`): bytes and ranges, errors, and what faults make of them. */
import type { IncomingMessage, ServerResponse } from "node:http";

/** Something that goes wrong, `times` times (default once). */
export interface HubFault {
  /** Where: the API, a resolve address, the content network. */
  readonly at: "api" | "resolve" | "cdn";
  readonly method?: "GET" | "HEAD";
  readonly times?: number;
  /** Instead of a number of times: so long from the first. */
  readonly forMilliseconds?: number;
  /** An answer instead of the right one. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The connection breaks after so many bytes of the body, and a pause in which the client reads them. */
  readonly dropAfter?: number;
  /** The body ends, as if complete, after so many bytes. */
  readonly cutAfter?: number;
  /** One byte of the body is another. */
  readonly changed?: boolean;
  /** Ranges are not understood: the whole file comes. */
  readonly ignoresRange?: boolean;
  /** Nothing is ever answered. */
  readonly hangs?: boolean;
}

/** One request as it arrived, and the bytes of its answer's body. */
export interface HubLogEntry {
  readonly at: HubFault["at"];
  readonly method: string;
  readonly url: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
  bytes: number;
}

/** Answers with an error as the Hub words it. */
export function fail(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, {
    ...{ "x-error-code": code, "x-error-message": message, "content-type": "application/json" },
  });
  response.end(JSON.stringify({ error: message }));
}

/** Sends bytes, or the part of them that was asked for, with the fault given. */
export function send(
  request: IncomingMessage,
  response: ServerResponse,
  entry: HubLogEntry,
  whole: Uint8Array,
  headers: Record<string, string>,
  fault: HubFault | undefined,
): void {
  const range = fault?.ignoresRange ? null : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const start = range ? Number(range[1]) : 0;
  const end = range?.[2] ? Math.min(whole.length, Number(range[2]) + 1) : whole.length;
  if (range && start >= whole.length) {
    response.writeHead(416, { "content-range": `bytes */${whole.length}` });
    response.end();
    return;
  }
  let body = Buffer.from(whole.subarray(start, end));
  if (fault?.changed) body[body.length >> 1]! ^= 1;
  if (fault?.cutAfter !== undefined) body = body.subarray(0, fault.cutAfter);
  const partial = range ? { "content-range": `bytes ${start}-${end - 1}/${whole.length}` } : {};
  response.writeHead(range ? 206 : 200, {
    ...{ ...headers, ...partial, "accept-ranges": "bytes", "content-length": String(body.length) },
  });
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  const { dropAfter } = fault ?? {};
  const sent = dropAfter === undefined ? body : body.subarray(0, dropAfter);
  entry.bytes = sent.length;
  if (dropAfter === undefined) response.end(sent);
  else response.write(sent, () => setTimeout(() => response.destroy(), 200));
}

/** Answers with what a fault says instead of the right answer; whether it has been answered, or never will be. */
export function answerFault(fault: HubFault | undefined, response: ServerResponse): boolean {
  if (fault?.hangs) return true;
  if (fault?.status === undefined) return false;
  response.writeHead(fault.status, fault.headers ?? {});
  response.end(fault.body ?? "");
  return true;
}
