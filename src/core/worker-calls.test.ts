/** Calls over a pair of message ports: what each side receives, in which order, and how calls end. */
import { MessageChannel } from "node:worker_threads";
import { expect, it, onTestFinished, vi } from "vitest";
import { GolemError } from "./error.ts";
import type { Progress } from "./progress.ts";
import { type Caller, type CallMethods, createCaller, createCallInput, serveCalls } from "./worker-calls.ts";

type TestCalls = {
  add: { argument: readonly [number, number]; answer: number };
  fail: { argument: unknown; answer: never };
  /** Ends when it is aborted. */
  wait: { argument: null; answer: never };
  /** The same, concurrently with other calls. */
  waitBeside: { argument: null; answer: never };
  sum: { argument: null; answer: number; report: number; chunk: number };
  name: { argument: null; answer: unknown };
};

const waitForAbort = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new GolemError("aborted", "Aborted.")));
  });

const methods: CallMethods<TestCalls> = {
  add: ([a, b], { onProgress }) => {
    onProgress({ stage: "adding", completed: 1, total: 1 });
    return a + b;
  },
  fail: () => {
    throw new GolemError("silent", "Nothing to hear.", { hint: "Speak up." });
  },
  wait: (_, { signal }) => waitForAbort(signal),
  waitBeside: (_, { signal }) => waitForAbort(signal),
  async sum(_, { chunks, report }) {
    let sum = 0;
    for await (const chunk of chunks) {
      sum += chunk;
      report(sum);
    }
    return sum;
  },
  name: () => () => "a function cannot be cloned",
};

function connect(): { caller: Caller<TestCalls>; onStop: () => void } {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  const onStop = vi.fn();
  serveCalls(port2, methods, { concurrent: ["waitBeside"], onStop });
  return { caller: createCaller<TestCalls>(port1), onStop };
}

it("answers, after all progress", async () => {
  const { caller } = connect();
  const reported: Progress[] = [];
  const answer = caller.call("add", [2, 3], { onProgress: (progress) => reported.push(progress) });
  expect(await answer).toBe(5);
  expect(reported).toEqual([{ stage: "adding", completed: 1, total: 1 }]);
});

it("passes on errors with their code and hint", async () => {
  const { caller } = connect();
  await expect(caller.call("fail", null)).rejects.toMatchObject({
    ...{ name: "GolemError", code: "silent", message: "Nothing to hear.", hint: "Speak up." },
  });
  await expect(caller.call("name", null)).rejects.toMatchObject({ code: "unexpected" });
  await expect(caller.call("fail", () => 1)).rejects.toThrow(/could not be cloned/);
  await expect(caller.call("missing" as "add", [1, 1])).rejects.toMatchObject({ code: "unexpected" });
});

it("runs calls in order, and concurrent methods in parallel", async () => {
  const { caller } = connect();
  const [first, second, beside] = [new AbortController(), new AbortController(), new AbortController()];
  const waiting = caller.call("wait", null, { signal: first.signal });
  const queued = caller.call("add", [1, 1]);
  const dropped = caller.call("wait", null, { signal: second.signal });
  const other = caller.call("waitBeside", null, { signal: beside.signal });
  beside.abort();
  await expect(other).rejects.toMatchObject({ code: "aborted" });
  second.abort();
  first.abort();
  await expect(waiting).rejects.toMatchObject({ code: "aborted" });
  expect(await queued).toBe(2);
  await expect(dropped).rejects.toMatchObject({ code: "aborted" });
  await expect(caller.call("wait", null, { signal: first.signal })).rejects.toMatchObject({
    code: "aborted",
  });
});

it("streams chunks in, including those pushed before the call, and reports out", async () => {
  const { caller } = connect();
  const input = createCallInput<number>();
  input.push(1);
  const reports: number[] = [];
  const answer = caller.call("sum", null, { input, onReport: (sum) => reports.push(sum) });
  input.push(2);
  input.push(3);
  input.end();
  expect(await answer).toBe(6);
  expect(reports).toEqual([1, 3, 6]);
  input.push(4);
});

it("ends a stream that is aborted", async () => {
  const { caller } = connect();
  const controller = new AbortController();
  const input = createCallInput<number>();
  const answer = caller.call("sum", null, { input, signal: controller.signal });
  input.push(1);
  controller.abort();
  await expect(answer).rejects.toMatchObject({ code: "aborted" });
});

it("stops once all calls have ended", async () => {
  const { caller, onStop } = connect();
  const running = [caller.call("wait", null), caller.call("add", [1, 2]), caller.call("waitBeside", null)];
  caller.stop();
  caller.stop();
  const ended = await Promise.allSettled(running);
  expect(ended).toMatchObject(ended.map(() => ({ status: "rejected", reason: { code: "aborted" } })));
  await expect.poll(() => onStop).toHaveBeenCalledTimes(1);
});

it("rejects pending and later calls of a worker that failed", async () => {
  const { caller } = connect();
  const pending = caller.call("wait", null);
  caller.fail(new GolemError("unexpected", "The worker died."));
  await expect(pending).rejects.toThrow("The worker died.");
  await expect(caller.call("add", [1, 1])).rejects.toThrow("The worker died.");
});
