/** `golem work --queue URL`: embeds shards from a queue until it is stopped. */
import type { Device } from "../../core/device.ts";
import { requireQueue } from "../../node/queue/queue-connection.ts";
import { runShardWorker, type WorkerEvent } from "../../node/queue/shard-worker.ts";
import type { WorkOutput } from "../run-output.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";

interface WorkCommandOptions extends CommonOptions {
  readonly queue?: string;
  readonly concurrency?: number;
  readonly lease?: number;
  readonly drain?: number;
  readonly exitWhenEmpty?: boolean;
  readonly metricsPort?: number;
  readonly metricsHost?: string;
  readonly data?: string;
  readonly device?: Device;
}

/** Runs the command; resolves with the exit code. */
export async function runCommand(
  _args: [],
  options: WorkCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const { concurrency, lease, drain, exitWhenEmpty, metricsPort, metricsHost, data, device } = options;
  const totals = await runShardWorker(requireQueue(options.queue), {
    ...terminal.work,
    ...{ threads: concurrency, leaseSeconds: lease, drainSeconds: drain, exitWhenEmpty, data, device },
    ...(metricsPort === undefined ? {} : { metrics: { port: metricsPort, host: metricsHost } }),
    onEvent: (event) => {
      terminal.printJson(event satisfies WorkOutput);
      terminal.print(describe(event));
    },
  });
  terminal.printJson({ event: "stopped", ...totals } satisfies WorkOutput);
  terminal.print(
    `Stopped: ${totals.shards} shards with ${totals.clips} recordings embedded, ${totals.errors} with errors.`,
  );
  return 0;
}

function describe(event: WorkerEvent): string {
  switch (event.event) {
    case "ready":
      return `Waiting for shards${event.metrics === undefined ? "" : `; metrics at ${event.metrics}`}`;
    case "started":
      return `Shard ${event.shard} of ${event.run}: started`;
    case "done":
      return `Shard ${event.shard} of ${event.run}: ${event.clips} recordings${event.errors > 0 ? `, ${event.errors} with errors` : ""}, ${event.seconds.toFixed(1)} s`;
    case "failed":
      return `Shard ${event.shard} of ${event.run} failed: ${event.reason}`;
    case "returned":
      return `Shard ${event.shard} of ${event.run}: returned to the queue`;
    default:
      return event satisfies never;
  }
}
