/**
 * Runs a part of a graph that is local in time chunk by chunk, so that memory does not grow with the duration
 * of the recording.
 *
 * All chunks have the same length, since the outputs of a loop must: the last one begins early, and its
 * repeated frames are dropped.
 */
import type { GraphWriter } from "../../onnx/graph-writer.ts";

/** Geometry of the part. */
interface ChunkGeometry {
  /** Steps of input that one frame of output needs. */
  readonly receptive: number;
  /** Steps of input from one frame of output to the next. */
  readonly hop: number;
  /** Frames of output per chunk. */
  readonly chunkFrames: number;
  /** Numbers per frame of output. */
  readonly channels: number;
}

/**
 * Adds `body`, which maps [1, receptive + (n - 1) x hop, inputs] to [1, n, channels], over x [1, steps,
 * inputs] with steps >= receptive. Returns the name of the output for all whole frames of x, [1, frames,
 * channels].
 */
export async function mapChunks(
  graph: GraphWriter,
  x: string,
  { receptive, hop, chunkFrames, channels }: ChunkGeometry,
  body: (chunk: string) => Promise<string>,
): Promise<string> {
  const integer = (value: number) => graph.addConstant([value]);
  const node = (operator: string, ...inputs: string[]) => graph.addNode(operator, inputs);
  const axis = integer(1);
  const steps = graph.addNode("Shape", [x], { attributes: { start: 1, end: 2 } });
  const frames = node("Add", node("Div", node("Sub", steps, integer(receptive)), integer(hop)), integer(1));
  const chunks = node("Div", node("Add", frames, integer(chunkFrames - 1)), integer(chunkFrames));
  const length = node("Min", frames, integer(chunkFrames));
  const lastStart = node("Sub", frames, length);
  const span = node("Add", node("Mul", node("Sub", length, integer(1)), integer(hop)), integer(receptive));

  const stack = await graph.addLoop(node("Squeeze", chunks), async (counter) => {
    const firstFrame = node("Mul", node("Unsqueeze", counter, integer(0)), integer(chunkFrames));
    const start = node("Mul", node("Min", firstFrame, lastStart), integer(hop));
    return body(node("Slice", x, start, node("Add", start, span), axis));
  });

  const joined = node("Reshape", stack, graph.addConstant([1, -1, channels]));
  const before = node("Mul", node("Sub", chunks, integer(1)), length);
  const rest = node("Sub", frames, before);
  const total = node("Mul", chunks, length);
  const head = node("Slice", joined, integer(0), before, axis);
  const tail = node("Slice", joined, node("Sub", total, rest), total, axis);
  return graph.addNode("Concat", [head, tail], { attributes: { axis: 1 } });
}
