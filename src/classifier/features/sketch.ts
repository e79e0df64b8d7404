/**
 * Sketches of embeddings: the same views with far fewer dimensions and about the same distances, for
 * computations whose time grows with the number of features.
 *
 * Not its concern: heads, files.
 *
 * Standardised features are added, with random signs, into a few buckets (count sketch: Charikar, Chen,
 * Farach-Colton 2002; feature hashing: Weinberger and others 2009). The views of the transcriber are sketched
 * in the same form.
 */
import { joinFloats } from "../../core/join-arrays.ts";
import { createRandom } from "../../core/random.ts";
import type { Embedding } from "../../embed/embedded-recording.ts";
import type { EncoderInfo } from "../../encoder/encoder.ts";
import { fitStandardisation } from "../../head/standardisation.ts";
import { createMatrix, getRow, type Matrix } from "../../math/matrix.ts";
import {
  createViewFeatures,
  type EncoderSetInfo,
  getSpokenTexts,
  getViewName,
  listWrittenViews,
} from "../view.ts";
import { fitVocabulary } from "./text-features.ts";

/** Sketched embeddings, and an encoder set that describes them as if they came from smaller encoders. */
interface Sketch {
  readonly embeddings: readonly Embedding[];
  readonly encoderSet: EncoderSetInfo;
}

/** Buckets of the transcript, as a multiple of a layer's: there are many words, and they are rare. */
const textFactor = 2;
/** Buckets of an encoder with joined layers, as a multiple of a layer's. */
const joinFactor = 3;
/** Random stream of sketches, so that they are independent of other draws with the same seed. */
const sketchStream = 0x5ce7;

/** Options of a sketch. */
interface SketchOptions {
  /** Each view is sketched to 2 x `dimensions` numbers, the transcript to twice that. */
  readonly dimensions: number;
  /** Whether the layers of an encoder are joined to one view, with three times the numbers of a layer. */
  readonly joinLayers?: boolean;
  readonly seed: number;
}

/** Sketches every layer of every encoder, and the views of the transcriber. */
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
    // The sketch of concatenated vectors is the sum of their sketches.
    const rows = isJoined ? [layers.reduce(addMatrix)] : layers;
    return { info: { ...encoder, layers: rows.length, dimensions: size }, rows };
  });
  const [first] = encoderSet.encoders;
  const transcriber = first && encoderSet.transcriber;
  const vocabulary = transcriber && fitVocabulary(getSpokenTexts(embeddings, encoderSet));
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

/** Concatenates the sketched views of each recording, all with the same weight: [recordings, numbers]. */
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
