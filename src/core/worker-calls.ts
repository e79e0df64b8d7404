/**
 * The protocol between a thread and its worker, in Node and in browsers: calls of methods by name, with
 * progress, reports, a stream of chunks into a running call, abort, and errors that keep their code and hint.
 *
 * All messages of a call use one port, so they arrive in the order in which they were sent: all reports of a
 * call arrive before its answer.
 * Not its concern: the methods, starting workers, choosing the worker of a call
 * (node/threads/worker-pool.ts).
 */
import { type ErrorCode, type ErrorRecord, GolemError, throwIfAborted, toErrorRecord } from "./error.ts";
import type { Progress, WorkOptions } from "./progress.ts";
import { createRunningCall, type RunningCall } from "./running-call.ts";

/** Messages of the calling side. `end` closes the stream of chunks; `stop` ends the worker. */
type Request =
  | { readonly id: number; readonly method: string; readonly argument: unknown }
  | { readonly id: number; readonly abort: true }
  | { readonly id: number; readonly chunk: unknown }
  | { readonly id: number; readonly end: true }
  | { readonly stop: true };

/** Messages of the worker: any number of `progress` and `report`, then one `result` or `error`. */
type Reply =
  | { readonly id: number; readonly progress: Progress }
  | { readonly id: number; readonly report: unknown }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: ErrorRecord };

/** Sends structured clones; the objects in `transfer` are moved instead of copied. */
interface Sender {
  postMessage(message: unknown, transfer?: readonly object[]): void;
}

/** One end of a connection: a worker or port of Node, a browser's worker, or its global scope. */
export type CallPort = Sender &
  (
    | { on(type: "message", listener: (message: unknown) => void): unknown }
    | {
        addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
      }
  );

function receive(port: CallPort, take: (message: unknown) => void): void {
  if ("on" in port) port.on("message", take);
  else port.addEventListener("message", ({ data }) => take(data));
}

/** Types of one method; all must support structured cloning. */
interface CallType {
  readonly argument: unknown;
  readonly answer: unknown;
  /** Sent to the caller while the method runs. */
  readonly report?: unknown;
  /** Sent to the method while it runs. */
  readonly chunk?: unknown;
}

/** The methods of a worker by name. */
export type Calls = Record<string, CallType>;

type ReportOf<Type extends CallType> = Type extends { readonly report: infer Report } ? Report : never;
type ChunkOf<Type extends CallType> = Type extends { readonly chunk: infer Chunk } ? Chunk : never;

/** Options of one call. */
export interface CallOptions<Type extends CallType> extends WorkOptions {
  readonly onReport?: ((report: ReportOf<Type>) => void) | undefined;
  /** Objects in the argument that are moved to the worker instead of copied. */
  readonly transfer?: readonly object[] | undefined;
  /** Chunks for the method; see {@link createCallInput}. */
  readonly input?: CallInput<ChunkOf<Type>> | undefined;
}

/** A stream of chunks into one call. */
interface CallInput<Chunk> {
  push(chunk: Chunk, transfer?: readonly object[]): void;
  /** Ends the stream. */
  end(): void;
  /** For `createCaller`: passes the waiting chunks, and all later ones, to `send`. */
  connect(send: SendInput): void;
}

type SendInput = (
  message: { readonly chunk: unknown } | { readonly end: true },
  transfer?: readonly object[],
) => void;

/** Creates a stream of chunks into a call; chunks wait until the call has been sent to a worker. */
export function createCallInput<Chunk>(): CallInput<Chunk> {
  const waiting: Parameters<SendInput>[] = [];
  let send: SendInput = (...message) => void waiting.push(message);
  return {
    push: (chunk, transfer) => send({ chunk }, transfer),
    end: () => send({ end: true }),
    connect(target) {
      send = target;
      for (const message of waiting.splice(0)) send(...message);
    },
  };
}

/** The calling side. */
export interface Caller<All extends Calls> {
  /**
   * Calls a method. Rejects with the method's error, with the error given to `fail`, or when the argument
   * cannot be cloned. An aborted call settles when the worker has answered, not before.
   */
  call<Name extends keyof All & string>(
    method: Name,
    argument: All[Name]["argument"],
    options?: CallOptions<All[Name]>,
  ): Promise<All[Name]["answer"]>;
  /** Rejects all calls without an answer, and all later ones. */
  fail(error: unknown): void;
  /** Aborts all calls and ends the worker once they have ended, if its side has `onStop`. */
  stop(): void;
}

interface PendingCall {
  resolve(answer: unknown): void;
  reject(error: unknown): void;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly onReport: ((report: never) => void) | undefined;
}

/** Creates the calling side of a port. */
export function createCaller<All extends Calls>(port: CallPort): Caller<All> {
  const pending = new Map<number, PendingCall>();
  let nextId = 0;
  let failure: { readonly error: unknown } | undefined;
  const send = (request: Request, transfer?: readonly object[]): void => port.postMessage(request, transfer);

  receive(port, (message) => {
    const reply = message as Reply;
    const call = pending.get(reply.id);
    if (!call) return;
    if ("progress" in reply) call.onProgress?.(reply.progress);
    else if ("report" in reply) call.onReport?.(reply.report as never);
    else {
      pending.delete(reply.id);
      if ("error" in reply) {
        const { code, message, hint } = reply.error;
        call.reject(new GolemError(code as ErrorCode, message, { hint }));
      } else call.resolve(reply.result);
    }
  });

  return {
    async call(method, argument, { signal, onProgress, onReport, transfer, input } = {}) {
      if (failure) throw failure.error;
      const id = nextId++;
      const abort = (): void => send({ id, abort: true });
      try {
        send({ id, method, argument }, transfer);
        return await new Promise<unknown>((resolve, reject) => {
          pending.set(id, { resolve, reject, onProgress, onReport });
          input?.connect((message, moved) => send({ id, ...message }, moved));
          if (signal?.aborted) abort();
          else signal?.addEventListener("abort", abort, { once: true });
        });
      } finally {
        signal?.removeEventListener("abort", abort);
        // Chunks after the answer are dropped.
        input?.connect(() => {});
      }
    },
    fail(error) {
      failure ??= { error };
      for (const { reject } of pending.values()) reject(failure.error);
      pending.clear();
    },
    stop: () => send({ stop: true }),
  };
}

/** The context of a method, besides its argument. */
export interface CallContext<Type extends CallType = CallType> {
  /** Aborted by the caller, or because the worker is about to end. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly report: (report: ReportOf<Type>) => void;
  /** The chunks until the caller ends them; to be read once. Rejects with `aborted`. */
  readonly chunks: AsyncIterable<ChunkOf<Type>>;
}

/** The methods that a worker offers. */
export type CallMethods<All extends Calls> = {
  readonly [Name in keyof All & string]: (
    argument: All[Name]["argument"],
    context: CallContext<All[Name]>,
  ) => All[Name]["answer"] | Promise<All[Name]["answer"]>;
};

/** Options of answering calls. */
export interface ServeOptions<All extends Calls> {
  /**
   * Methods that start at once, in parallel with all others. The others run one after another, in the order
   * of their calls. Default: none.
   */
  readonly concurrent?: readonly (keyof All & string)[] | undefined;
  /** Called once after the caller's `stop`, when all calls have ended. */
  readonly onStop?: (() => void) | undefined;
}

/** Answers calls on the worker's side. Methods may be added until they are called. */
export function serveCalls<All extends Calls>(
  port: CallPort,
  methods: CallMethods<All>,
  { concurrent = [], onStop }: ServeOptions<All> = {},
): void {
  const running = new Map<number, RunningCall>();
  const besides = new Set<Promise<void>>();
  let last: Promise<void> = Promise.resolve();
  let isStopping = false;
  const reply = (message: Reply): void => port.postMessage(message);

  const answer = async (id: number, method: string, argument: unknown, call: RunningCall): Promise<void> => {
    try {
      throwIfAborted(call.signal);
      const run = Object.hasOwn(methods, method) ? methods[method] : undefined;
      if (!run) throw new GolemError("unexpected", `The worker has no method ${method}.`);
      const context: CallContext = {
        signal: call.signal,
        onProgress: (progress) => reply({ id, progress }),
        report: (report) => reply({ id, report }),
        chunks: call.chunks,
      };
      reply({ id, result: await run(argument, context as CallContext<never>) });
    } catch (error) {
      reply({ id, error: toErrorRecord(error, "unexpected") });
    } finally {
      running.delete(id);
    }
  };

  const stop = async (): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    for (const call of running.values()) call.abort();
    await Promise.all([last, ...besides]);
    onStop?.();
  };

  receive(port, (message) => {
    const request = message as Request;
    if ("stop" in request) void stop();
    else if ("abort" in request) running.get(request.id)?.abort();
    else if ("chunk" in request) running.get(request.id)?.push(request.chunk);
    else if ("end" in request) running.get(request.id)?.end();
    else if (!isStopping) {
      const { id, method, argument } = request;
      const call = createRunningCall();
      running.set(id, call);
      if (concurrent.includes(method)) {
        const done = answer(id, method, argument, call).finally(() => besides.delete(done));
        besides.add(done);
      } else last = last.then(() => answer(id, method, argument, call));
    }
  });
}
