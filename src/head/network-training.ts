/**
 * Epochs of (mini-)batch gradient descent on a network.
 *
 * Not its concern: kinds of head, when to stop.
 */
import { type Random, shuffle } from "../core/random.ts";
import type { AdamState, Optimiser } from "./adam.ts";
import { type Batch, computeLossAndGradients, drawDropoutMasks, type Network } from "./network.ts";

/** How one epoch is run. */
export interface EpochOptions {
  /** Rows a step; 0 means all of them, in their order. */
  readonly batchRows: number;
  readonly dropout: number;
  readonly random: Random;
}

/** One pass over the rows; changes the network's parameters in place and returns the optimiser's state and the mean loss of the steps. */
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

/** The rows named, in the order named. */
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
