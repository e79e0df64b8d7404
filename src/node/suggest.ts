/**
 * Suggests in Node which recordings to label next, from a pool on disk or on the Hub.
 *
 * Not its concern: the procedure (see workflow/suggest-recordings.ts), the terminal.
 */
import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { WorkOptions } from "../core/progress.ts";
import type { Recording, SkippedRecording } from "../dataset/dataset.ts";
import { isHubAddress } from "../dataset/hub-address.ts";
import { getExtension, isRecordingName } from "../dataset/recording-name.ts";
import {
  type SuggestChoices,
  type Suggestions,
  suggest as suggestIn,
} from "../workflow/suggest-recordings.ts";
import { loadDataset } from "./data/dataset-files.ts";
import { openRunDataset } from "./data/open-dataset.ts";
import { createRecording } from "./data/recording-files.ts";
import type { EnvironmentOptions } from "./environment.ts";
import type { Golem } from "./golem.ts";
import { runInNode } from "./node-environment.ts";
import { isBucketAddress } from "./object-store/object-store.ts";

/** Options of {@link suggest}. */
export interface SuggestOptions extends SuggestChoices, EnvironmentOptions {}

/**
 * Chooses which recordings of a pool to label next. `pool`: folders of any depth, data sets in any form
 * (labels are ignored), files. The `file` of a suggestion is a path that can be opened. Rejects with the
 * errors of `loadDataset`, `invalid-option`, and `no-recordings` if there is nothing to choose from.
 */
export function suggest(
  golem: Pick<Golem, "model" | "encoderSet">,
  pool: string | readonly string[],
  options: SuggestOptions = {},
): Promise<Suggestions> {
  return runInNode(options, async (environment) => {
    const recordings = await openPool(typeof pool === "string" ? [pool] : pool, options);
    return suggestIn(environment, golem, recordings, options);
  });
}

/** A pool; the `file` of a recording is a path from the working folder, or a name on the Hub. */
interface Pool {
  readonly recordings: readonly Recording[];
  readonly skipped: readonly SkippedRecording[];
}

/**
 * Opens a pool; its recordings have no labels. Rejects with the errors of `loadDataset`. Recordings are not
 * read yet, so a missing file is detected only when it is embedded.
 */
async function openPool(
  specs: readonly string[],
  { onWarning, ...options }: EnvironmentOptions & WorkOptions,
): Promise<Pool> {
  const recordings = new Map<string, Recording>();
  const skipped: SkippedRecording[] = [];
  const add = (recording: Recording, file: string): void => {
    const { open, origin, row } = recording;
    if (recordings.has(file)) return;
    recordings.set(file, {
      ...{ file, label: "", split: "none", open },
      ...(origin ? { origin } : {}),
      ...(row === undefined ? {} : { row }),
    });
  };
  for (const spec of specs) {
    if (await isSingleFile(spec)) {
      add(createRecording(".", { file: spec, label: "", split: "none" }), spec);
      continue;
    }
    const run = await openRunDataset(spec, { ...options, labels: "optional" });
    const dataset = run ?? (await loadDataset(spec, { ...options, labels: "optional" }));
    for (const warning of dataset.warnings) onWarning?.(warning);
    const rename = run ? (file: string) => file : await createRenaming(spec);
    for (const recording of dataset.recordings) add(recording, rename(recording.file));
    skipped.push(...dataset.skipped.map((record) => ({ ...record, file: rename(record.file) })));
  }
  return { recordings: [...recordings.values()], skipped };
}

/** Whether the name is that of one recording; a name without an extension may be a folder. */
async function isSingleFile(spec: string): Promise<boolean> {
  if (isHubAddress(spec) || isBucketAddress(spec) || !isRecordingName(spec)) return false;
  const info = await stat(resolve(spec)).catch(() => undefined);
  return info ? !info.isDirectory() : getExtension(spec) !== "";
}

/** Returns a function that converts names relative to a data set to paths. */
async function createRenaming(spec: string): Promise<(file: string) => string> {
  if (isHubAddress(spec)) return (file) => file;
  const isFolder = (await stat(resolve(spec))).isDirectory();
  const root = isFolder ? spec : dirname(spec);
  return (file) => (resolve(file) === file ? file : join(root, file));
}
