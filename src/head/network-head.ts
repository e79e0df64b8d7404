/**
 * The form of every trained head: standardisation, then layers with ReLU between them; one layer for all
 * kinds but mlp.
 *
 * Predictions are computed in float64 from the saved float32 numbers, so a loaded head predicts bitwise the
 * same.
 */

import { GolemError } from "../core/error.ts";
import { createMatrix, type Matrix } from "../math/matrix.ts";
import { multiplyByRows } from "../math/matrix-products.ts";
import type { Head, HeadFacts, HeadKind, Tensor } from "./head.ts";
import { applyStandardisation, type Standardisation } from "./standardisation.ts";
import { checkEmbeddings } from "./training-set.ts";

/** An affine map: weight [outputs, inputs] as in torch.nn.Linear, bias [outputs]. */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weight: ArrayLike<number>;
  readonly bias: ArrayLike<number>;
}

/** The parts of a head. */
interface NetworkHeadParts {
  readonly kind: HeadKind;
  readonly standardisation: Standardisation;
  readonly normalise?: boolean;
  /** At least one; the outputs of a layer are the inputs of the next. */
  readonly layers: readonly Layer[];
  readonly facts: HeadFacts;
}

/** Rows standardised at a time, to bound the memory of a prediction. */
const chunkRows = 512;

/** Creates a head from its parts, rounded to float32. Throws `not-converged` unless all are finite. */
export function createNetworkHead({
  kind,
  standardisation,
  normalise = false,
  layers,
  facts,
}: NetworkHeadParts): Head {
  const features = layers[0]!.inputs;
  const classes = layers.at(-1)!.outputs;
  const tensors: Record<string, Tensor> = {};
  for (const [i, layer] of layers.entries()) {
    const prefix = layers.length === 1 ? "" : `${2 * i}.`;
    tensors[`${prefix}weight`] = {
      shape: [layer.outputs, layer.inputs],
      data: roundToFloat32(layer.weight, kind),
    };
    tensors[`${prefix}bias`] = { shape: [layer.outputs], data: roundToFloat32(layer.bias, kind) };
  }
  tensors.mean = { shape: [features], data: standardisation.mean };
  tensors.scale = { shape: [features], data: standardisation.scale };
  const rounded = layers.map((_, i) => {
    const prefix = layers.length === 1 ? "" : `${2 * i}.`;
    return {
      weight: new Float64Array(tensors[`${prefix}weight`]!.data),
      bias: new Float64Array(tensors[`${prefix}bias`]!.data),
    };
  });
  return {
    kind,
    features,
    classes,
    saved: { tensors, meta: { kind, features, classes, normalise, facts } },
    computeLogits(embeddings: Matrix): Matrix {
      checkEmbeddings(embeddings, features);
      const result = createMatrix(embeddings.rows, classes);
      for (let from = 0; from < embeddings.rows; from += chunkRows) {
        const to = Math.min(from + chunkRows, embeddings.rows);
        let values = applyStandardisation(embeddings, standardisation, normalise, from, to);
        for (const [i, { weight, bias }] of rounded.entries()) {
          const { inputs, outputs } = layers[i]!;
          values = multiplyByRows(values, weight, to - from, outputs, inputs);
          const isHidden = i + 1 < rounded.length;
          for (let j = 0; j < values.length; j++) {
            const value = values[j]! + bias[j % outputs]!;
            values[j] = isHidden && value < 0 ? 0 : value;
          }
        }
        result.data.set(values, from * classes);
      }
      return result;
    },
  };
}

function roundToFloat32(values: ArrayLike<number>, kind: HeadKind): Float32Array {
  const rounded = new Float32Array(values);
  for (let i = 0; i < rounded.length; i++) {
    if (!Number.isFinite(rounded[i]!)) {
      throw new GolemError(
        "not-converged",
        `Training the head ${kind} ended with a weight of ${values[i]}; expected finite numbers.`,
        { hint: "Switch standardisation on, or lower the learning rate." },
      );
    }
  }
  return rounded;
}
