/**
 * `golem embed DATA --out F.parquet|F.npz`: the embedding of every recording, for other tools.
 * `golem embed --run RUN`: shards of a run (embed-run.ts).
 */
import { performance } from "node:perf_hooks";
import type { Device } from "../../core/device.ts";
import { GolemError } from "../../core/error.ts";
import { limitRecordings } from "../../dataset/selection.ts";
import { loadDataset } from "../../node/data/dataset-files.ts";
import { getEmbeddingTableForm, writeEmbeddingTable } from "../../node/data/embedding-table.ts";
import { resolveEncoder } from "../../node/models/resolve-encoder.ts";
import { runInNode } from "../../node/node-environment.ts";
import type { EmbedOutput } from "../run-output.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";
import { type EmbedRunCommandOptions, embedShards } from "./embed-run.ts";
import { type AnnotationCommandOptions, type AudioOptions, toAudioSettings } from "./shared-options.ts";
import { reportSkipped } from "./skipped.ts";

interface EmbedOptions
  extends CommonOptions,
    AudioOptions,
    AnnotationCommandOptions,
    Omit<EmbedRunCommandOptions, "run"> {
  readonly out?: string;
  readonly run?: string;
  readonly encoder?: string;
  readonly precision?: string;
  readonly layer?: number;
  readonly device?: Device;
  readonly limit?: number;
  readonly strict?: boolean;
}

/** Runs the command; resolves with the exit code. */
export async function runCommand(
  [data]: [string | undefined],
  options: EmbedOptions,
  terminal: Terminal,
): Promise<number> {
  const { run } = options;
  if (run === undefined) return embedTable(data, options, terminal);
  if (data === undefined && options.out === undefined) return embedShards({ ...options, run }, terminal);
  throw new GolemError(
    "usage",
    "--run was given with DATA or --out; the data and the location of shards are recorded in the run.",
    {
      hint: "Leave them out. If the recordings are elsewhere on this machine, use --data.",
    },
  );
}

async function embedTable(
  data: string | undefined,
  options: EmbedOptions,
  terminal: Terminal,
): Promise<number> {
  const started = performance.now();
  const { out, limit, strict, precision, layer } = options;
  if (data === undefined || out === undefined) {
    const missing = data === undefined ? "DATA" : "--out F.parquet or F.npz";
    throw new GolemError("usage", `${missing} is missing; expected DATA with --out FILE, or --run RUN.`, {
      hint: "Run `npx golem embed --help` for usage.",
    });
  }
  getEmbeddingTableForm(out);
  const encoder = await resolveEncoder(options.encoder, { ...terminal.work, precision, layer });
  const { info } = encoder;
  const { signal, onProgress, onWarning } = terminal.work;
  const dataset = await loadDataset(data, {
    labels: "optional",
    signal,
    onProgress,
    limit,
    annotations: options,
  });
  for (const warning of dataset.warnings) terminal.warn(warning);
  const recordings = limit === undefined ? dataset.recordings : limitRecordings(dataset.recordings, limit);
  const audio = toAudioSettings(options);
  const { embedded, ...result } = await runInNode({ device: options.device }, ({ embed }) =>
    embed(
      recordings,
      { encoders: [encoder], transcriber: undefined },
      { audio, signal, onProgress, onWarning },
    ),
  );
  for (const warning of result.warnings) terminal.warn(warning);
  const skipped = [...dataset.skipped, ...result.skipped];
  if (embedded.length === 0) {
    throw new GolemError("no-recordings", `None of the ${recordings.length} recordings could be embedded.`, {
      hint: skipped[0] ? `The first reason: ${skipped[0].message}` : "Check the data set.",
    });
  }
  await writeEmbeddingTable(
    out,
    embedded.map(({ facts, vectors, ...row }) => ({ ...row, vector: vectors[0]!, seconds: facts.seconds })),
    info,
  );
  const seconds = (performance.now() - started) / 1000;
  terminal.printJson({
    ...{ out, recordings: embedded.length, encoder: info.id, layers: info.layers },
    ...{ dimensions: info.dimensions, computed: result.computed, seconds, skipped },
  } satisfies EmbedOutput);
  terminal.print(
    `Wrote ${embedded.length} recordings, ${info.layers} layers of 2 x ${info.dimensions}, to ${out}`,
  );
  reportSkipped(skipped, terminal);
  return strict && skipped.length > 0 ? 1 : 0;
}
