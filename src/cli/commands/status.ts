/** `golem status --run RUN`: the progress of a run. */
import { setTimeout as pause } from "node:timers/promises";
import { openRun } from "../../node/shards/run-document.ts";
import { measureRun, type RunStatus } from "../../node/shards/run-status.ts";
import type { StatusOutput } from "../run-output.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";

interface StatusOptions extends CommonOptions {
  readonly run: string;
  readonly queue?: string;
  readonly watch?: boolean;
}

/** Milliseconds between updates with `--watch`. */
const watchMilliseconds = 2000;

/** Runs the command; resolves with the exit code: 1 while shards have failed. */
export async function runCommand(_args: [], options: StatusOptions, terminal: Terminal): Promise<number> {
  const { signal } = terminal.work;
  const run = await openRun(options.run, signal ? { signal } : {});
  const counts = new Map<string, number>();
  const url = options.queue ?? process.env.GOLEM_QUEUE;
  const queue = url === undefined ? undefined : await openQueue(url);
  try {
    for (;;) {
      const own = await measureRun(run, counts, signal ? { signal } : {});
      const { failures, ...status } = queue ? await queue.addCounts(run, own) : { ...own, failures: [] };
      const isOver = status.done + status.failed === status.shards;
      if (!options.watch || isOver) {
        terminal.printJson({
          ...status,
          ...(failures.length > 0 ? { failures } : {}),
        } satisfies StatusOutput);
        for (const line of describeStatus(status, run.recordings)) terminal.printResult(line);
        for (const { shard, reason } of failures) terminal.printResult(`  shard ${shard} failed: ${reason}`);
        return status.failed > 0 ? 1 : 0;
      }
      terminal.printJson(status satisfies StatusOutput);
      const text = describeStatus(status, run.recordings).join("; ");
      if (terminal.hasLive) terminal.showLive(text);
      else terminal.printResult(text);
      await pause(watchMilliseconds, undefined, signal ? { signal } : {});
    }
  } finally {
    await queue?.close();
  }
}

async function openQueue(url: string) {
  const { openShardQueue } = await import("../../node/queue/shard-queue.ts");
  return openShardQueue(url);
}

const barSize = 30;

/** Formats a bar and the numbers. */
export function describeStatus(status: RunStatus, recordings: number): string[] {
  const { shards, done, waiting, active, failed, clips, errors, clipsPerSecond } = status;
  const full = Math.floor((barSize * done) / shards);
  const counts = [
    ...(active > 0 ? [`${active} active`] : []),
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  const left = recordings - clips;
  const time = clipsPerSecond > 0 && left > 0 ? `, ${describeTime(left / clipsPerSecond)} left` : "";
  const speed = clipsPerSecond > 0 ? `, ${clipsPerSecond.toPrecision(3)} per second${time}` : "";
  return [
    `${"█".repeat(full)}${"░".repeat(barSize - full)} ${done}/${shards} shards${counts.length > 0 ? ` (${counts.join(", ")})` : ""}`,
    `${clips} of ${recordings} recordings${errors > 0 ? `, ${errors} with errors` : ""}${speed}`,
  ];
}

function describeTime(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  return seconds < 3600 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
