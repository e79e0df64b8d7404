/** For every length, the result in chunks equals the result without chunks. */
import { expect, it } from "vitest";
import { createNodeOnnxRuntime } from "../../node/models/onnx-runtime-node.ts";
import { createGraphWriter } from "../../onnx/graph-writer.ts";
import { mapChunks } from "./chunked-graph.ts";
import { cutFrames } from "./frames-graph.ts";

it("equals frames summed at once, for every number of chunks and remainder", async () => {
  const chunks: Uint8Array[] = [];
  const graph = createGraphWriter((bytes) => void chunks.push(bytes.slice()));
  graph.addInput("x", "float32", [1, "steps", 1]);
  const ones = await graph.addTensor("ones", [3, 2], Float32Array.of(1, 10, 1, 10, 1, 10));
  const output = await mapChunks(
    graph,
    "x",
    { receptive: 3, hop: 2, chunkFrames: 4, channels: 2 },
    async (chunk) =>
      graph.addNode("MatMul", [cutFrames(graph, chunk, { kernel: 3, stride: 2, channels: 1 }), ones]),
  );
  graph.addOutput(output, "float32", [1, "frames", 2]);
  await graph.finish();
  const session = await createNodeOnnxRuntime({ threads: 1 }).createSession(
    new Uint8Array(Buffer.concat(chunks)),
  );
  for (let frames = 1; frames <= 13; frames++) {
    for (const spare of [0, 1]) {
      const steps = 3 + 2 * (frames - 1) + spare;
      const data = Float32Array.from({ length: steps }, (_, i) => i + 1);
      const result = await session.run({ x: { dims: [1, steps, 1], data } });
      const sums = Array.from(
        { length: frames },
        (_, t) => data[2 * t]! + data[2 * t + 1]! + data[2 * t + 2]!,
      );
      expect(result[output]!.dims).toEqual([1, frames, 2]);
      expect([...(result[output]!.data as Float32Array)]).toEqual(sums.flatMap((sum) => [sum, 10 * sum]));
    }
  }
  await session.release();
});
