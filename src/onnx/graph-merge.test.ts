/** Merged graphs give the same results in ONNX Runtime as the models run one by one. */
import { expect, it } from "vitest";
import { createTensorField } from "../../test/support/tiny-onnx.ts";
import { joinBytes } from "../core/join-arrays.ts";
import { createNodeOnnxRuntime } from "../node/models/onnx-runtime-node.ts";
import { createGraphMerge, type GraphEnd } from "./graph-merge.ts";
import { readModelFacts } from "./model-reader.ts";
import {
  createBytesField,
  createGraph,
  createModel,
  createNode,
  createTensorPrefix,
  createValueInfo,
} from "./proto.ts";

const vector = (name: string) => createValueInfo(name, "float32", ["n"]);
const end = (name: string): GraphEnd => ({ name, type: "float32", shape: ["n"] });
const three = new Uint8Array(BigInt64Array.of(3n).buffer);

/**
 * y = x w + x where x has 3 numbers or more, else x - w; `w` is a constant of the outer graph; `spare` is not
 * used.
 */
const createBranching = (w: number, opset: number) => {
  const branch = (name: string, nodes: Uint8Array[]) => ({
    graph: createGraph({ nodes, outputs: [vector("inner")] }, name),
  });
  const nodes = [
    createNode("Size", ["x"], ["size"]),
    createNode("GreaterOrEqual", ["size", "limit"], ["long"]),
    createNode("If", ["long"], ["y"], {
      then_branch: branch("then", [
        createNode("Mul", ["x", "w"], ["product"]),
        createNode("Add", ["product", "x"], ["inner"]),
      ]),
      else_branch: branch("else", [createNode("Sub", ["x", "w"], ["inner"])]),
    }),
    createNode("Neg", ["big"], ["spare"]),
  ];
  return joinBytes([
    createModel({ nodes, inputs: [vector("x")], outputs: [vector("y"), vector("spare")] }, opset),
    createTensorField("w", [1], Float32Array.of(w)),
    createTensorField("big", [1000], new Float32Array(1000)),
    createTensorPrefix("limit", "int64", [], three.length),
    three,
  ]);
};

async function run(model: Uint8Array, x: number[]): Promise<number[]> {
  const session = await createNodeOnnxRuntime({ threads: 1 }).createSession(model);
  const outputs = await session.run({ x: { dims: [x.length], data: Float32Array.from(x) } }, ["y"]);
  await session.release();
  return Array.from(outputs.y!.data, Number);
}

it("chains models that use the same names, graphs inside nodes included, and leaves out unneeded nodes", async () => {
  const graph = createGraphMerge();
  const first = graph.merge(createBranching(2, 14), { prefix: "a/", inputs: { x: "x" } });
  const second = graph.merge(createBranching(5, 17), { prefix: "b/", inputs: { x: first("y") } });
  graph.add("Add", [second("y"), graph.addConstant([1], Float32Array.of(100))], {}, "y");
  const model = graph.finish([end("x")], [end("y")], { labels: "[]" });
  for (const x of [
    [1, 2, 3, 4],
    [1, 2],
  ]) {
    const middle = await run(createBranching(2, 14), x);
    const expected = (await run(createBranching(5, 17), middle)).map((value) => value + 100);
    expect(await run(model, x)).toEqual(expected);
  }
  expect(readModelFacts(model)).toMatchObject({ opset: 17, inputs: ["x"], outputs: ["y"] });
  expect(model.length).toBeLessThan(2000);
  expect(Buffer.from(model).includes("labels")).toBe(true);
});

it("replaces an inner tensor of a model and leaves out the nodes that compute it", async () => {
  const chain = createModel(
    {
      nodes: [createNode("Neg", ["x"], ["middle"]), createNode("Add", ["middle", "middle"], ["y"])],
      inputs: [vector("x")],
      outputs: [vector("y")],
    },
    13,
  );
  const graph = createGraphMerge();
  const getName = graph.merge(chain, { prefix: "c/", inputs: { middle: "x" } });
  graph.add("Identity", [getName("y")], {}, "y");
  expect(await run(graph.finish([end("x")], [end("y")], {}), [1, 2])).toEqual([2, 4]);
});

it("explains why models cannot be joined", () => {
  const merge = (model: Uint8Array) => createGraphMerge().merge(model, { prefix: "m/", inputs: {} });
  const empty = { nodes: [], inputs: [], outputs: [] };
  const rejection = (message: RegExp) =>
    expect.objectContaining({ code: "invalid-option", message: expect.stringMatching(message) });
  const attempt = (model: Uint8Array): unknown => {
    try {
      return merge(model);
    } catch (error) {
      return error;
    }
  };
  expect(attempt(createModel(empty, 12))).toEqual(rejection(/version 12 of ONNX's operators/));
  expect(attempt(createModel(empty, 18))).toEqual(rejection(/version 18/));
  const functions = joinBytes([createModel(empty, 17), createBytesField(25, "")]);
  expect(attempt(functions)).toEqual(rejection(/functions of its own/));
  const graph = createGraphMerge();
  expect(() => graph.finish([], [end("nowhere")], {})).toThrow("No node of the graph computes nowhere");
});
