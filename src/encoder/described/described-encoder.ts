/**
 * Runs any ONNX model as an encoder, as specified by its descriptor: front end, one forward pass, every named
 * layer pooled in the graph.
 *
 * The pooled layers become the model's only outputs, so nothing above the highest layer is computed and
 * frames are not copied out of the runtime.
 */
import { GolemError } from "../../core/error.ts";
import { joinBytes } from "../../core/join-arrays.ts";
import { readModelFacts, removeOutputs } from "../../onnx/model-reader.ts";
import { addPoolingNodes, framesOutput, getPooledTensor, pooledOutput } from "../../onnx/pooling-graph.ts";
import {
  createNode,
  createTensorPrefix,
  createValueInfo,
  extendModel,
  type ProtoBytes,
} from "../../onnx/proto.ts";
import type { OnnxRuntime } from "../../onnx/runtime.ts";
import type { Encoder, EncoderInfo, Pooled } from "../encoder.ts";
import { type AddEncoder, addNormalisation, addReflection } from "../encoder-graph.ts";
import { createFrontEnd } from "./described-front-end.ts";
import type { EncoderDescriptor } from "./encoder-descriptor.ts";

/** How described encoders compute embeddings; part of their identity. */
export const descriptorRecipe = "descriptor=1;pool=mean+std;reflect";

/**
 * Loads a model by its descriptor. The encoder returns the first `info.layers` of the layers that the
 * descriptor names.
 *
 * @throws GolemError `weights-damaged` for bytes that are not an ONNX model or that keep data in other files,
 * `invalid-option` when the descriptor does not fit the model.
 */
export async function createDescribedEncoder(
  runtime: OnnxRuntime,
  model: Uint8Array,
  descriptor: EncoderDescriptor,
  info: EncoderInfo,
): Promise<Encoder> {
  const session = await runtime.createSession(addDescribedLayers(model, descriptor, info.layers));
  const prepare = createFrontEnd(descriptor);
  const { layers, dimensions } = info;
  return {
    info,
    async encode(samples): Promise<Pooled> {
      const outputs = await session.run({ [descriptor.input.name]: prepare(samples) });
      const vector = outputs[pooledOutput]?.data;
      const shape = outputs[framesOutput];
      const frames = Number(shape?.data[1] ?? 0);
      if (
        !(vector instanceof Float32Array) ||
        vector.length !== layers * 2 * dimensions ||
        shape?.data.length !== 3 ||
        frames < 1
      ) {
        throw new GolemError(
          "encoder-failed",
          `${info.id} gave layers of shape [${shape?.data.join(", ")}]; its descriptor states [1, frames, ${dimensions}] for each.`,
          { hint: "Correct output.axes and output.dimensions in the descriptor." },
        );
      }
      if (!vector.every(Number.isFinite)) {
        throw new GolemError("encoder-failed", `${info.id} gave numbers that are not finite.`, {
          hint: "Check the front end in its descriptor.",
        });
      }
      return { frames, vector };
    },
    dispose: () => session.release(),
  };
}

/**
 * Creates a described model as part of a graph. Throws `invalid-option` for models that take log-mel frames:
 * these are computed outside the graph.
 */
export function createDescribedGraph(
  model: Uint8Array,
  { input, ...descriptor }: EncoderDescriptor,
  info: EncoderInfo,
): AddEncoder {
  if (input.kind !== "samples") {
    throw new GolemError(
      "invalid-option",
      `${info.id} takes log-mel frames, which are computed outside its network; expected a network that takes samples.`,
      { hint: "Export it as safetensors or huggingface." },
    );
  }
  return (graph, samples, prefix) => {
    let tensor = addReflection(graph, samples, descriptor.minimumSamples);
    if (input.normalise !== "none") tensor = addNormalisation(graph, tensor);
    if (input.gain !== 1) {
      tensor = graph.add("Mul", [tensor, graph.addConstant([], Float32Array.of(input.gain))]);
    }
    const shape = input.axes.map((axis) => (axis === "samples" ? -1 : 1));
    tensor = graph.add("Reshape", [tensor, graph.addConstant([shape.length], shape)]);
    const layered = addDescribedLayers(model, { input, ...descriptor }, info.layers);
    const getName = graph.merge(layered, { prefix, inputs: { [input.name]: tensor } });
    return (layer) => getName(getPooledTensor(layer));
  };
}

/** Makes the pooled layers the model's only outputs. */
function addDescribedLayers(model: Uint8Array, descriptor: EncoderDescriptor, layers: number): Uint8Array {
  const facts = readModelFacts(model);
  const { input, output } = descriptor;
  if (!facts.inputs.includes(input.name)) {
    throw mismatch(`no input "${input.name}"; its inputs are ${list(facts.inputs)}`);
  }
  const others = facts.inputs.filter((name) => name !== input.name);
  if (others.length > 0)
    throw mismatch(`also the inputs ${list(others)}, which the descriptor cannot provide`);
  const nodes: ProtoBytes[] = [];
  const axisTensors = new Map<number, ProtoBytes>();
  const makeAxes = (axis: number): string => {
    const name = `golem_axis_${axis}`;
    const value = new Uint8Array(BigInt64Array.of(BigInt(axis)).buffer);
    axisTensors.set(axis, joinBytes([createTensorPrefix(name, "int64", [1], value.length), value]));
    return name;
  };
  const tensors = output.layers.slice(0, layers).map((name, layer) => {
    if (!facts.tensors.has(name)) {
      throw mismatch(`no tensor "${name}"; its outputs are ${list(facts.outputs)}`);
    }
    return addLayout(name, layer, output.axes, facts.opset, makeAxes, nodes);
  });
  addPoolingNodes(tensors, (...node) => nodes.push(createNode(...node)), {
    makeAxes: facts.opset >= 18 ? makeAxes : undefined,
  });
  const extended = extendModel(removeOutputs(model), {
    nodes,
    outputs: [
      createValueInfo(pooledOutput, "float32", [1, tensors.length, "pooled"]),
      createValueInfo(framesOutput, "int64", [3]),
    ],
  });
  return joinBytes([extended, ...axisTensors.values()]);
}

/** Reorders one layer to [1, frames, dimensions]. Returns the tensor's name. */
function addLayout(
  name: string,
  layer: number,
  axes: EncoderDescriptor["output"]["axes"],
  opset: number,
  makeAxes: (axis: number) => string,
  nodes: ProtoBytes[],
): string {
  const order = (["batch", "time", "features"] as const).filter((axis) => axes.includes(axis));
  let tensor = name;
  const add = (operator: string, inputs: string[], attributes: Record<string, number[]>) => {
    const result = `golem_${operator.toLowerCase()}_${layer}_${nodes.length}`;
    nodes.push(createNode(operator, [tensor, ...inputs], [result], attributes));
    tensor = result;
  };
  if (order.some((axis, i) => axis !== axes[i])) {
    add("Transpose", [], { perm: order.map((axis) => axes.indexOf(axis)) });
  }
  for (const [axis, word] of (["batch", "time"] as const).entries()) {
    if (order.includes(word)) continue;
    if (opset >= 13) add("Unsqueeze", [makeAxes(axis)], {});
    else add("Unsqueeze", [], { axes: [axis] });
  }
  return tensor;
}

const list = (names: readonly string[]): string => names.slice(0, 8).join(", ") || "none";

function mismatch(what: string): GolemError {
  return new GolemError("invalid-option", `The descriptor does not fit the model, which has ${what}.`, {
    hint: "Correct golem-encoder.json; a viewer such as Netron shows the names in a model.",
  });
}
