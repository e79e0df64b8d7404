/**
 * Writes the few ONNX protobuf messages this project needs: nodes, attributes, tensors, inputs, outputs,
 * whole models.
 *
 * A protobuf parser merges repeated occurrences of an embedded message, so bytes that hold only
 * `graph { node ... }` may be appended to a model file: the nodes join the graph. This adds outputs for
 * layers to published models without parsing them. Field numbers: onnx/onnx.proto (IR version 8). Wire
 * format: protobuf encoding, "Wire Types".
 */
import { joinBytes } from "../core/join-arrays.ts";

/** The bytes of one or more protobuf fields. */
export type ProtoBytes = Uint8Array;

const text = new TextEncoder();

/** Encodes an integer as a base-128 varint; negative ones as 64-bit two's complement. */
function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

/** Creates a field of four bytes: an IEEE single, little-endian. */
function floatField(field: number, value: number): ProtoBytes {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return joinBytes([varint((field << 3) | 5), bytes]);
}

const integerField = (field: number, value: number | bigint): ProtoBytes =>
  joinBytes([varint((field << 3) | 0), varint(value)]);

const bytesField = (field: number, value: Uint8Array | string): ProtoBytes => {
  const bytes = typeof value === "string" ? text.encode(value) : value;
  return joinBytes([varint((field << 3) | 2), varint(bytes.length), bytes]);
};

/** Creates the tag and length in front of a field, so that large fields are not copied. */
export function createBytesPrefix(field: number, byteLength: number): ProtoBytes {
  return joinBytes([varint((field << 3) | 2), varint(byteLength)]);
}

/** ONNX element types (TensorProto.DataType). */
export const elementType = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9 } as const;

/**
 * An attribute of a node: integer, integers or string; a float, floats or a graph are wrapped in an object
 * that names the type.
 */
export type NodeAttribute =
  | number
  | readonly number[]
  | string
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly graph: ProtoBytes };

/** Creates an AttributeProto; the last field of each is its type (AttributeProto.AttributeType). */
function createAttribute(name: string, value: NodeAttribute): ProtoBytes {
  const named = (...fields: ProtoBytes[]) => joinBytes([bytesField(1, name), ...fields]);
  if (typeof value === "number") return named(integerField(3, value), integerField(20, 2));
  if (typeof value === "string") return named(bytesField(4, value), integerField(20, 3));
  if ("float" in value) return named(floatField(2, value.float), integerField(20, 1));
  if ("graph" in value) return named(bytesField(6, value.graph), integerField(20, 5));
  if ("floats" in value)
    return named(...value.floats.map((item) => floatField(7, item)), integerField(20, 6));
  return named(...value.map((item) => integerField(8, item)), integerField(20, 7));
}

/** Creates a NodeProto: an operation of `domain` (default: ONNX's). An input named "" is omitted. */
export function createNode(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, NodeAttribute>> = {},
  domain = "",
): ProtoBytes {
  return joinBytes([
    ...inputs.map((input) => bytesField(1, input)),
    ...outputs.map((output) => bytesField(2, output)),
    bytesField(3, `golem/${outputs[0]}`),
    bytesField(4, operator),
    ...Object.entries(attributes).map(([name, value]) => bytesField(5, createAttribute(name, value))),
    ...(domain ? [bytesField(7, domain)] : []),
  ]);
}

/**
 * Creates a ValueInfoProto: a named input or output. String dimensions are symbolic; without `shape`, any
 * shape is allowed.
 */
export function createValueInfo(
  name: string,
  type: keyof typeof elementType,
  shape?: readonly (number | string)[],
): ProtoBytes {
  const dimensions = shape?.map((dimension) =>
    bytesField(1, typeof dimension === "number" ? integerField(1, dimension) : bytesField(2, dimension)),
  );
  const tensor = joinBytes([
    integerField(1, elementType[type]),
    ...(dimensions ? [bytesField(2, joinBytes(dimensions))] : []),
  ]);
  return joinBytes([bytesField(1, name), bytesField(2, bytesField(1, tensor))]);
}

/** The parts of a graph. */
interface GraphParts {
  readonly nodes?: readonly ProtoBytes[];
  readonly inputs?: readonly ProtoBytes[];
  readonly outputs?: readonly ProtoBytes[];
}

/** Creates a GraphProto: the contents of a model, or of an attribute that holds a graph. */
export function createGraph(parts: GraphParts, name?: string): ProtoBytes {
  return joinBytes([
    ...(parts.nodes ?? []).map((node) => bytesField(1, node)),
    ...(name === undefined ? [] : [bytesField(2, name)]),
    ...(parts.inputs ?? []).map((input) => bytesField(11, input)),
    ...(parts.outputs ?? []).map((output) => bytesField(12, output)),
  ]);
}

/** Creates the field `ModelProto.graph` of these parts, to append to a model's bytes. */
export function createGraphField(parts: GraphParts): ProtoBytes {
  return bytesField(7, createGraph(parts));
}

/** Creates a model without its graph: IR version 8, operator sets by domain ("": ONNX's own). */
export function createModelHeader(operatorSets: Readonly<Record<string, number>>): ProtoBytes {
  return joinBytes([
    integerField(1, 8),
    bytesField(2, "golem"),
    bytesField(7, bytesField(2, "golem")),
    ...Object.entries(operatorSets).map(([domain, version]) =>
      bytesField(8, joinBytes([...(domain ? [bytesField(1, domain)] : []), integerField(2, version)])),
    ),
  ]);
}

/** Creates `ModelProto.metadata_props`: texts by name, stored with the model. */
export function createMetadata(entries: Readonly<Record<string, string>>): ProtoBytes {
  return joinBytes(
    Object.entries(entries).map(([key, value]) =>
      bytesField(14, joinBytes([bytesField(1, key), bytesField(2, value)])),
    ),
  );
}

/** Creates a whole model: IR version 8, the default operator set at `opset`. */
export function createModel(parts: GraphParts, opset: number): ProtoBytes {
  return joinBytes([createModelHeader({ "": opset }), createGraphField(parts)]);
}

/**
 * Creates the bytes in front of a constant tensor of `byteLength` raw bytes (little-endian, C order), which
 * must follow: together one `ModelProto.graph` field. Large tensors are thus written without a copy.
 */
export function createTensorPrefix(
  name: string,
  type: keyof typeof elementType,
  shape: readonly number[],
  byteLength: number,
): ProtoBytes {
  const head = joinBytes([
    ...shape.map((size) => integerField(1, size)),
    integerField(2, elementType[type]),
    bytesField(8, name),
    varint((9 << 3) | 2),
    varint(byteLength),
  ]);
  const tensor = joinBytes([varint((5 << 3) | 2), varint(head.length + byteLength), head]);
  return joinBytes([varint((7 << 3) | 2), varint(tensor.length + byteLength), tensor]);
}

/** Returns the model with parts added to its graph (see the header of this file). */
export function extendModel(model: Uint8Array, parts: GraphParts): Uint8Array {
  return joinBytes([model, createGraphField(parts)]);
}

/** Creates one length-delimited field, for code that edits models. */
export { bytesField as createBytesField };
