/**
 * Cuts a signal into the overlapping frames of a strided convolution, channels last, so that it becomes a
 * matrix product.
 *
 * A kernel of k steps with stride s over [1, time, channels] is a product of [1, frames, k x channels]: the
 * first floor(k / s) x s steps of all frames are rows of the reshaped signal, which costs at most one copy;
 * the remaining steps are strided slices. Weights are ordered accordingly, step by step.
 */
import type { GraphWriter } from "../../onnx/graph-writer.ts";

const end = Number.MAX_SAFE_INTEGER;

/** Geometry of a convolution. */
export interface Geometry {
  readonly kernel: number;
  readonly stride: number;
  readonly channels: number;
}

/** Cuts x [1, time, ...] to [from, to) along time; `to` may be negative, 0 means the end. */
function sliceTime(graph: GraphWriter, x: string, from: number, to: number, step = 1): string {
  if (from === 0 && to === 0 && step === 1) return x;
  const constants = [[from], [to === 0 ? end : to], [1], [step]].map((value) => graph.addConstant(value));
  return graph.addNode("Slice", [x, ...constants]);
}

/**
 * Cuts x [1, time] or [1, time, channels] to the steps that whole frames need: the largest receptive + n x
 * hop that does not exceed time.
 */
export function trimToFrames(graph: GraphWriter, x: string, receptive: number, hop: number): string {
  const shape = graph.addNode("Shape", [x], { attributes: { start: 1, end: 2 } });
  const above = graph.addNode("Sub", [shape, graph.addConstant([receptive])]);
  const hops = graph.addNode("Div", [above, graph.addConstant([hop])]);
  const whole = graph.addNode("Mul", [hops, graph.addConstant([hop])]);
  const length = graph.addNode("Add", [whole, graph.addConstant([receptive])]);
  return graph.addNode("Slice", [x, graph.addConstant([0]), length, graph.addConstant([1])]);
}

/**
 * Cuts x [1, time, channels], where time = kernel + n x stride exactly (see {@link trimToFrames}), into
 * frames [1, frames, kernel x channels]. It only moves elements, so it works on floats and on quantised
 * bytes.
 */
export function cutFrames(graph: GraphWriter, x: string, { kernel, stride, channels }: Geometry): string {
  const rows = Math.floor(kernel / stride);
  const parts: string[] = [];
  for (let row = 0; row < rows; row++) {
    const steps = sliceTime(graph, x, row * stride, (row + 1) * stride - kernel);
    parts.push(graph.addNode("Reshape", [steps, graph.addConstant([1, -1, stride * channels])]));
  }
  for (let step = rows * stride; step < kernel; step++) {
    parts.push(sliceTime(graph, x, step, step + 1 - kernel, stride));
  }
  return parts.length === 1 ? parts[0]! : graph.addNode("Concat", parts, { attributes: { axis: 2 } });
}

/** Reorders a convolution's weights [outputs, channels, kernel] to [kernel x channels, outputs]. */
export function orderWeights(
  weights: Float32Array,
  outputs: number,
  { kernel, channels }: Pick<Geometry, "kernel" | "channels">,
): Float32Array {
  const result = new Float32Array(weights.length);
  for (let o = 0; o < outputs; o++) {
    for (let c = 0; c < channels; c++) {
      for (let k = 0; k < kernel; k++) {
        result[(k * channels + c) * outputs + o] = weights[(o * channels + c) * kernel + k]!;
      }
    }
  }
  return result;
}
