/** `golem plan DATA --out RUN`: divides a data set into shards, to embed them on many machines. */

import { planRun } from "../../node/shards/plan-run.ts";
import { getShardCount } from "../../node/shards/run-document.ts";
import { quoteForShell } from "../printed-path.ts";
import type { PlanOutput } from "../run-output.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";
import { type AnnotationCommandOptions, type AudioOptions, toAudioSettings } from "./shared-options.ts";
import { reportSkipped } from "./skipped.ts";

interface PlanOptions extends CommonOptions, AudioOptions, AnnotationCommandOptions {
  readonly out: string;
  readonly shardSize?: number;
  readonly encoder?: string;
  readonly precision?: string;
  readonly transcript: boolean;
  readonly fp16?: boolean;
  readonly strict?: boolean;
}

/** Runs the command; resolves with the exit code. */
export async function runCommand(
  [data]: [string],
  options: PlanOptions,
  terminal: Terminal,
): Promise<number> {
  const { out, shardSize, encoder, precision, transcript, fp16, strict, margin, background } = options;
  const { run, skipped } = await planRun(data, out, {
    ...terminal.work,
    ...{ shardSize, encoder, precision, fp16 },
    ...(transcript ? {} : { transcript }),
    audio: toAudioSettings(options),
    annotations: { margin, background },
  });
  const shards = getShardCount(run);
  terminal.printJson({
    ...{ run: out, data: run.data, recordings: run.recordings, shards, shardSize: run.shardSize },
    ...{ encoders: run.encoders.map(({ id }) => id), fp16: run.fp16, skipped },
  } satisfies PlanOutput);
  terminal.print(
    `Planned ${run.recordings} recordings in ${shards} shards of up to ${run.shardSize}: ${out}`,
  );
  terminal.print(`Next: npx golem embed --run ${quoteForShell(out)}`);
  terminal.print(
    terminal.dim("On many machines: --shard N in each job of an array, or --queue URL and golem work"),
  );
  reportSkipped(skipped, terminal);
  return strict && skipped.length > 0 ? 1 : 0;
}
