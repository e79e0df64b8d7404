/**
 * The convolution in blocks equals that of ONNX Runtime, for odd and even kernels and every remainder of
 * frames.
 */
import { expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { createNodeOnnxRuntime } from "../../node/models/onnx-runtime-node.ts";
import { createGraphWriter } from "../../onnx/graph-writer.ts";
import { addBlockedConvolution } from "./blocked-convolution.ts";
import { createLinearWriter } from "./linear.ts";

it.each([1, 2, 5, 8, 16])("kernel %i", async (kernel) => {
  const [channels, groups] = [6, 2];
  const random = createRandom(kernel);
  const weights = Float32Array.from({ length: (channels * channels * kernel) / groups }, random.normal);
  const chunks: Uint8Array[] = [];
  const graph = createGraphWriter((bytes) => void chunks.push(bytes.slice()));
  graph.addInput("x", "float32", [1, "frames", channels]);
  const linear = createLinearWriter(graph, "int8");
  const convolution = { name: "blocked", weights, channels, groups, kernel };
  const blocked = await addBlockedConvolution(graph, linear, linear.prepare("x"), convolution);
  graph.addOutput(blocked, "float32", [1, "frames", channels]);
  const matrix = await graph.addTensor("plain", [channels, channels / groups, kernel], weights);
  const turn = (x: string) => graph.addNode("Transpose", [x], { attributes: { perm: [0, 2, 1] } });
  const pads = [Math.floor(kernel / 2), Math.floor((kernel - 1) / 2)];
  const plain = turn(graph.addNode("Conv", [turn("x"), matrix], { attributes: { group: groups, pads } }));
  graph.addOutput(plain, "float32", [1, "frames", channels]);
  await graph.finish();
  const session = await createNodeOnnxRuntime({ threads: 1 }).createSession(
    new Uint8Array(Buffer.concat(chunks)),
  );
  for (const frames of [1, 2, 3, 4, 5, 11, 16]) {
    const data = Float32Array.from({ length: frames * channels }, random.normal);
    const result = await session.run({ x: { dims: [1, frames, channels], data } });
    expect(result[blocked]!.dims).toEqual([1, frames, channels]);
    // Sums of up to 48 products of standard normal numbers, with an error of about 1 % in each factor.
    expect(result[blocked]!.data as Float32Array).toBeAllclose(result[plain]!.data as Float32Array, {
      atol: 0.3,
    });
  }
  await session.release();
});
