/**
 * A stack of affine layers with ReLU and inverted dropout between them: forward, loss, and gradients by back-propagation.
 *
 * Loss: the (weighted) mean of the cross-entropies, as torch.nn.CrossEntropyLoss. Parameters: weight [outputs, inputs] and bias
 * [outputs] of each layer in turn, float64.
 * Not its concern: how parameters are updated.
 */
import type { Random } from "../core/random.ts";
import { multiply, multiplyByRows, multiplyTransposed } from "../math/matrix-products.ts";
import { computeCrossEntropy } from "./softmax.ts";

/** Layer widths [inputs, hidden ..., outputs] with the parameters: weight, bias, weight, bias ... */
export interface Network {
  readonly widths: readonly number[];
  readonly parameters: readonly Float64Array[];
}

/** Rows with labels and weights, for one evaluation of the loss. */
export interface Batch {
  /** [rows, inputs]. */
  readonly inputs: Float64Array;
  readonly labels: Int32Array;
  readonly weights: Float64Array;
}

/** Weights and biases uniform in +-1/sqrt(inputs): what torch.nn.Linear starts from. */
export function createNetwork(widths: readonly number[], random: Random): Network {
  const parameters: Float64Array[] = [];
  for (let l = 0; l + 1 < widths.length; l++) {
    const bound = 1 / Math.sqrt(widths[l]!);
    const draw = (): number => bound * (2 * random.uniform() - 1);
    parameters.push(Float64Array.from({ length: widths[l]! * widths[l + 1]! }, draw));
    parameters.push(Float64Array.from({ length: widths[l + 1]! }, draw));
  }
  return { widths, parameters };
}

/** Factors 0 or 1 / (1 - dropout) for the units of each hidden layer: [rows, width] each. */
export function drawDropoutMasks(
  widths: readonly number[],
  rows: number,
  dropout: number,
  random: Random,
): Float64Array[] {
  const keep = 1 / (1 - dropout);
  return widths
    .slice(1, -1)
    .map((width) =>
      Float64Array.from({ length: rows * width }, () => (random.uniform() < dropout ? 0 : keep)),
    );
}

/** The mean loss of a batch without dropout. */
export function computeLoss(network: Network, batch: Batch): number {
  return computeLossAndGradients(network, batch, [], false).loss;
}

/** The mean loss of a batch and its gradient for each parameter; `masks` as drawn by {@link drawDropoutMasks}, or none. */
export function computeLossAndGradients(
  { widths, parameters }: Network,
  { inputs, labels, weights }: Batch,
  masks: readonly Float64Array[] = [],
  wantGradients = true,
): { loss: number; gradients: Float64Array[] } {
  const rows = labels.length;
  const layers = widths.length - 1;
  const activations = [inputs];
  for (let l = 0; l < layers; l++) {
    const width = widths[l + 1]!;
    const values = multiplyByRows(activations[l]!, parameters[2 * l]!, rows, width, widths[l]!);
    const bias = parameters[2 * l + 1]!;
    const isHidden = l + 1 < layers;
    for (let start = 0; start < values.length; start += width) {
      for (let j = 0; j < width; j++) {
        const value = values[start + j]! + bias[j]!;
        values[start + j] = isHidden && value < 0 ? 0 : value;
      }
    }
    const mask = isHidden ? masks[l] : undefined;
    if (mask) for (let i = 0; i < values.length; i++) values[i]! *= mask[i]!;
    activations.push(values);
  }
  const classes = widths[layers]!;
  let total = 0;
  for (let i = 0; i < rows; i++) total += weights[i]!;
  let upstream: Float64Array = new Float64Array(rows * classes);
  const loss = computeCrossEntropy(activations[layers]!, labels, weights, classes, upstream) / total;
  const gradients: Float64Array[] = [];
  if (!wantGradients) return { loss, gradients };
  for (let i = 0; i < upstream.length; i++) upstream[i]! /= total;
  for (let l = layers - 1; l >= 0; l--) {
    const width = widths[l + 1]!;
    const below = activations[l]!;
    const biasGradient = new Float64Array(width);
    for (let start = 0; start < upstream.length; start += width) {
      for (let j = 0; j < width; j++) biasGradient[j]! += upstream[start + j]!;
    }
    gradients.unshift(multiplyTransposed(upstream, below, width, widths[l]!, rows), biasGradient);
    if (l === 0) break;
    upstream = multiply(upstream, parameters[2 * l]!, rows, widths[l]!, width);
    const mask = masks[l - 1];
    // A unit that is zero after ReLU (or dropped) passes nothing back; the mask's factor applies to the others.
    for (let i = 0; i < upstream.length; i++) {
      upstream[i] = below[i]! > 0 ? upstream[i]! * (mask ? mask[i]! : 1) : 0;
    }
  }
  return { loss, gradients };
}
