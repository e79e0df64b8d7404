/**
 * Calls to the studio's workers, typed: what each can be asked, and what it answers. The line itself is that of web/worker-calls.ts.
 *
 * Not its concern: what is asked for.
 */
import { GolemError } from "../../core/error.ts";
import type { Progress } from "../../core/progress.ts";
import { type CallPort, createCaller as createLine, serveCalls } from "../../web/worker-calls.ts";

/** What a worker can be asked: an argument and an answer by name. */
export type Calls = Record<string, { readonly argument: unknown; readonly answer: unknown }>;

/** A worker that answers. */
export interface Caller<All extends Calls> {
  call<Name extends keyof All & string>(
    name: Name,
    argument: All[Name]["argument"],
    onProgress?: (progress: Progress) => void,
    transfer?: Transferable[],
  ): Promise<All[Name]["answer"]>;
}

/** The page's end. A worker that dies rejects all that was asked of it. */
export function createCaller<All extends Calls>(worker: Worker): Caller<All> {
  const line = createLine(worker);
  worker.addEventListener("error", ({ message }) =>
    line.fail(new GolemError("unexpected", message || "A worker stopped.", { hint: "Reload the page." })),
  );
  return {
    call: (name, argument, onProgress, transfer = []) => line.call(name, argument, { onProgress, transfer }),
  };
}

/** What a worker does by name; `tell` tells the page of progress. */
export type Answers<All extends Calls> = {
  readonly [Name in keyof All & string]: (
    argument: All[Name]["argument"],
    tell: (progress: Progress) => void,
  ) => Promise<All[Name]["answer"]> | All[Name]["answer"];
};

/** The worker's end: one call after the other, in the order in which they came, but for those `beside`, which last and hold up no other. */
export function answerCalls<All extends Calls>(
  answers: Answers<All>,
  beside: readonly (keyof All & string)[] = [],
): void {
  let turn: Promise<unknown> = Promise.resolve();
  const methods = Object.entries(answers).map(([name, answer]) => [
    name,
    (argument: never, { onProgress }: { readonly onProgress: (progress: Progress) => void }) => {
      if (beside.includes(name)) return answer(argument, onProgress);
      const work = turn.then(() => answer(argument, onProgress));
      turn = work.catch(() => undefined);
      return work;
    },
  ]);
  serveCalls(globalThis as unknown as CallPort, Object.fromEntries(methods));
}

/** Progress as a share, 0 where its end is not known. */
export function getShare({ completed, total }: Progress): number {
  return total ? completed / total : 0;
}
