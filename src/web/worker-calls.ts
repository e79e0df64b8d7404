/**
 * Calls from a page to its worker: methods by name, with progress, cancellation and errors that arrive as what they were.
 *
 * Not its concern: what is called.
 */
import { type ErrorCode, type ErrorRecord, GolemError, toErrorRecord } from "../core/error.ts";
import type { Progress, WorkOptions } from "../core/progress.ts";

/** What a page sends. */
type Request =
  | { readonly id: number; readonly method: string; readonly argument: unknown }
  | { readonly id: number; readonly abort: true };

/** What a worker answers. */
type Reply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: ErrorRecord }
  | { readonly id: number; readonly progress: Progress };

/** What a method gets beside its argument. */
export interface CallContext {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** Methods that a worker offers; arguments and results have to survive structured cloning. */
export type CallMethods = Readonly<
  Record<string, (argument: never, context: CallContext) => Promise<unknown>>
>;

/** One side's end of the line: a worker seen from its page, or a worker's own global scope. */
export interface CallPort {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

/** Answers calls on a worker's side. */
export function serveCalls(port: CallPort, methods: CallMethods): void {
  const running = new Map<number, AbortController>();
  port.addEventListener("message", ({ data }: MessageEvent<Request>) => {
    if ("abort" in data) {
      running.get(data.id)?.abort();
      return;
    }
    const { id, method, argument } = data;
    const controller = new AbortController();
    running.set(id, controller);
    const onProgress = (progress: Progress): void => port.postMessage({ id, progress } satisfies Reply);
    const run = Object.hasOwn(methods, method) ? methods[method] : undefined;
    Promise.resolve()
      .then(() => {
        if (!run) throw new GolemError("unexpected", `The worker has no method ${method}.`);
        return run(argument as never, { signal: controller.signal, onProgress });
      })
      .then(
        (result) => port.postMessage({ id, result } satisfies Reply),
        (error: unknown) =>
          port.postMessage({ id, error: toErrorRecord(error, "unexpected") } satisfies Reply),
      )
      .finally(() => running.delete(id));
  });
}

/** The page's side. */
export interface Caller {
  /** Calls a method; `transfer`: what the argument holds that moves instead of being copied. */
  call(
    method: string,
    argument: unknown,
    options?: WorkOptions & { readonly transfer?: Transferable[] },
  ): Promise<unknown>;
  /** Rejects everything that is not answered yet, and whatever is called from now on. */
  fail(error: GolemError): void;
}

/** Makes calls on the page's side. An aborted call rejects when the worker has stopped, not before. */
export function createCaller(port: CallPort): Caller {
  const waiting = new Map<
    number,
    {
      resolve(value: unknown): void;
      reject(error: unknown): void;
      onProgress: ((progress: Progress) => void) | undefined;
    }
  >();
  let next = 0;
  let failure: GolemError | undefined;
  port.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
    const call = waiting.get(data.id);
    if (!call) return;
    if ("progress" in data) {
      call.onProgress?.(data.progress);
      return;
    }
    waiting.delete(data.id);
    if ("error" in data) {
      const { code, message, hint } = data.error;
      call.reject(new GolemError(code as ErrorCode, message, { hint }));
    } else call.resolve(data.result);
  });
  return {
    call(method, argument, { signal, onProgress, transfer = [] } = {}) {
      if (failure) return Promise.reject(failure);
      const id = next++;
      const answer = new Promise<unknown>((resolve, reject) => {
        waiting.set(id, { resolve, reject, onProgress });
      });
      port.postMessage({ id, method, argument } satisfies Request, transfer);
      const abort = (): void => port.postMessage({ id, abort: true } satisfies Request);
      if (signal?.aborted) abort();
      signal?.addEventListener("abort", abort, { once: true });
      return answer.finally(() => signal?.removeEventListener("abort", abort));
    },
    fail(error) {
      failure ??= error;
      for (const { reject } of waiting.values()) reject(failure);
      waiting.clear();
    },
  };
}
