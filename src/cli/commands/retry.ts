/** `golem retry --run RUN --queue URL`: puts failed shards back into the queue. */
import { requireQueue } from "../../node/queue/queue-connection.ts";
import { retryRun } from "../../node/queue/shard-queue.ts";
import type { RetryOutput } from "../run-output.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";

interface RetryOptions extends CommonOptions {
  readonly run: string;
  readonly queue?: string;
}

/** Runs the command; resolves with the exit code. */
export async function runCommand(
  _args: [],
  { run, queue }: RetryOptions,
  terminal: Terminal,
): Promise<number> {
  const result = await retryRun(run, requireQueue(queue), terminal.work);
  terminal.printJson({ run, ...result } satisfies RetryOutput);
  terminal.print(`Put ${result.retried} failed shards back into the queue.`);
  return 0;
}
