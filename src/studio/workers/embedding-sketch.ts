/**
 * A few numbers of each embedding to look at: those of the last layer that differ most between labels,
 * compared with how much they differ within them (the F statistic of an analysis of variance).
 *
 * Not its concern: how they are drawn.
 */
import type { Shelf } from "../data/shelf.ts";
import { readEmbeddings } from "./kept-embeddings.ts";
import { studioEncoderSet } from "./studio-encoder-set.ts";

/** A recording whose embedding is looked at. */
export interface SketchedRecording {
  readonly hash: string;
  readonly label: string;
}

/** What is shown of embeddings. */
export interface EmbeddingSketch {
  /** Length of the whole embedding. */
  readonly length: number;
  /** Per recording the chosen numbers, in standard deviations; null if it is not embedded. */
  readonly rows: readonly (readonly number[] | null)[];
}

const shownNumbers = 48;

/** Picks and standardises the numbers. */
export async function sketchEmbeddings(
  shelf: Pick<Shelf, "getEmbeddings">,
  recordings: readonly SketchedRecording[],
): Promise<EmbeddingSketch> {
  const [info] = studioEncoderSet.encoders;
  const { layers, dimensions } = info!;
  const embedded = await readEmbeddings(
    shelf,
    recordings.map(({ hash }) => hash),
  );
  const start = 2 * (layers - 1) * dimensions;
  const means = embedded.map((one) => one?.embeddings[0]?.vector.subarray(start, start + dimensions));
  const length = embedded.reduce(
    (most, one) => Math.max(most, one?.embeddings.reduce((sum, { vector }) => sum + vector.length, 0) ?? 0),
    0,
  );
  const numbers = Array.from({ length: dimensions }, (_, d) =>
    describeNumber(
      means.flatMap((vector, i) => (vector ? [{ value: vector[d]!, label: recordings[i]!.label }] : [])),
    ),
  );
  const chosen = numbers
    .map(({ ratio }, d) => ({ ratio, d }))
    .sort((a, b) => b.ratio - a.ratio)
    .slice(0, shownNumbers)
    .map(({ d }) => d)
    .sort((a, b) => a - b);
  const rows = means.map((vector) =>
    vector ? chosen.map((d) => (vector[d]! - numbers[d]!.mean) / (numbers[d]!.deviation || 1)) : null,
  );
  return { length, rows };
}

function describeNumber(all: readonly { readonly value: number; readonly label: string }[]) {
  const mean = getMean(all.map(({ value }) => value));
  const byLabel = new Map<string, number[]>();
  for (const { value, label } of all) byLabel.set(label, [...(byLabel.get(label) ?? []), value]);
  let between = 0;
  let within = 0;
  for (const values of byLabel.values()) {
    const own = getMean(values);
    between += values.length * (own - mean) ** 2;
    for (const value of values) within += (value - own) ** 2;
  }
  const deviation = Math.sqrt((between + within) / Math.max(1, all.length));
  return { mean, deviation, ratio: between / (within || 1) };
}

function getMean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
