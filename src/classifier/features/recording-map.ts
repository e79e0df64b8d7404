/**
 * A two-dimensional map of recordings, based on distances in each of the golem's views, weighted by the
 * views' shares in the decision.
 *
 * Not its concern: drawing the map.
 *
 * Labels are not used, so classes that are apart on the map are apart in their embeddings.
 */
import { createRandom, shuffle } from "../../core/random.ts";
import type { Embedding } from "../../embed/embedded-recording.ts";
import { computeGram } from "../../math/matrix-products.ts";
import { computeNeighbourMap, type MapPosition } from "../../math/t-sne.ts";
import type { Classifier } from "../classifier.ts";
import { createViewFeatures, type EncoderSetInfo } from "../view.ts";

/** Maximum number of recordings on a map: time grows with its square (500: about half a second). */
const maximumPlaced = 500;

/**
 * Computes the position of each recording. If there are too many, a random sample (with a fixed seed) is
 * placed, and the others are undefined.
 */
export function computeRecordingMap(
  embeddings: readonly Embedding[],
  classifier: Pick<Classifier, "fitted" | "vocabulary">,
  encoderSet: EncoderSetInfo,
): (MapPosition | undefined)[] {
  const placed = pickPlaced(embeddings.length);
  const rows = placed.length;
  if (rows === 0) return [];
  const picked = placed.map((i) => embeddings[i]!);
  const gram = new Float64Array(rows * rows);
  for (const { view } of classifier.fitted) {
    const features = createViewFeatures(view, encoderSet, classifier.vocabulary)(picked);
    const isText = view.layer === "transcript";
    const centred = centreColumns(features.data, rows, features.columns, !isText);
    const own = computeGram(centred, rows, features.columns);
    let total = 0;
    for (let i = 0; i < rows; i++) total += own[i * rows + i]!;
    if (!(total > 0)) continue;
    for (let i = 0; i < own.length; i++) gram[i]! += (view.weight * rows * own[i]!) / total;
  }
  const squared = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < rows; j++) {
      const value = gram[i * rows + i]! + gram[j * rows + j]! - 2 * gram[i * rows + j]!;
      squared[i * rows + j] = Math.max(0, value);
    }
  }
  const positions = computeNeighbourMap(squared, rows);
  const result = new Array<MapPosition | undefined>(embeddings.length).fill(undefined);
  for (const [row, i] of placed.entries()) result[i] = positions[row];
  return result;
}

function pickPlaced(count: number): number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  if (count <= maximumPlaced) return all;
  return shuffle(all, createRandom(0))
    .slice(0, maximumPlaced)
    .sort((a, b) => a - b);
}

/** Subtracts the mean of each column and, if `scale`, divides by its deviation; constant columns become 0. */
function centreColumns(data: Float32Array, rows: number, columns: number, scale: boolean): Float64Array {
  const result = Float64Array.from(data);
  for (let c = 0; c < columns; c++) {
    let sum = 0;
    for (let i = c; i < result.length; i += columns) sum += result[i]!;
    let squares = 0;
    for (let i = c; i < result.length; i += columns) {
      result[i]! -= sum / rows;
      squares += result[i]! ** 2;
    }
    if (!scale) continue;
    const deviation = Math.sqrt(squares / rows);
    for (let i = c; i < result.length; i += columns) result[i]! /= deviation > 1e-9 ? deviation : Infinity;
  }
  return result;
}
