/** The graph writer: its models run in ONNX Runtime; mistakes are reported. */
import { describe, expect, it } from "vitest";
import { createNodeOnnxRuntime } from "../node/models/onnx-runtime-node.ts";
import { createGraphWriter, type GraphWriter } from "./graph-writer.ts";

async function run(
  build: (graph: GraphWriter) => Promise<void>,
  input: Float32Array,
): Promise<Readonly<Record<string, { dims: readonly number[]; data: ArrayLike<number | bigint> }>>> {
  const chunks: Uint8Array[] = [];
  const graph = createGraphWriter((bytes) => {
    chunks.push(bytes.slice());
  });
  await build(graph);
  const size = await graph.finish();
  const model = new Uint8Array(Buffer.concat(chunks));
  expect(model.length).toBe(size);
  const session = await createNodeOnnxRuntime({ threads: 1 }).createSession(model);
  const outputs = await session.run({ x: { dims: [1, input.length], data: input } });
  await session.release();
  return outputs;
}

describe("graph writer", () => {
  it("writes tensors, constants, attributes of every kind and both domains", async () => {
    const outputs = await run(
      async (graph) => {
        graph.addInput("x", "float32", [1, "n"]);
        const weight = await graph.addTensor("w", [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6));
        const product = graph.addNode("MatMul", ["x", weight]);
        const scaled = graph.addNode("Mul", [product, graph.addConstant(0.5)]);
        const leaky = graph.addNode("LeakyRelu", [scaled], { attributes: { alpha: { float: 0.25 } } });
        const bias = await graph.addTensor("b", [3], Float32Array.of(0, 0, 0));
        graph.addNode("BiasGelu", [leaky, bias], { domain: "com.microsoft", outputs: ["gelu"] });
        graph.addOutput("gelu", "float32", [1, 3]);
        const sliced = graph.addNode("Slice", [
          leaky,
          graph.addConstant([1]),
          graph.addConstant([3]),
          graph.addConstant([1]),
        ]);
        const cast = graph.addNode("Cast", [sliced], { attributes: { to: 7 } });
        graph.addNode("Transpose", [cast], { attributes: { perm: [1, 0] }, outputs: ["turned"] });
        graph.addOutput("turned", "int64", [2, 1]);
      },
      Float32Array.of(-1, 2),
    );
    // x w = [7, 8, 9]; halved; gelu(v) = v * Phi(v)
    expect(outputs.gelu!.data as Float32Array).toBeAllclose([3.499186, 3.999873, 4.499985], { rtol: 1e-5 });
    expect(outputs.turned!.dims).toEqual([2, 1]);
    expect([...(outputs.turned!.data as BigInt64Array)]).toEqual([4n, 4n]);
  });

  it("writes quantised tensors", async () => {
    const outputs = await run(
      async (graph) => {
        graph.addInput("x", "float32", [1, 2]);
        const weight = await graph.addTensor("w", [2, 2], Int8Array.of(127, -64, 0, 127));
        const scale = await graph.addTensor("s", [2], Float32Array.of(0.01, 0.02));
        graph.addNode("DynamicQuantizeMatMul", ["x", weight, scale], {
          domain: "com.microsoft",
          outputs: ["y"],
        });
        graph.addOutput("y", "float32", [1, 2]);
      },
      Float32Array.of(1, 2),
    );
    expect(outputs.y!.data as Float32Array).toBeAllclose([1.27, -1.28 + 2 * 2.54], { atol: 0.03 });
  });

  it("rejects two tensors with one name and values that do not fit a shape", async () => {
    const graph = createGraphWriter(() => {});
    graph.addInput("x", "float32", [1]);
    expect(() => graph.addNode("Relu", ["x"], { outputs: ["x"] })).toThrow("two tensors named 'x'");
    await expect(graph.addTensor("t", [2, 2], new Float32Array(3))).rejects.toThrow("needs 4");
  });

  it("rejects more than an ONNX file can contain, with advice", async () => {
    const graph = createGraphWriter(() => {});
    const block = new Float32Array(2 ** 27);
    await graph.addTensor("a", [block.length], block);
    await graph.addTensor("b", [block.length], block);
    await graph.addTensor("c", [block.length], block);
    await expect(graph.addTensor("d", [block.length], block)).rejects.toMatchObject({
      code: "encoder-failed",
    });
  });
});
