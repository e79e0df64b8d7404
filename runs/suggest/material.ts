/**
 * The embedded recordings of one data set, and the draws of the simulation: recordings labelled at the start,
 * the pool, and a test part whose speakers (or source recordings) are in neither.
 *
 * Not its concern: how recordings are chosen.
 */

import type { LabelledRows } from "../../src/classifier/labelled-rows.ts";
import type { EncoderSetInfo } from "../../src/classifier/view.ts";
import { createRandom, type Random, shuffle } from "../../src/core/random.ts";
import type { EmbeddedRecording } from "../../src/embed/embedded-recording.ts";
import { loadDataset } from "../../src/node/data/dataset-files.ts";
import { resolveEncoderSet } from "../../src/node/models/resolve-encoder-set.ts";
import { runInNode } from "../../src/node/node-environment.ts";
import { getEncoderSetInfo } from "../../src/workflow/encoder-set-info.ts";
import { embedDistinct } from "../../src/workflow/training-rows.ts";

/** An embedded data set. */
export interface Material {
  readonly name: string;
  readonly encoderSet: EncoderSetInfo;
  readonly classNames: readonly string[];
  readonly rows: LabelledRows;
}

/** The distribution of classes in a pool: about the same number of each, or a long tail. */
export type PoolKind = "balanced" | "long tail";

/** Rows of the material, by their use. */
export interface Draw {
  readonly start: readonly number[];
  readonly pool: readonly number[];
  readonly test: readonly number[];
}

/** Recordings per class that are labelled at the start: the minimum for `golem train`. */
export const startShots = 2;
/** Share of the speakers, sources or (if none are named) recordings that are used for testing. */
const testShare = 1 / 3;
/** Ratio of the most frequent to the rarest class of a long tail. */
export const imbalance = 10;

/** Embeds a data set as `golem train` does without options; stored embeddings are used. */
export async function openMaterial(name: string, data: string): Promise<Material> {
  const { recordings } = await loadDataset(data);
  const resolved = await resolveEncoderSet({});
  const { embedded } = await runInNode({}, (environment) =>
    embedDistinct(environment, recordings, resolved, {}),
  );
  return { name, encoderSet: getEncoderSetInfo(resolved), ...getRows(embedded) };
}

function getRows(heard: readonly EmbeddedRecording[]): Pick<Material, "classNames" | "rows"> {
  const classNames = [...new Set(heard.map(({ label }) => label))].sort();
  const labels = heard.map(({ label }) => classNames.indexOf(label));
  const groups = heard.map(({ speaker }) => speaker);
  return { classNames, rows: { embeddings: heard, labels, classes: classNames.length, groups } };
}

/**
 * Makes one draw: the first that has enough recordings of every class on both sides. A long tail (Cui et al.
 * 2019, "Class-balanced loss"): classes in random order, the k-th of C keeps `imbalance` ** (-k / (C - 1)) of
 * the largest class, at least one recording.
 */
export function drawPart({ name, rows }: Material, kind: PoolKind, seed: number): Draw {
  const random = createRandom(seed, ...[...name].map((letter) => letter.codePointAt(0)!));
  const classes = Array.from({ length: rows.classes }, (_, label) => label);
  for (let attempt = 0; attempt < 1000; attempt++) {
    const test = drawTest(rows, random);
    const isTest = new Set(test);
    const others = shuffle([...rows.labels.keys()], random).filter((row) => !isTest.has(row));
    const byClass = classes.map((label) => others.filter((row) => rows.labels[row] === label));
    const tested = new Set(test.map((row) => rows.labels[row]));
    if (tested.size < classes.length || byClass.some(({ length }) => length <= startShots)) continue;
    const start = byClass.flatMap((own) => own.slice(0, startShots));
    const rest = byClass.map((own) => own.slice(startShots));
    const order = shuffle(classes, random);
    const largest = Math.max(...rest.map(({ length }) => length));
    const kept = rest.map((own, label) => {
      const place = order.indexOf(label) / (classes.length - 1);
      return own.slice(0, Math.max(1, Math.round(largest * imbalance ** -place)));
    });
    return { start, pool: shuffle((kind === "balanced" ? rest : kept).flat(), random), test };
  }
  throw new Error(`${name} has too few recordings for a draw.`);
}

/** Selects the rows of a third of the speakers; if none are named, a third of each class. */
function drawTest({ labels, groups, classes }: LabelledRows, random: Random): number[] {
  const names = [...new Set(groups)];
  if (names.includes(undefined)) {
    const order = shuffle([...labels.keys()], random);
    return Array.from({ length: classes }, (_, label) =>
      order.filter((row) => labels[row] === label),
    ).flatMap((own) => own.slice(0, Math.round(testShare * own.length)));
  }
  const tested = new Set(shuffle(names, random).slice(0, Math.round(testShare * names.length)));
  return [...labels.keys()].filter((row) => tested.has(groups[row]));
}
