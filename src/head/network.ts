/**
 * A stack of affine layers with ReLU and inverted dropout between them: forward pass, loss, gradients by
 * back-propagation, and epochs of (mini-)batch gradient descent.
 *
 * Not its concern: kinds of head, update rules (adam.ts), when to stop.
 *
 * Loss: the (weighted) mean of the cross-entropies, as in torch.nn.CrossEntropyLoss. Parameters: weight
 * [outputs, inputs] and bias [outputs] of each layer in turn, float64.
 */
import { type Random, shuffle } from "../core/random.ts";
import { multiply, multiplyByRows, multiplyTransposed } from "../math/matrix-products.ts";
import type { AdamState, Optimiser } from "./adam.ts";
import { computeCrossEntropy } from "./softmax.ts";

/** Layer widths [inputs, hidden ..., outputs] and the parameters: weight, bias, weight, bias ... */
export interface Network {
  readonly widths: readonly number[];
  readonly parameters: readonly Float64Array[];
}

/** Rows with labels and weights on which the loss is computed. */
export interface Batch {
  /** [rows, inputs]. */
  readonly inputs: Float64Array;
  readonly labels: Int32Array;
  readonly weights: Float64Array;
}

/** Creates a network with parameters drawn uniformly from +-1/sqrt(inputs), as torch.nn.Linear's. */
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

/** Draws factors 0 or 1 / (1 - dropout) for the units of each hidden layer: [rows, width] per layer. */
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

/** Computes the mean loss of a batch without dropout. */
export function computeLoss(network: Network, batch: Batch): number {
  return computeLossAndGradients(network, batch, [], false).loss;
}

/**
 * Computes the mean loss of a batch and its gradient for each parameter; `masks` are those of {@link
 * drawDropoutMasks}, or none.
 */
export function computeLossAndGradients(
  { widths, parameters }: Network,
  { inputs, labels, weights }: Batch,
  masks: readonly Float64Array[] = [],
  withGradients = true,
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
  if (!withGradients) return { loss, gradients };
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
    // A unit that is zero after ReLU (or dropped) has no gradient; the mask's factor applies to the others.
    for (let i = 0; i < upstream.length; i++) {
      upstream[i] = below[i]! > 0 ? upstream[i]! * (mask ? mask[i]! : 1) : 0;
    }
  }
  return { loss, gradients };
}

/** Options of one epoch. */
interface EpochOptions {
  /** Rows per step; 0 means all rows, in their order. */
  readonly batchRows: number;
  readonly dropout: number;
  readonly random: Random;
}

/**
 * Runs one pass over the rows. Changes the network's parameters in place; returns the optimiser's state and
 * the mean loss of the steps.
 */
export function runEpoch(
  network: Network,
  rows: Batch,
  optimiser: Optimiser<AdamState>,
  state: AdamState,
  { batchRows, dropout, random }: EpochOptions,
): { state: AdamState; loss: number } {
  let next = state;
  let loss = 0;
  const batches = splitBatches(rows, network.widths[0]!, batchRows, random);
  for (const batch of batches) {
    const masks =
      dropout > 0 ? drawDropoutMasks(network.widths, batch.labels.length, dropout, random) : undefined;
    const step = computeLossAndGradients(network, batch, masks);
    next = optimiser.update(next, network.parameters, step.gradients);
    loss += step.loss / batches.length;
  }
  return { state: next, loss };
}

/** Selects rows, in the order of `selected`. */
function selectBatch(rows: Batch, inputs: number, selected: readonly number[]): Batch {
  const result = new Float64Array(selected.length * inputs);
  for (const [i, row] of selected.entries()) {
    result.set(rows.inputs.subarray(row * inputs, (row + 1) * inputs), i * inputs);
  }
  return {
    inputs: result,
    labels: Int32Array.from(selected, (row) => rows.labels[row]!),
    weights: Float64Array.from(selected, (row) => rows.weights[row]!),
  };
}

function splitBatches(rows: Batch, inputs: number, batchRows: number, random: Random): Batch[] {
  const count = rows.labels.length;
  if (batchRows === 0 || batchRows >= count) return [rows];
  const order = shuffle(
    Array.from({ length: count }, (_, i) => i),
    random,
  );
  const batches: Batch[] = [];
  for (let start = 0; start < count; start += batchRows) {
    batches.push(selectBatch(rows, inputs, order.slice(start, start + batchRows)));
  }
  return batches;
}
