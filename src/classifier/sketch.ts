/**
 * Sketches of what was heard: the same views with far fewer numbers, in which distances stay about what they were, for work whose
 * time grows with the number of features.
 *
 * Standardised features are added, with random signs, into a few buckets (count sketch: Charikar, Chen, Farach-Colton 2002; feature hashing:
 * Weinberger and others 2009). What the transcriber gives becomes further views of the same form.
 * Not its concern: heads, files.
 */
import { joinFloats } from "../core/join-arrays.ts";
import { createRandom } from "../core/random.ts";
import type { Embedding } from "../embed/embedded-recording.ts";
import type { EncoderInfo } from "../encoder/encoder.ts";
import { fitStandardisation } from "../head/standardisation.ts";
import { createMatrix, getRow, type Matrix } from "../math/matrix.ts";
import { fitVocabulary } from "./text-features.ts";
import { createViewFeatures, type EncoderSetInfo, getViewName, listWrittenViews } from "./view.ts";

/** Recordings as a listener of smaller views would have heard them. */
export interface Sketch {
  readonly embeddings: readonly Embedding[];
  readonly encoderSet: EncoderSetInfo;
}

/** Buckets that the transcript gets, as a multiple of a layer's: words are many and rare. */
const textFactor = 2;
/** The same for an encoder whose layers are joined. */
const joinFactor = 3;
/** Keeps the random numbers apart from those of other purposes with the same seed. */
const sketchStream = 0x5ce7;

/** How a sketch is made. */
export interface SketchOptions {
  /** Each view gets 2 x so many numbers, words twice that. */
  readonly dimensions: number;
  /** Whether an encoder's layers become one view, of three times the numbers, instead of one each. */
  readonly joinLayers?: boolean;
  readonly seed: number;
}

/** Sketches every layer of every encoder, and what the transcriber gives. */
export function sketchEmbeddings(
  embeddings: readonly Embedding[],
  encoderSet: EncoderSetInfo,
  { dimensions, joinLayers = false, seed }: SketchOptions,
): Sketch {
  const parts: { info: EncoderInfo; rows: Matrix[] }[] = encoderSet.encoders.map((encoder, i) => {
    const isJoined = joinLayers && encoder.layers > 1;
    const size = isJoined ? joinFactor * dimensions : dimensions;
    const layers = Array.from({ length: encoder.layers }, (_, layer) => {
      const view = { encoder: encoder.id, layer, pooling: "mean+std", weight: 1 } as const;
      return sketchRows(createViewFeatures(view, encoderSet)(embeddings), true, 2 * size, [seed, i, layer]);
    });
    // The sketch of vectors side by side is the sum of their sketches.
    const rows = isJoined ? [layers.reduce(addMatrix)] : layers;
    return { info: { ...encoder, layers: rows.length, dimensions: size }, rows };
  });
  const [first] = encoderSet.encoders;
  const transcriber = first && encoderSet.transcriber;
  const vocabulary = transcriber && fitVocabulary(embeddings.map(({ text }) => text ?? ""));
  for (const [i, view] of listWrittenViews(transcriber, vocabulary).entries()) {
    const isText = view.layer === "transcript";
    const size = isText ? textFactor * dimensions : dimensions;
    const features = createViewFeatures(view, encoderSet, vocabulary)(embeddings);
    const info = { ...first!, id: getViewName(view), layers: 1, dimensions: size };
    parts.push({ info, rows: [sketchRows(features, !isText, 2 * size, [seed, -1 - i])] });
  }
  return {
    embeddings: embeddings.map((_, row) => ({ vectors: parts.map(({ rows }) => joinRows(rows, row)) })),
    encoderSet: { encoders: parts.map(({ info }) => info) },
  };
}

/** All sketched numbers of each recording side by side, each view with the same say: [recordings, numbers]. */
export function createLikeness({ embeddings }: Sketch): Matrix {
  const rows = embeddings.map(({ vectors }) => joinFloats(vectors));
  const matrix = createMatrix(rows.length, rows[0]?.length ?? 0);
  for (const [i, row] of rows.entries()) getRow(matrix, i).set(row);
  return matrix;
}

function sketchRows(
  features: Matrix,
  standardise: boolean,
  buckets: number,
  [seed, ...words]: readonly [number, ...number[]],
): Matrix {
  const random = createRandom(seed, sketchStream, ...words);
  const { columns } = features;
  const mean = new Float64Array(columns);
  const scale = new Float64Array(columns).fill(1);
  if (standardise) {
    const fitted = fitStandardisation(features);
    mean.set(fitted.mean);
    scale.set(fitted.scale);
  }
  const bucket = Int32Array.from(mean, () => random.integer(buckets));
  const factor = Float64Array.from(scale, (value) => (random.uniform() < 0.5 ? -1 : 1) / value);
  const result = createMatrix(features.rows, buckets);
  for (let row = 0; row < features.rows; row++) {
    const from = getRow(features, row);
    const to = getRow(result, row);
    for (let j = 0; j < columns; j++) to[bucket[j]!]! += factor[j]! * (from[j]! - mean[j]!);
  }
  return result;
}

function addMatrix(sum: Matrix, matrix: Matrix): Matrix {
  for (let i = 0; i < sum.data.length; i++) sum.data[i]! += matrix.data[i]!;
  return sum;
}

const joinRows = (matrices: readonly Matrix[], row: number): Float32Array =>
  joinFloats(matrices.map((matrix) => getRow(matrix, row)));
