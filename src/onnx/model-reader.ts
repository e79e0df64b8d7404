/**
 * Reads the facts needed to edit an ONNX model from its bytes: operator set, inputs, names of tensors.
 * Rejects models that keep data in other files, since the model chooses their paths.
 *
 * Weights are skipped, never copied. The bytes are treated as hostile: lengths are checked before they are
 * used, and nesting is bounded. Field numbers: onnx/onnx.proto; wire format: protobuf encoding, "Wire Types".
 */
import { GolemError } from "../core/error.ts";
import { joinBytes } from "../core/join-arrays.ts";
import { createBytesField } from "./proto.ts";

/** The facts about a model that are needed to edit it. */
interface OnnxModelFacts {
  /** Version of ONNX's own operators. */
  readonly opset: number;
  /** Names of the inputs that are not constants. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Every tensor that a node of the main graph computes. */
  readonly tensors: ReadonlySet<string>;
}

/** Maximum nesting of graphs; published models have two or three levels. */
const maximumDepth = 32;

/** One field of a protobuf message. */
export interface Field {
  readonly number: number;
  /** Wire type: 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  readonly wire: number;
  /** Value of a varint field; 0 for others. */
  readonly value: number;
  /** Content of a length-delimited field; empty for others. */
  readonly bytes: Uint8Array;
  /** The whole field, with its tag. */
  readonly whole: Uint8Array;
}

const text = new TextDecoder();

/**
 * Reads a model's facts.
 *
 * @throws GolemError `weights-damaged` when the bytes are not an ONNX model, or when it keeps data in other
 * files.
 */
export function readModelFacts(model: Uint8Array): OnnxModelFacts {
  let opset = 0;
  const inputs: string[] = [];
  const outputs: string[] = [];
  const tensors = new Set<string>();
  const constants = new Set<string>();
  let graphs = 0;
  // ONNX Runtime recognises its own (ORT) format by these bytes; it would not read the file as ONNX.
  if (text.decode(model.subarray(4, 8)) === "ORTM") throw damaged("it is in ONNX Runtime's own format");
  checkMessage(model, modelMessage, 0);
  for (const { number, bytes } of readFields(model)) {
    if (number === 8) {
      const [domain, version] = [findText(bytes, 1), findNumber(bytes, 2)];
      if (domain === "" || domain === "ai.onnx") opset = version;
    }
    if (number !== 7) continue;
    graphs++;
    for (const field of readFields(bytes)) {
      if (field.number === 1) for (const name of findTexts(field.bytes, 2)) tensors.add(name);
      else if (field.number === 5) constants.add(findText(field.bytes, 8));
      else if (field.number === 11) inputs.push(findText(field.bytes, 1));
      else if (field.number === 12) outputs.push(findText(field.bytes, 1));
    }
  }
  if (graphs === 0 || opset === 0) throw damaged("it has no graph of ONNX operators");
  return { opset, inputs: inputs.filter((name) => !constants.has(name)), outputs, tensors };
}

/**
 * Returns the model without its outputs, so that others can be added and nodes that only the old outputs
 * needed are not computed. Throws `weights-damaged` for other bytes.
 */
export function removeOutputs(model: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { number, bytes, whole } of readFields(model)) {
    if (number !== 7) {
      parts.push(whole);
      continue;
    }
    const kept: Uint8Array[] = [];
    for (const field of readFields(bytes)) if (field.number !== 12) kept.push(field.whole);
    parts.push(createBytesField(7, joinBytes(kept)));
  }
  return joinBytes(parts);
}

/** Which fields of a message contain other messages, and which mean that data is kept in another file. */
interface MessageKind {
  readonly children: Readonly<Record<number, () => MessageKind>>;
  /** Fields that mean data in another file: by any occurrence, or by any number but 0. */
  readonly external?: { readonly anyOf: number; readonly nonZero: number };
}

const tensorMessage: MessageKind = { children: {}, external: { anyOf: 13, nonZero: 14 } };
const sparseMessage: MessageKind = { children: { 1: () => tensorMessage, 2: () => tensorMessage } };
const attributeMessage: MessageKind = {
  children: {
    5: () => tensorMessage,
    6: () => graphMessage,
    10: () => tensorMessage,
    11: () => graphMessage,
    22: () => sparseMessage,
    23: () => sparseMessage,
  },
};
const nodeMessage: MessageKind = { children: { 5: () => attributeMessage } };
const graphMessage: MessageKind = {
  children: { 1: () => nodeMessage, 5: () => tensorMessage, 15: () => sparseMessage },
};
const functionMessage: MessageKind = { children: { 7: () => nodeMessage, 11: () => attributeMessage } };
const trainingMessage: MessageKind = { children: { 1: () => graphMessage, 2: () => graphMessage } };
const modelMessage: MessageKind = {
  children: { 7: () => graphMessage, 20: () => trainingMessage, 25: () => functionMessage },
};

/** Checks every message that could refer to another file. */
function checkMessage(bytes: Uint8Array, kind: MessageKind, depth: number): void {
  if (depth > maximumDepth) throw damaged(`its graphs are nested over ${maximumDepth} deep`);
  for (const field of readFields(bytes)) {
    const external = kind.external;
    const { number, value, wire } = field;
    if (external && (number === external.anyOf || (number === external.nonZero && value !== 0))) {
      throw new GolemError(
        "weights-damaged",
        "The ONNX model keeps its weights in another file; one file with everything in it was expected.",
        {
          hint: "Save it as one file, e.g. onnx.save(onnx.load(IN), OUT) in Python, or take an export without .onnx_data.",
        },
      );
    }
    const child = kind.children[number];
    if (child && wire !== 2) throw damaged(`its field ${number} is of wire type ${wire}; expected a message`);
    if (child) checkMessage(field.bytes, child(), depth + 1);
  }
}

const empty: Uint8Array = new Uint8Array(0);

/**
 * Reads the fields of a message in order. Throws `weights-damaged` when the bytes are not a message, and for
 * numbers that protobuf's writers never write (tags over 32 bits, lengths over 31, numbers longer than
 * necessary): parsers disagree about them, so ONNX Runtime might read other values than those checked here.
 */
export function* readFields(bytes: Uint8Array): Generator<Field> {
  let position = 0;
  const readVarint = (maximum = Number.POSITIVE_INFINITY): number => {
    let value = 0;
    for (let scale = 1, i = 0; i < 10; i++, scale *= 128) {
      const byte = bytes[position++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * scale;
      if (byte >= 0x80) continue;
      if ((i > 0 && byte === 0) || (i === 9 && byte > 1))
        throw damaged("it has a number that is longer than necessary, or over 64 bits");
      if (value > maximum) throw damaged(`it has a tag or length of ${value}, over ${maximum}`);
      return value;
    }
    throw damaged("it ends within a number");
  };
  while (position < bytes.length) {
    const start = position;
    const tag = readVarint(2 ** 32 - 1);
    const number = Math.floor(tag / 8);
    let value = 0;
    let content: Uint8Array = empty;
    const skip = (length: number): Uint8Array => {
      const end = position + length;
      if (end > bytes.length) throw damaged(`a field of ${length} bytes is cut off`);
      const part = bytes.subarray(position, end);
      position = end;
      return part;
    };
    const wire = tag % 8;
    if (wire === 0) value = readVarint();
    else if (wire === 1) skip(8);
    else if (wire === 2) content = skip(readVarint(2 ** 31 - 1));
    else if (wire === 5) skip(4);
    else throw damaged(`it has a field of the unknown wire type ${wire}`);
    if (number === 0) throw damaged("it has a field without a number");
    yield { number, wire, value, bytes: content, whole: bytes.subarray(start, position) };
  }
}

function findTexts(bytes: Uint8Array, number: number): string[] {
  const found: string[] = [];
  for (const field of readFields(bytes)) if (field.number === number) found.push(text.decode(field.bytes));
  return found;
}

const findText = (bytes: Uint8Array, number: number): string => findTexts(bytes, number).at(-1) ?? "";

function findNumber(bytes: Uint8Array, number: number): number {
  let found = 0;
  for (const field of readFields(bytes)) if (field.number === number) found = field.value;
  return found;
}

function damaged(what: string): GolemError {
  return new GolemError("weights-damaged", `The file is not a valid ONNX model: ${what}.`, {
    hint: "Fetch or export it again.",
  });
}
