/**
 * `golem embed --run RUN`: embeds shards of a run here, or puts them into a queue.
 *
 * Not its concern: `golem embed DATA` (embed.ts).
 */
import type { Device } from "../../core/device.ts";
import { GolemError } from "../../core/error.ts";
import { embedRun } from "../../node/shards/embed-missing.ts";
import { quoteForShell } from "../printed-path.ts";
import type { EmbedOutput } from "../run-output.ts";
import type { Terminal } from "../terminal.ts";

/** Options of the command for runs. */
export interface EmbedRunCommandOptions {
  readonly run: string;
  readonly shard?: number;
  readonly queue?: string;
  readonly fp16?: boolean;
  readonly data?: string;
  readonly device?: Device;
}

/** Runs the command; resolves with the exit code. */
export async function embedShards(options: EmbedRunCommandOptions, terminal: Terminal): Promise<number> {
  const { run, queue, fp16, data, device } = options;
  if (queue !== undefined) {
    if (options.shard !== undefined) {
      throw new GolemError("usage", "Both --shard and --queue were given; expected only one of them.", {
        hint: "Leave out --shard: all missing shards are put into the queue.",
      });
    }
    return enqueue(run, queue, options, terminal);
  }
  const shard = options.shard ?? getArrayIndex();
  const result = await embedRun(run, { ...terminal.work, shard, fp16, data, device });
  terminal.printJson({
    run,
    ...(shard === undefined ? {} : { shard }),
    ...result,
  } satisfies EmbedOutput);
  const { embedded, clips, errors, found, shards } = result;
  terminal.print(
    embedded === 0
      ? shard === undefined
        ? `All ${shards} shards exist already.`
        : `Shard ${shard} exists already.`
      : `Embedded ${clips} recordings in ${embedded} of ${shards} shards${found > 0 ? `; ${found} existed` : ""}${errors > 0 ? `; ${errors} recordings failed and are rows with errors` : ""}.`,
  );
  terminal.print(`Next: npx golem train ${quoteForShell(run)} --out my-golem`);
  return 0;
}

/** Variables with the shard of an array job: Kubernetes (Indexed Job), AWS Batch, Slurm. */
const indexVariables = ["JOB_COMPLETION_INDEX", "AWS_BATCH_JOB_ARRAY_INDEX", "SLURM_ARRAY_TASK_ID"] as const;

/** Gets the number of this array job; undefined if it is none. Throws `usage` for other text. */
function getArrayIndex(): number | undefined {
  for (const name of indexVariables) {
    const value = process.env[name];
    if (value === undefined || value === "") continue;
    if (/^\d{1,9}$/.test(value)) return Number(value);
    throw new GolemError("usage", `${name} is ${JSON.stringify(value)}; expected a whole number from 0.`, {
      hint: "Name the shard with --shard.",
    });
  }
  return undefined;
}

async function enqueue(
  address: string,
  url: string,
  { fp16 }: EmbedRunCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const { enqueueRun } = await import("../../node/queue/shard-queue.ts");
  const result = await enqueueRun(address, url, { ...terminal.work, fp16 });
  terminal.printJson({ run: address, ...result } satisfies EmbedOutput);
  const { enqueued, found, queued, failed } = result;
  terminal.print(
    `Put ${enqueued} shards into the queue; ${found} are done, ${queued} were in it${failed > 0 ? `, ${failed} have failed (golem retry)` : ""}.`,
  );
  terminal.print(
    `Next: npx golem work --queue URL on every machine; npx golem status --run ${quoteForShell(address)} --queue URL --watch`,
  );
  return 0;
}
