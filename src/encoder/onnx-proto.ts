/**
 * Writes the few ONNX protobuf messages this project needs: nodes, attributes, constants, outputs, whole models.
 *
 * A protobuf parser merges repeated occurrences of an embedded message, so bytes that hold only `graph { node ... }`
 * may simply be appended to a model file: the nodes join the graph. That is how layers' outputs are added to
 * published models without parsing them.
 * Field numbers: onnx/onnx.proto (IR version 8). Wire format: protobuf encoding, "Wire Types".
 * Must not know: which model is being edited.
 */

/** The bytes of one or more protobuf fields. */
export type ProtoBytes = Uint8Array;

const text = new TextEncoder();

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}

/** Base-128 varint of an integer; negative ones as 64-bit two's complement. */
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

const integerField = (field: number, value: number | bigint): ProtoBytes =>
  concat([varint((field << 3) | 0), varint(value)]);

const bytesField = (field: number, value: Uint8Array | string): ProtoBytes => {
  const bytes = typeof value === "string" ? text.encode(value) : value;
  return concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
};

/** ONNX element types (TensorProto.DataType). */
export const elementType = { float32: 1, int64: 7 } as const;

/** An attribute of a node: integers and lists of integers are all that is needed. */
export type NodeAttribute = number | readonly number[];

/** NodeProto: one operation. */
export function createNode(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, NodeAttribute>> = {},
): ProtoBytes {
  const attributeFields = Object.entries(attributes).map(([name, value]) =>
    bytesField(
      5,
      typeof value === "number"
        ? concat([bytesField(1, name), integerField(3, value), integerField(20, 2)])
        : concat([bytesField(1, name), ...value.map((item) => integerField(8, item)), integerField(20, 7)]),
    ),
  );
  return concat([
    ...inputs.map((input) => bytesField(1, input)),
    ...outputs.map((output) => bytesField(2, output)),
    bytesField(3, `golem/${outputs[0]}`),
    bytesField(4, operator),
    ...attributeFields,
  ]);
}

/** ValueInfoProto: a named input or output. Dimensions that are strings are symbolic. */
export function createValueInfo(
  name: string,
  type: keyof typeof elementType,
  shape: readonly (number | string)[],
): ProtoBytes {
  const dimensions = shape.map((dimension) =>
    bytesField(1, typeof dimension === "number" ? integerField(1, dimension) : bytesField(2, dimension)),
  );
  const tensor = concat([integerField(1, elementType[type]), bytesField(2, concat(dimensions))]);
  return concat([bytesField(1, name), bytesField(2, bytesField(1, tensor))]);
}

/** The parts of a graph that can be written. */
export interface GraphParts {
  readonly nodes?: readonly ProtoBytes[];
  readonly inputs?: readonly ProtoBytes[];
  readonly outputs?: readonly ProtoBytes[];
}

/** `ModelProto.graph` with the parts given: to append to a model's bytes, or to put into one. */
function createGraphField(parts: GraphParts): ProtoBytes {
  return bytesField(
    7,
    concat([
      ...(parts.nodes ?? []).map((node) => bytesField(1, node)),
      ...(parts.inputs ?? []).map((input) => bytesField(11, input)),
      ...(parts.outputs ?? []).map((output) => bytesField(12, output)),
    ]),
  );
}

/** A whole model: IR version 8, the default operator set at `opset`. */
export function createModel(parts: GraphParts, opset: number): ProtoBytes {
  return concat([
    integerField(1, 8),
    createGraphField({ ...parts }),
    bytesField(7, bytesField(2, "golem")),
    bytesField(8, integerField(2, opset)),
  ]);
}

/** Returns the model with parts added to its graph (see the header of this file). */
export function extendModel(model: Uint8Array, parts: GraphParts): Uint8Array {
  return concat([model, createGraphField(parts)]);
}
