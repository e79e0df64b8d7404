/**
 * Writes an ONNX model to a sink node by node and tensor by tensor, so that the whole model is never in
 * memory.
 *
 * A protobuf parser merges repeated occurrences of `ModelProto.graph`, so every tensor is written
 * immediately, as a graph field of its own; nodes, inputs and outputs, which are small, are kept in memory
 * and written by `finish`. A model is a single file, which protobuf limits to 2 GB.
 *
 *     const graph = createGraphWriter((bytes) => file.write(bytes));
 *     graph.addInput("input_values", "float32", [1, "samples"]);
 *     const weight = await graph.addTensor("proj.weight", [4, 8], values);
 *     const product = graph.addNode("MatMul", ["input_values", weight]);
 *     const output = graph.addNode("Relu", [product], { outputs: ["relu"] });
 *     graph.addOutput(output, "float32", [1, "samples", 8]);
 *     await graph.finish();
 */
import { GolemError } from "../core/error.ts";
import {
  createGraph,
  createGraphField,
  createModelHeader,
  createNode,
  createTensorPrefix,
  createValueInfo,
  type elementType,
  type NodeAttribute,
  type ProtoBytes,
} from "./proto.ts";

/**
 * Writes the next bytes of the file. They may be a view of a tensor, so the sink must not use them after the
 * promise resolves.
 */
type GraphSink = (bytes: Uint8Array) => Promise<void> | void;

/** Values of a constant tensor in C order; the element type is that of the array. */
type TensorData = Float32Array | Int8Array | Uint8Array | Int32Array | BigInt64Array;

/** Options of a node. */
interface NodeOptions {
  readonly attributes?: Readonly<Record<string, NodeAttribute>>;
  /** Names of its outputs; by default one output, named after the operator and a counter. */
  readonly outputs?: readonly string[];
  /** "com.microsoft" for ONNX Runtime's own operators. */
  readonly domain?: "com.microsoft";
}

/** A model being written. Names are unique over the whole graph; a duplicate throws `unexpected`. */
export interface GraphWriter {
  /** Adds an input; dimensions given as strings are variable. Returns its name. */
  addInput(name: string, type: keyof typeof elementType, shape: readonly (number | string)[]): string;
  /** Declares a tensor as an output. */
  addOutput(name: string, type: keyof typeof elementType, shape: readonly (number | string)[]): void;
  /** Adds a node and returns the name of its first output. Inputs named "" are omitted. */
  addNode(operator: string, inputs: readonly string[], options?: NodeOptions): string;
  /** Writes a constant tensor; the data may be reused then. Shape [] is a scalar. Returns its name. */
  addTensor(name: string, shape: readonly number[], data: TensorData): Promise<string>;
  /**
   * Adds a one-dimensional int64 constant (shapes, axes, bounds of slices) or a scalar float32 constant;
   * equal values share one constant. Returns its name.
   */
  addConstant(value: readonly number[] | number): string;
  /**
   * Adds a loop. The nodes that `body` adds run `count` times (`count` is the name of an int64 scalar) and
   * may use everything added before; `body` gets the name of the counter and returns the name of a float32
   * tensor. These tensors are stacked along a new first axis. Returns the name of the stack.
   */
  addLoop(count: string, body: (counter: string) => Promise<string>): Promise<string>;
  /**
   * Writes the remaining parts, which completes the model. Returns its size in bytes. Like `addTensor`,
   * rejects with `encoder-failed` if the model exceeds 2 GB.
   */
  finish(): Promise<number>;
}

/** Protobuf's limit for a message. */
const maximumBytes = 2 ** 31 - 1;

/** Creates a writer: IR version 8, ONNX operators at version 17, com.microsoft at version 1. */
export function createGraphWriter(sink: GraphSink): GraphWriter {
  const mainNodes: ProtoBytes[] = [];
  let nodes = mainNodes;
  let counter = 0;
  const inputs: ProtoBytes[] = [];
  const outputs: ProtoBytes[] = [];
  const constants = new Map<string, { shape: number[]; data: TensorData }>();
  const names = new Set<string>();
  let written = 0;

  const claim = (name: string) => {
    if (names.has(name)) throw new GolemError("unexpected", `The graph has two tensors named '${name}'.`);
    names.add(name);
    return name;
  };
  const write = async (bytes: Uint8Array) => {
    if (written === 0) {
      const header = createModelHeader({ "": 17, "com.microsoft": 1 });
      written = header.length;
      await sink(header);
    }
    written += bytes.length;
    if (written > maximumBytes) {
      throw new GolemError("encoder-failed", "The graph is larger than 2 GB, which an ONNX file cannot be.", {
        hint: "Use --precision int8, or cut it with --layer.",
      });
    }
    await sink(bytes);
  };
  const writeTensor = async (name: string, shape: readonly number[], data: TensorData) => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    await write(createTensorPrefix(name, typeOf(data), shape, bytes.length));
    if (bytes.length > 0) await write(bytes);
  };

  return {
    addInput(name, type, shape) {
      inputs.push(createValueInfo(claim(name), type, shape));
      return name;
    },
    addOutput(name, type, shape) {
      outputs.push(createValueInfo(name, type, shape));
    },
    addNode(operator, nodeInputs, { attributes = {}, outputs: given, domain } = {}) {
      const nodeOutputs = given ?? [`${operator}_${counter++}`];
      for (const output of nodeOutputs) if (output) claim(output);
      nodes.push(createNode(operator, nodeInputs, nodeOutputs, attributes, domain));
      return nodeOutputs[0]!;
    },
    async addTensor(name, shape, data) {
      const elements = shape.reduce((product, size) => product * size, 1);
      if (elements !== data.length) {
        throw new GolemError(
          "unexpected",
          `Tensor '${name}' has ${data.length} values; its shape [${shape.join(", ")}] needs ${elements}.`,
        );
      }
      await writeTensor(claim(name), shape, data);
      return name;
    },
    addConstant(value) {
      const scalar = typeof value === "number";
      const name = scalar ? `float(${value})` : `int64[${value.join(",")}]`;
      if (!constants.has(name)) {
        claim(name);
        constants.set(
          name,
          scalar
            ? { shape: [], data: Float32Array.of(value) }
            : { shape: [value.length], data: BigInt64Array.from(value.map(BigInt)) },
        );
      }
      return name;
    },
    async addLoop(count, body) {
      const [index, condition, nextCondition, stack] = ["index", "go_on", "still", "stack"].map((part) =>
        claim(`loop_${part}_${counter}`),
      ) as [string, string, string, string];
      counter++;
      const outer = nodes;
      const inner: ProtoBytes[] = [];
      nodes = inner;
      const result = await body(index).finally(() => {
        nodes = outer;
      });
      inner.push(createNode("Identity", [condition], [nextCondition]));
      const inputs = [createValueInfo(index, "int64", []), createValueInfo(condition, "bool", [])];
      const outputs = [createValueInfo(nextCondition, "bool", []), createValueInfo(result, "float32")];
      const graph = createGraph({ nodes: inner, inputs, outputs }, stack);
      nodes.push(createNode("Loop", [count, ""], [stack], { body: { graph } }));
      return stack;
    },
    async finish() {
      for (const [name, { shape, data }] of constants) await writeTensor(name, shape, data);
      await write(createGraphField({ nodes: mainNodes, inputs, outputs }));
      return written;
    },
  };
}

function typeOf(data: TensorData): keyof typeof elementType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Int8Array) return "int8";
  if (data instanceof Uint8Array) return "uint8";
  return data instanceof Int32Array ? "int32" : "int64";
}
