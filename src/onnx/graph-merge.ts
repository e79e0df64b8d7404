/**
 * Puts ONNX models together into one graph: each under names of its own, fed with tensors of the others, only what the result needs.
 *
 * Nodes and constants are carried over byte by byte but for their names; graphs inside nodes (If, Loop) are renamed with what is around
 * them, so scopes stay as they were. ONNX's own operators are declared at version 17: from 13 to 17 every operator but RoiAlign
 * means the same (onnx/docs/Changelog.md), so models of these versions may be mixed. Models of other versions are refused.
 * Field numbers: onnx/onnx.proto.
 * Not its concern: which models they are.
 */
import { GolemError } from "../core/error.ts";
import { joinBytes } from "../core/join-pieces.ts";
import {
  createBytesField,
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
} from "./onnx-proto.ts";
import { readFields } from "./onnx-reader.ts";

const opset = 17;
const oldestOpset = 13;
/** What protobuf, and so ONNX, can hold in one file. */
const maximumBytes = 2 ** 31 - 1;

/** How a model joins the graph. */
interface MergeOptions {
  /** Before all of its names; no two models may have the same. */
  readonly prefix: string;
  /** Its inputs, or tensors that nodes of it make, by name: the tensor of the graph that stands for each; those nodes are left out. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** Name, type and shape of an input or output; dimensions that are strings are free. */
export interface GraphEnd {
  readonly name: string;
  readonly type: keyof typeof elementType;
  readonly shape: readonly (number | string)[];
}

/** A graph being put together. */
export interface GraphMerge {
  /** Adds a model; gives the function from names of its tensors to their names in the graph. */
  merge(model: Uint8Array, options: MergeOptions): (tensor: string) => string;
  /** Adds a node of ONNX's own operators (version 17) and returns the name of its output: `output`, or one of its own. */
  add(
    operator: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, NodeAttribute>>,
    output?: string,
  ): string;
  /** Adds a constant float32 tensor, or an int64 one; shape [] is a scalar. Returns its name. */
  addConstant(shape: readonly number[], data: Float32Array | readonly number[]): string;
  /** The model that computes `outputs` from `inputs`, with what it needs and nothing else, and texts beside it. */
  finish(
    inputs: readonly GraphEnd[],
    outputs: readonly GraphEnd[],
    metadata: Readonly<Record<string, string>>,
  ): Uint8Array;
}

interface Node {
  readonly outputs: readonly string[];
  /** Names of everything it takes, graphs inside it included. */
  readonly needs: readonly string[];
  readonly domains: readonly string[];
  readonly bytes: ProtoBytes;
}

/** Starts an empty graph. */
export function createGraphMerge(): GraphMerge {
  const nodes: Node[] = [];
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
        if (number === 25) throw refuse(`${prefix} has functions of its own`);
        if (number !== 7) continue;
        for (const field of readFields(bytes)) {
          if (field.number === 15) throw refuse(`${prefix} has sparse constants`);
          if (field.number === 1) {
            const node = readNode(field.bytes, rename, prefix);
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
      const kept: Node[] = [];
      // Nodes follow those they need, so one walk from the end finds all.
      for (const node of nodes.toReversed()) {
        if (!node.outputs.some((name) => needed.has(name))) continue;
        for (const name of node.needs) needed.add(name);
        for (const name of node.outputs) made.add(name);
        kept.push(node);
      }
      const missing = outputs.find(({ name }) => !made.has(name));
      if (missing) throw new GolemError("unexpected", `Nothing in the graph makes ${missing.name}.`);
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
        throw refuse("all of them together are larger than 2 GB");
      }
      return joinBytes(parts);
    },
  };
}

type Rename = (name: string) => string;

const text = new TextDecoder();

/** A tensor as a graph field; those of `addConstant` are one already. */
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
    throw refuse(
      `${prefix} uses version ${version} of ONNX's operators; ${oldestOpset} to ${opset} can be joined`,
    );
  }
  const other = versions.get(domain) ?? version;
  if (other !== version) throw refuse(`${prefix} uses version ${version} of ${domain}, another ${other}`);
  versions.set(domain, version);
}

function refuse(what: string): GolemError {
  return new GolemError("invalid-option", `The networks cannot be put into one graph: ${what}.`, {
    hint: "Convert the encoder's model (onnx.version_converter in Python), or export as safetensors or huggingface.",
  });
}

function readNode(bytes: ProtoBytes, rename: Rename, prefix: string): Node {
  const needs: string[] = [];
  const outputs: string[] = [];
  const domains = new Set<string>();
  const renamed = renameNode(bytes, rename, { needs, outputs, domains, prefix }, true);
  return { outputs, needs, domains: [...domains], bytes: renamed };
}

/** What is learned of a node while it is renamed. */
interface Account {
  readonly needs: string[];
  readonly outputs: string[];
  readonly domains: Set<string>;
  readonly prefix: string;
}

/** Fields of NodeProto: 1 inputs, 2 outputs, 3 name, 4 operator, 5 attributes, 6 words, 7 domain. */
function renameNode(bytes: ProtoBytes, rename: Rename, account: Account, isOuter: boolean): ProtoBytes {
  const parts: ProtoBytes[] = [];
  let domain = "";
  for (const { number, bytes: content, whole } of readFields(bytes)) {
    if (number === 1 || number === 2) {
      const name = rename(text.decode(content));
      // A graph inside a node may take anything from around it.
      if (number === 1) account.needs.push(name);
      else if (isOuter) account.outputs.push(name);
      parts.push(createBytesField(number, name));
    } else if (number === 3) parts.push(createBytesField(3, `${account.prefix}${text.decode(content)}`));
    else if (number === 5) parts.push(createBytesField(5, renameAttribute(content, rename, account)));
    else if (number !== 6) parts.push(whole);
    if (number === 7) domain = text.decode(content);
  }
  account.domains.add(domain === "ai.onnx" ? "" : domain);
  return joinBytes(parts);
}

/** Fields of AttributeProto that hold graphs: 6 one, 11 several. */
function renameAttribute(bytes: ProtoBytes, rename: Rename, account: Account): ProtoBytes {
  const parts: ProtoBytes[] = [];
  for (const { number, bytes: content, whole } of readFields(bytes)) {
    if (number === 6 || number === 11) {
      parts.push(createBytesField(number, renameGraph(content, rename, account)));
    } else parts.push(whole);
  }
  return joinBytes(parts);
}

/** Fields of GraphProto: 1 nodes, 2 name, 5 constants, 11 inputs, 12 outputs; shapes that were inferred (13) are left out. */
function renameGraph(bytes: ProtoBytes, rename: Rename, account: Account): ProtoBytes {
  const parts: ProtoBytes[] = [];
  for (const { number, bytes: content, whole } of readFields(bytes)) {
    if (number === 1) parts.push(createBytesField(1, renameNode(content, rename, account, false)));
    if (number === 2) parts.push(whole);
    if (number === 5) parts.push(createBytesField(5, renameTensor(content, rename).bytes));
    if (number === 11 || number === 12)
      parts.push(createBytesField(number, renameEnd(content, rename, account)));
    if (number === 15) throw refuse(`${account.prefix} has sparse constants`);
  }
  return joinBytes(parts);
}

/** ValueInfoProto: 1 is its name. What a graph inside gives may come straight from around it. */
function renameEnd(bytes: ProtoBytes, rename: Rename, account: Account): ProtoBytes {
  const parts: ProtoBytes[] = [];
  for (const { number, bytes: content, whole } of readFields(bytes)) {
    if (number === 1) {
      const name = rename(text.decode(content));
      account.needs.push(name);
      parts.push(createBytesField(1, name));
    } else parts.push(whole);
  }
  return joinBytes(parts);
}

/** TensorProto: 8 is its name. */
function renameTensor(bytes: ProtoBytes, rename: Rename): { name: string; bytes: ProtoBytes } {
  const parts: ProtoBytes[] = [];
  let name = "";
  for (const { number, bytes: content, whole } of readFields(bytes)) {
    if (number === 8) name = rename(text.decode(content));
    else parts.push(whole);
  }
  return { name, bytes: joinBytes([createBytesField(8, name), ...parts]) };
}
