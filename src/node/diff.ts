/**
 * Compares two saved golems in Node, with their costs: bytes, and time per recording.
 *
 * Not its concern: the comparison itself (workflow/compare-golems.ts), the terminal.
 */
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { performance } from "node:perf_hooks";
import type { Dataset } from "../dataset/dataset.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import { compareByData, compareByTraining, type GolemDifference } from "../workflow/compare-golems.ts";
import { openDataset } from "./data/open-dataset.ts";
import { locateFiles } from "./data/report-sources.ts";
import { readGolemFolder } from "./disk/golem-folder.ts";
import type { EnvironmentOptions } from "./environment.ts";
import { type Golem, loadGolem } from "./golem.ts";
import { runInNode } from "./node-environment.ts";

interface GolemCost {
  /** Bytes of its folder, without the encoders' weights. */
  readonly bytes: number;
  readonly encoders: readonly string[];
  /** Median time to classify one of the recordings with loaded networks; absent without DATA. */
  readonly milliseconds?: number;
}

/** The difference of two golems, and their costs. */
export interface GolemDiff extends GolemDifference {
  readonly cost: { readonly a: GolemCost; readonly b: GolemCost };
  /** Whether b is worse: the interval lies below 0, and the difference below -margin. */
  readonly worse: boolean;
}

/** Options of {@link diffGolems}. */
export interface DiffOptions extends EnvironmentOptions {
  /** Recordings to compare on; default: those held out by both trainings. */
  readonly data?: string | Dataset | undefined;
  readonly limit?: number | undefined;
  /** Loss of balanced accuracy that is accepted; default 0. */
  readonly margin?: number | undefined;
}

/** Number of recordings that are timed. */
const timed = 7;

/**
 * Compares two golems in folders; without data their encoders are not needed, so one golem may be of an
 * earlier version. Rejects with the errors of `loadGolem` and `evaluate`, and with `no-recordings` if nothing
 * was held out of both trainings.
 */
export async function diffGolems(a: string, b: string, options: DiffOptions = {}): Promise<GolemDiff> {
  const { data, limit, margin = 0, ...environmentOptions } = options;
  const judge = (difference: GolemDifference) => ({
    ...difference,
    worse: difference.interval[1] < 0 && difference.difference < -margin,
  });
  if (data === undefined) {
    const models = [await readGolemFolder(resolve(a)), await readGolemFolder(resolve(b))] as const;
    const cost = { a: await measureCost(a, models[0]), b: await measureCost(b, models[1]) };
    return { ...judge(compareByTraining(...models)), cost };
  }
  const golems = [await loadGolem(a, environmentOptions), await loadGolem(b, environmentOptions)] as const;
  const [first, second] = golems;
  try {
    const dataset = await openDataset(data, environmentOptions);
    const difference = await runInNode(options, (environment) =>
      compareByData(environment, first, second, dataset, { ...environmentOptions, limit }),
    );
    const paths = [...(await locateFiles(dataset.recordings.slice(0, timed))).values()];
    const cost = {
      a: await measureCost(a, first.model, await timeGolem(first, paths)),
      b: await measureCost(b, second.model, await timeGolem(second, paths)),
    };
    return { ...judge(difference), cost };
  } finally {
    for (const golem of golems) await golem.dispose();
  }
}

async function measureCost(
  folder: string,
  { encoders, transcriber }: GolemModel,
  milliseconds?: number,
): Promise<GolemCost> {
  let bytes = 0;
  for (const name of await readdir(resolve(folder))) {
    const info = await stat(join(resolve(folder), name));
    if (info.isFile()) bytes += info.size;
  }
  return {
    bytes,
    encoders: [...new Set([...encoders, ...(transcriber ? [transcriber] : [])].map(({ id }) => id))],
    ...(milliseconds === undefined ? {} : { milliseconds }),
  };
}

/** Measures the median time to classify a recording, in milliseconds; undefined if none was classified. */
async function timeGolem(golem: Golem, paths: readonly string[]): Promise<number | undefined> {
  const times: number[] = [];
  // The first prediction loads the networks and is not counted.
  for (const path of paths.length > 0 ? [paths[0]!, ...paths] : []) {
    const started = performance.now();
    const isDone = await golem.predict(path).then(
      () => true,
      () => false,
    );
    if (isDone) times.push(performance.now() - started);
  }
  const sorted = times.slice(1).sort((one, other) => one - other);
  return sorted[sorted.length >> 1];
}
