/**
 * Extracts part of a published ONNX graph as a model: the nodes that lead from named tensors to others, with
 * the constants they use.
 *
 * Also extracts from a branch of an If, as in "merged" decoders. Nodes and constants are copied byte by byte.
 * Field numbers: onnx/onnx.proto.
 */
import { GolemError } from "../core/error.ts";
import { joinBytes } from "../core/join-arrays.ts";
import { type Field, readFields } from "./model-reader.ts";
import {
  createBytesPrefix,
  createGraphField,
  createModelHeader,
  createNode,
  type NodeAttribute,
} from "./proto.ts";

/** A node of a graph. */
interface Node {
  /** "MatMul" ... */
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly bytes: Uint8Array;
}

/** The nodes and constants of a graph, by the names of the tensors they compute. */
export interface GraphContents {
  /** Version of ONNX's own operators. */
  readonly opset: number;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly constants: ReadonlyMap<string, Uint8Array>;
}

/** Inputs and outputs of an extracted model. */
export interface ModelEnds {
  /** ValueInfoProto of each input, by name; nodes that only lead to inputs are left out. */
  readonly inputs: Readonly<Record<string, Uint8Array>>;
  readonly outputs: Readonly<Record<string, Uint8Array>>;
  /** Additional nodes, by the tensor that each computes, which replace the graph's own nodes. */
  readonly added?: AddedNodes["nodes"] | undefined;
}

/** A node to add to a graph. */
interface AddedNode {
  readonly inputs: readonly string[];
  readonly bytes: Uint8Array;
  /** Domain of its operator; undefined for ONNX's own. */
  readonly domain?: string | undefined;
}

/** Domain of the operators that ONNX Runtime adds to ONNX's own. */
export const runtimeDomain = "com.microsoft";

/** Nodes to add to a graph. */
export interface AddedNodes {
  /** By the tensors they compute. */
  readonly nodes: Readonly<Record<string, AddedNode>>;
  add(
    operator: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes?: Readonly<Record<string, NodeAttribute>>,
    domain?: typeof runtimeDomain,
  ): void;
}

/** Creates an empty collection of nodes to add to a graph. */
export function createAddedNodes(): AddedNodes {
  const nodes: Record<string, AddedNode> = {};
  return {
    nodes,
    add(operator, inputs, outputs, attributes, domain) {
      const node = { inputs, bytes: createNode(operator, inputs, outputs, attributes, domain), domain };
      for (const output of outputs) if (output) nodes[output] = node;
    },
  };
}

const text = new TextDecoder();

/** Reads a model's graph, without its branches. Throws `weights-damaged` unless it is a model. */
export function readMainGraph(model: Uint8Array): GraphContents {
  let opset = 0;
  const contents = createContents();
  for (const { number, bytes } of readFields(model)) {
    // The graph field may occur several times; its parts are merged.
    if (number === 7) readGraph(bytes, contents);
    if (number === 8 && findText(bytes, 1) === "") opset = find(bytes, 2)?.value ?? 0;
  }
  return { opset, ...contents };
}

/**
 * Reads the branches ("then_branch", "else_branch") of a model's only If node, each with the constants of the
 * enclosing graph. Throws `weights-damaged` when there is no such node.
 */
export function readBranches(model: Uint8Array): {
  readonly thenBranch: GraphContents;
  readonly elseBranch: GraphContents;
} {
  const { opset, ...outer } = readMainGraph(model);
  const branches = new Map<string, GraphContents>();
  for (const { bytes } of outer.nodes.values()) {
    for (const attribute of readFields(bytes)) {
      const graph = attribute.number === 5 ? find(attribute.bytes, 6) : undefined;
      if (!graph) continue;
      const inner = createContents(outer.constants);
      readGraph(graph.bytes, inner);
      branches.set(findText(attribute.bytes, 1), { opset, ...inner });
    }
    if (branches.size > 0) break;
  }
  const [thenBranch, elseBranch] = [branches.get("then_branch"), branches.get("else_branch")];
  if (thenBranch && elseBranch) return { thenBranch, elseBranch };
  throw new GolemError(
    "weights-damaged",
    "The ONNX model has no If with two branches; expected a merged decoder.",
  );
}

/** Builds the model from `inputs` to `outputs`. Throws `weights-damaged` for a missing tensor. */
export function extractModel(graph: GraphContents, { inputs, outputs, added = {} }: ModelEnds): Uint8Array {
  const nodes: Uint8Array[] = [];
  const constants: Uint8Array[] = [];
  const done = new Set<string | Uint8Array>(["", ...Object.keys(inputs)]);
  const domains: Record<string, number> = { "": graph.opset };
  const visit = (tensor: string): void => {
    if (done.has(tensor)) return;
    done.add(tensor);
    const constant = graph.constants.get(tensor);
    if (constant) {
      const inGraph = createBytesPrefix(5, constant.length);
      constants.push(createBytesPrefix(7, inGraph.length + constant.length), inGraph, constant);
      return;
    }
    const extra = added[tensor];
    const node = extra ?? graph.nodes.get(tensor);
    if (!node) throw new GolemError("weights-damaged", `The ONNX model has no tensor ${tensor}.`);
    if (done.has(node.bytes)) return;
    done.add(node.bytes);
    // Depth first, so that each node follows those it needs.
    for (const input of node.inputs) visit(input);
    nodes.push(node.bytes);
    if (extra?.domain) domains[extra.domain] = 1;
  };
  for (const name of Object.keys(outputs)) visit(name);
  const ends = createGraphField({
    nodes,
    inputs: Object.values(inputs),
    outputs: Object.values(outputs),
  });
  return joinBytes([createModelHeader(domains), ends, ...constants]);
}

interface Contents {
  readonly nodes: Map<string, Node>;
  readonly constants: Map<string, Uint8Array>;
}

const createContents = (around?: ReadonlyMap<string, Uint8Array>): Contents => ({
  nodes: new Map(),
  constants: new Map(around),
});

/** Adds the nodes and constants of one GraphProto. */
function readGraph(bytes: Uint8Array, { nodes, constants }: Contents): void {
  for (const field of readFields(bytes)) {
    if (field.number === 5) constants.set(findText(field.bytes, 8), field.bytes);
    if (field.number !== 1) continue;
    const inputs: string[] = [];
    const outputs: string[] = [];
    for (const part of readFields(field.bytes)) {
      if (part.number === 1) inputs.push(text.decode(part.bytes));
      if (part.number === 2) outputs.push(text.decode(part.bytes));
    }
    const node = { operator: findText(field.bytes, 4), inputs, outputs, bytes: field.bytes };
    for (const output of outputs) nodes.set(output, node);
  }
}

function find(bytes: Uint8Array, number: number): Field | undefined {
  for (const field of readFields(bytes)) if (field.number === number) return field;
  return undefined;
}

function findText(bytes: Uint8Array, number: number): string {
  return text.decode(find(bytes, number)?.bytes);
}
