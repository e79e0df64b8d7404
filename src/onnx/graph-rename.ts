/**
 * Renames the tensors of ONNX nodes and constants, including graphs inside nodes (If, Loop).
 *
 * Not its concern: the choice of names and nodes (`graph-merge.ts`).
 *
 * Everything but the names is copied byte by byte. Graphs inside a node are renamed together with the
 * enclosing graph, so scopes do not change. Field numbers: onnx/onnx.proto.
 */
import { GolemError } from "../core/error.ts";
import { joinBytes } from "../core/join-arrays.ts";
import { readFields } from "./model-reader.ts";
import { createBytesField, type ProtoBytes } from "./proto.ts";

/** Maps the name of a tensor to its new name; "" stays "". */
export type Rename = (name: string) => string;

/** A node with its new names. */
export interface RenamedNode {
  readonly outputs: readonly string[];
  /** Names of all its inputs, including those of graphs inside it. */
  readonly needs: readonly string[];
  /** Domains of the operators in it. */
  readonly domains: readonly string[];
  readonly bytes: ProtoBytes;
}

const text = new TextDecoder();

/** Creates the error `invalid-option` for models that cannot be joined into one graph. */
export function createMergeError(reason: string): GolemError {
  return new GolemError("invalid-option", `The networks cannot be put into one graph: ${reason}.`, {
    hint: "Convert the encoder's model (onnx.version_converter in Python), or export as safetensors or huggingface.",
  });
}

/**
 * Renames the tensors of a node; its own name gets `prefix`. Throws `invalid-option` when a graph inside it
 * has sparse constants.
 */
export function renameNode(bytes: ProtoBytes, rename: Rename, prefix: string): RenamedNode {
  const needs: string[] = [];
  const outputs: string[] = [];
  const domains = new Set<string>();
  const renamed = renameNodeFields(bytes, rename, { needs, outputs, domains, prefix }, true);
  return { outputs, needs, domains: [...domains], bytes: renamed };
}

/** What is collected while a node is renamed. */
interface Account {
  readonly needs: string[];
  readonly outputs: string[];
  readonly domains: Set<string>;
  readonly prefix: string;
}

/** Fields of NodeProto: 1 inputs, 2 outputs, 3 name, 4 operator, 5 attributes, 6 documentation, 7 domain. */
function renameNodeFields(bytes: ProtoBytes, rename: Rename, account: Account, isOuter: boolean): ProtoBytes {
  const parts: ProtoBytes[] = [];
  let domain = "";
  for (const { number, bytes: content, whole } of readFields(bytes)) {
    if (number === 1 || number === 2) {
      const name = rename(text.decode(content));
      // A graph inside a node may use any tensor of the enclosing graph.
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

/** Fields of GraphProto: 1 nodes, 2 name, 5 constants, 11 inputs, 12 outputs; shapes (13) are left out. */
function renameGraph(bytes: ProtoBytes, rename: Rename, account: Account): ProtoBytes {
  const parts: ProtoBytes[] = [];
  for (const { number, bytes: content, whole } of readFields(bytes)) {
    if (number === 1) parts.push(createBytesField(1, renameNodeFields(content, rename, account, false)));
    if (number === 2) parts.push(whole);
    if (number === 5) parts.push(createBytesField(5, renameTensor(content, rename).bytes));
    if (number === 11 || number === 12)
      parts.push(createBytesField(number, renameEnd(content, rename, account)));
    if (number === 15) throw createMergeError(`${account.prefix} has sparse constants`);
  }
  return joinBytes(parts);
}

/** Field 1 of ValueInfoProto is its name. An inner graph's output may be of the enclosing graph. */
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

/** Renames a constant (TensorProto: field 8 is its name). Returns the new name and bytes. */
export function renameTensor(bytes: ProtoBytes, rename: Rename): { name: string; bytes: ProtoBytes } {
  const parts: ProtoBytes[] = [];
  let name = "";
  for (const { number, bytes: content, whole } of readFields(bytes)) {
    if (number === 8) name = rename(text.decode(content));
    else parts.push(whole);
  }
  return { name, bytes: joinBytes([createBytesField(8, name), ...parts]) };
}
