/** Parts extracted from a graph give the same results as the whole graph in ONNX Runtime. */
import { expect, it } from "vitest";
import { createTensorField } from "../../test/support/tiny-onnx.ts";
import { joinBytes } from "../core/join-arrays.ts";
import { createNodeOnnxRuntime } from "../node/models/onnx-runtime-node.ts";
import { createAddedNodes, extractModel, readBranches, runtimeDomain } from "./graph-extract.ts";
import { createGraph, createModel, createNode, createValueInfo } from "./proto.ts";

const vector = (name: string) => createValueInfo(name, "float32", [2]);

/** If `choose`, y = (x + w) x (x + w), else y = x - w; w = [1, 10] is a constant of the outer graph. */
const merged = joinBytes([
  createModel(
    {
      nodes: [
        createNode("If", ["choose"], ["y"], {
          then_branch: {
            graph: createGraph(
              {
                nodes: [createNode("Add", ["x", "w"], ["sum"]), createNode("Mul", ["sum", "sum"], ["y"])],
                outputs: [vector("y")],
              },
              "then",
            ),
          },
          else_branch: {
            graph: createGraph(
              { nodes: [createNode("Sub", ["x", "w"], ["y"])], outputs: [vector("y")] },
              "else",
            ),
          },
        }),
      ],
      inputs: [createValueInfo("choose", "bool", [1]), vector("x")],
      outputs: [vector("y")],
    },
    14,
  ),
  createTensorField("w", [2], Float32Array.of(1, 10)),
]);

const ends = { inputs: { x: vector("x") }, outputs: { y: vector("y") } };

async function run(model: Uint8Array, name: string, values: readonly number[]): Promise<number[]> {
  const session = await createNodeOnnxRuntime({ threads: 1 }).createSession(model);
  const { y } = await session.run({ [name]: { dims: [2], data: Float32Array.from(values) } });
  await session.release();
  return [...(y!.data as Float32Array)];
}

it("extracts branches as models", async () => {
  const { thenBranch, elseBranch } = readBranches(merged);
  expect(await run(extractModel(thenBranch, ends), "x", [1, 2])).toEqual([4, 144]);
  expect(await run(extractModel(elseBranch, ends), "x", [1, 2])).toEqual([0, -8]);
});

it("starts at an inner tensor without the nodes before it, and inserts nodes", async () => {
  const { thenBranch } = readBranches(merged);
  const later = { inputs: { sum: vector("sum") }, outputs: ends.outputs };
  const model = extractModel(thenBranch, later);
  expect(await run(model, "sum", [3, 4])).toEqual([9, 16]);
  expect(model.length).toBeLessThan(extractModel(thenBranch, ends).length);
  const sum = { inputs: ["x", "x"], bytes: createNode("Add", ["x", "x"], ["sum"]) };
  expect(await run(extractModel(thenBranch, { ...ends, added: { sum } }), "x", [3, 4])).toEqual([36, 64]);
});

it("inserts operators of ONNX Runtime, with outputs left out", async () => {
  const { thenBranch } = readBranches(merged);
  const added = createAddedNodes();
  const epsilon = { epsilon: { float: 0 } };
  // x + x, normalised to mean 0 and deviation 1, times w; the fourth output is x + x.
  added.add("SkipLayerNormalization", ["x", "x", "w"], ["y", "", "", "sum"], epsilon, runtimeDomain);
  expect(added.nodes[""]).toBeUndefined();
  const shaped = (name: string) => createValueInfo(name, "float32", [1, 1, 2]);
  const model = extractModel(thenBranch, {
    ...{ inputs: { x: shaped("x") }, outputs: { y: shaped("y"), sum: shaped("sum") } },
    added: added.nodes,
  });
  const session = await createNodeOnnxRuntime({ threads: 1 }).createSession(model);
  const { y, sum } = await session.run({ x: { dims: [1, 1, 2], data: Float32Array.of(4, 1) } });
  await session.release();
  expect(sum!.data).toEqual(Float32Array.of(8, 2));
  expect(y!.data as Float32Array).toBeAllclose([1, -10], { rtol: 1e-5 });
});

it("names what is missing", () => {
  const { thenBranch } = readBranches(merged);
  expect(() => extractModel(thenBranch, { inputs: {}, outputs: ends.outputs })).toThrow(/no tensor x/);
  const plain = createModel({ nodes: [createNode("Neg", ["x"], ["y"])] }, 14);
  expect(() => readBranches(plain)).toThrow(expect.objectContaining({ code: "weights-damaged" }));
});
