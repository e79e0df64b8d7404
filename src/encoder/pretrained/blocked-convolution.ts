/**
 * A grouped convolution over time as matrix products, for quantised activations.
 *
 * Runtimes have no dynamic int8 convolution, and a matrix product over every frame would copy each step as
 * often as the kernel is long (128). Instead, `block` frames are computed at once from the kernel + block - 1
 * steps that they need (rounded up to whole blocks). The weights contain the kernel once per frame, each time
 * one step further down (a Toeplitz matrix). Multiplying its few zeros costs less than the copies.
 */
import type { GraphWriter } from "../../onnx/graph-writer.ts";
import type { Activations, LinearWriter } from "./linear.ts";

/** Frames computed at once. With 4, the int8 weights take as much memory as the kernel in float32. */
const block = 4;

/** A convolution that keeps the frame count: floor(kernel / 2) steps padded before, the rest after. */
interface GroupedConvolution {
  readonly name: string;
  /** [channels, channels / groups, kernel]. */
  readonly weights: Float32Array;
  readonly channels: number;
  readonly groups: number;
  readonly kernel: number;
}

/** Adds the convolution of x [1, frames, channels], quantised; returns float32, without bias. */
export async function addBlockedConvolution(
  graph: GraphWriter,
  linear: LinearWriter,
  x: Activations,
  convolution: GroupedConvolution,
): Promise<string> {
  const { channels, groups, kernel } = convolution;
  const width = channels / groups;
  const parts = Math.ceil((kernel + block - 1) / block);
  const integer = (...values: number[]) => graph.addConstant(values);
  const node = (operator: string, ...inputs: string[]) => graph.addNode(operator, inputs);
  const swap = (tensor: string) =>
    graph.addNode("Transpose", [tensor], { attributes: { perm: [0, 2, 1, 3] } });

  const frames = graph.addNode("Shape", [x.tensor], { attributes: { start: 1, end: 2 } });
  const blocks = node("Div", node("Add", frames, integer(block - 1)), integer(block));
  const steps = node("Add", node("Mul", blocks, integer(block)), integer((parts - 1) * block));
  const before = Math.floor(kernel / 2);
  const after = node("Sub", node("Sub", steps, frames), integer(before));
  const pads = graph.addNode("Concat", [integer(0, before, 0, 0), after, integer(0)], {
    attributes: { axis: 0 },
  });
  const windows = linear.move(x, (tensor) => {
    const split = swap(node("Reshape", tensor, integer(1, -1, groups, width)));
    const byGroup = node("Squeeze", split, integer(0));
    const padded = node("Pad", byGroup, pads, x.zeroPoint ?? "");
    const slices = Array.from({ length: parts }, (_, part) => {
      const last = part + 1 - parts;
      const end = integer(last === 0 ? Number.MAX_SAFE_INTEGER : last * block);
      const slice = node("Slice", padded, integer(part * block), end, integer(1));
      return node("Reshape", slice, integer(groups, -1, block * width));
    });
    return graph.addNode("Concat", slices, { attributes: { axis: 2 } });
  });

  const results: string[] = [];
  for (let group = 0; group < groups; group++) {
    const own = linear.move(windows, (tensor) =>
      node("Slice", tensor, integer(group), integer(group + 1), integer(0)),
    );
    const name = `${convolution.name}.${group}`;
    const weights = createToeplitz(convolution, group, parts * block);
    results.push(await linear.multiply(own, name, weights, block * width));
  }
  const joined = graph.addNode("Concat", results, { attributes: { axis: 0 } });
  const apart = swap(node("Reshape", joined, integer(1, groups, -1, width)));
  const together = node("Reshape", apart, integer(1, -1, channels));
  return node("Slice", together, integer(0), frames, integer(1));
}

/** Weights [steps x width, block x width] of a group: row (step, input), column (frame, output). */
function createToeplitz(
  { weights, channels, groups, kernel }: GroupedConvolution,
  group: number,
  steps: number,
): Float32Array {
  const width = channels / groups;
  const columns = block * width;
  const result = new Float32Array(steps * width * columns);
  for (let output = 0; output < width; output++) {
    for (let input = 0; input < width; input++) {
      const kernelStart = ((group * width + output) * width + input) * kernel;
      for (let frame = 0; frame < block; frame++) {
        for (let tap = 0; tap < kernel; tap++) {
          const row = (frame + tap) * width + input;
          result[row * columns + frame * width + output] = weights[kernelStart + tap]!;
        }
      }
    }
  }
  return result;
}
