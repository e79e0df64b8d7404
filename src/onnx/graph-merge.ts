/**
 * Joins ONNX models into one graph. Each model gets its own name prefix; its inputs may be tensors of other
 * models; only the nodes that the result needs are kept.
 *
 * Not its concern: replacing names inside a node (`graph-rename.ts`).
 *
 * ONNX's own operators are declared at version 17: from 13 to 17 every operator but RoiAlign has the same
 * definition (onnx/docs/Changelog.md), so models of these versions may be mixed. Models of other versions are
 * rejected. Field numbers: onnx/onnx.proto.
 */
import { GolemError } from "../core/error.ts";
import { joinBytes } from "../core/join-arrays.ts";
import { createMergeError, type Rename, type RenamedNode, renameNode, renameTensor } from "./graph-rename.ts";
import { readFields } from "./model-reader.ts";
import {
  createBytesPrefix,
  createGraphField,
  createMetadata,
  createModelHeader,
  createNode,
  createTensorPrefix,
  createValueInfo,
  type elementType,
  type NodeAttribute,
  type ProtoBytes,
} from "./proto.ts";

const opset = 17;
const oldestOpset = 13;
/** The largest file protobuf, and so ONNX, allows. */
const maximumBytes = 2 ** 31 - 1;

/** Options for adding a model. */
interface MergeOptions {
  /** Prefix of all its names; no two models may have the same prefix. */
  readonly prefix: string;
  /**
   * For inputs of the model, or tensors that its nodes compute, by name: the tensor of the graph to use
   * instead. Nodes that compute a replaced tensor are left out.
   */
  readonly inputs: Readonly<Record<string, string>>;
}

/** Name, type and shape of an input or output; dimensions given as strings are variable. */
export interface GraphEnd {
  readonly name: string;
  readonly type: keyof typeof elementType;
  readonly shape: readonly (number | string)[];
}

/** A graph being assembled. */
export interface GraphMerge {
  /** Adds a model. Returns a function that maps the names of its tensors to their names in the graph. */
  merge(model: Uint8Array, options: MergeOptions): (tensor: string) => string;
  /**
   * Adds a node with one of ONNX's own operators (version 17). Returns the name of its output: `output`, or a
   * generated one.
   */
  add(
    operator: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, NodeAttribute>>,
    output?: string,
  ): string;
  /** Adds a constant float32 tensor, or an int64 one; shape [] is a scalar. Returns its name. */
  addConstant(shape: readonly number[], data: Float32Array | readonly number[]): string;
  /** Returns the model that computes `outputs` from `inputs`, without unneeded parts, and with `metadata`. */
  finish(
    inputs: readonly GraphEnd[],
    outputs: readonly GraphEnd[],
    metadata: Readonly<Record<string, string>>,
  ): Uint8Array;
}

/** Creates an empty graph. Its functions throw `invalid-option` for models that cannot be joined. */
export function createGraphMerge(): GraphMerge {
  const nodes: RenamedNode[] = [];
  const constants = new Map<string, readonly ProtoBytes[]>();
  const versions = new Map<string, number>([["", opset]]);
  const prefixes = new Set<string>();
  let counter = 0;
  return {
    merge(model, { prefix, inputs }) {
      if (prefixes.has(prefix)) throw new GolemError("unexpected", `Two models are called '${prefix}'.`);
      prefixes.add(prefix);
      const rename: Rename = (name) => (name === "" ? "" : (inputs[name] ?? `${prefix}${name}`));
      const replaced = new Set(Object.values(inputs));
      for (const { number, bytes } of readFields(model)) {
        if (number === 8) declareVersion(versions, bytes, prefix);
        if (number === 25) throw createMergeError(`${prefix} has functions of its own`);
        if (number !== 7) continue;
        for (const field of readFields(bytes)) {
          if (field.number === 15) throw createMergeError(`${prefix} has sparse constants`);
          if (field.number === 1) {
            const node = renameNode(field.bytes, rename, prefix);
            if (!node.outputs.some((name) => replaced.has(name))) nodes.push(node);
          }
          if (field.number !== 5) continue;
          const { name, bytes: tensor } = renameTensor(field.bytes, rename);
          constants.set(name, [tensor]);
        }
      }
      return rename;
    },
    add(operator, inputs, attributes = {}, output = `golem/${operator}_${counter++}`) {
      const bytes = createNode(operator, inputs, [output], attributes);
      nodes.push({ outputs: [output], needs: inputs, domains: [""], bytes });
      return output;
    },
    addConstant(shape, values) {
      const data = values instanceof Float32Array ? values : BigInt64Array.from(values.map(BigInt));
      const name = `golem/constant_${counter++}`;
      const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
      const type = data instanceof Float32Array ? "float32" : "int64";
      constants.set(name, [createTensorPrefix(name, type, shape, raw.length), raw]);
      return name;
    },
    finish(inputs, outputs, metadata) {
      const needed = new Set(outputs.map(({ name }) => name));
      const made = new Set<string>(inputs.map(({ name }) => name));
      const kept: RenamedNode[] = [];
      // Each node comes after the nodes it depends on, so one pass from the end finds all that are needed.
      for (const node of nodes.toReversed()) {
        if (!node.outputs.some((name) => needed.has(name))) continue;
        for (const name of node.needs) needed.add(name);
        for (const name of node.outputs) made.add(name);
        kept.push(node);
      }
      const missing = outputs.find(({ name }) => !made.has(name));
      if (missing) throw new GolemError("unexpected", `No node of the graph computes ${missing.name}.`);
      const domains = new Set(kept.flatMap((node) => node.domains));
      const describe = ({ name, type, shape }: GraphEnd) => createValueInfo(name, type, shape);
      const parts = [
        createModelHeader(Object.fromEntries([...versions].filter(([domain]) => domains.has(domain)))),
        createMetadata(metadata),
        createGraphField({
          nodes: kept.reverse().map(({ bytes }) => bytes),
          inputs: inputs.map(describe),
          outputs: outputs.map(describe),
        }),
        ...[...constants].flatMap(([name, tensor]) => (needed.has(name) ? wrapTensor(tensor) : [])),
      ];
      if (parts.reduce((sum, part) => sum + part.length, 0) > maximumBytes) {
        throw createMergeError("all of them together are larger than 2 GB");
      }
      return joinBytes(parts);
    },
  };
}

const text = new TextDecoder();

/** Wraps a tensor as a graph field; tensors from `addConstant` are already wrapped. */
function wrapTensor(tensor: readonly ProtoBytes[]): readonly ProtoBytes[] {
  if (tensor.length > 1) return tensor;
  const [bytes] = tensor as [ProtoBytes];
  const inGraph = createBytesPrefix(5, bytes.length);
  return [createBytesPrefix(7, inGraph.length + bytes.length), inGraph, bytes];
}

function declareVersion(versions: Map<string, number>, bytes: ProtoBytes, prefix: string): void {
  let domain = "";
  let version = 0;
  for (const field of readFields(bytes)) {
    if (field.number === 1) domain = text.decode(field.bytes);
    if (field.number === 2) version = field.value;
  }
  if (domain === "" || domain === "ai.onnx") {
    if (version >= oldestOpset && version <= opset) return;
    throw createMergeError(
      `${prefix} uses version ${version} of ONNX's operators; ${oldestOpset} to ${opset} can be joined`,
    );
  }
  const other = versions.get(domain) ?? version;
  if (other !== version)
    throw createMergeError(`${prefix} uses version ${version} of ${domain}, another ${other}`);
  versions.set(domain, version);
}
