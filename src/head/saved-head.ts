/**
 * Converts heads to tensors and back. Input is not trusted: names, shapes, lengths and numbers are all
 * checked, and memory is allocated only for sizes that agree with the data present.
 *
 * Not its concern: file formats.
 */
import { isRecord } from "../core/bounded-json.ts";
import { GolemError } from "../core/error.ts";
import { type Head, type HeadFacts, type HeadKind, headKinds, type SavedHead, type Tensor } from "./head.ts";
import { createNetworkHead, type Layer } from "./network-head.ts";

/** Returns the tensors and metadata of a head, not copied; see {@link SavedHead} for the layout. */
export function saveHead(head: Head): SavedHead {
  return head.saved;
}

/** Loads a saved head; its predictions are bitwise the same. Throws `golem-damaged` for invalid input. */
export function loadHead(saved: SavedHead): Head {
  const meta = checkMeta(saved?.meta);
  const tensors = checkTensors(saved.tensors);
  const { kind, features, classes, normalise } = meta;
  const names = new Set(Object.keys(tensors));
  const take = (name: string, shape: readonly number[]): Float32Array => {
    const tensor = names.delete(name) ? tensors[name] : undefined;
    if (!tensor) return fail(`The head has no tensor ${name}; expected one of shape [${shape}].`);
    if (tensor.shape.length !== shape.length || tensor.shape.some((size, i) => size !== shape[i])) {
      return fail(`Tensor ${name} has shape [${tensor.shape}]; expected [${shape}].`);
    }
    return tensor.data;
  };
  const layers: Layer[] = [];
  const isDeep = names.has("0.weight");
  if (isDeep && kind !== "mlp") fail(`A head of kind ${kind} has one layer; found a tensor 0.weight.`);
  let inputs = features;
  for (let i = 0; ; i++) {
    const prefix = isDeep ? `${2 * i}.` : "";
    const isLast = !isDeep || !names.has(`${2 * i + 2}.weight`);
    const outputs = isLast ? classes : (tensors[`${prefix}bias`]?.data.length ?? 0);
    if (outputs < 1) fail(`Tensor ${prefix}bias is missing or empty.`);
    const weight = take(`${prefix}weight`, [outputs, inputs]);
    const bias = take(`${prefix}bias`, [outputs]);
    layers.push({ inputs, outputs, weight, bias });
    if (isLast) break;
    inputs = outputs;
  }
  const standardisation = { mean: take("mean", [features]), scale: take("scale", [features]) };
  const badScale = standardisation.scale.findIndex((value) => !(value > 0));
  if (badScale !== -1) {
    fail(`Tensor scale is ${standardisation.scale[badScale]} at ${badScale}; expected numbers over 0.`);
  }
  if (names.size > 0) fail(`A head of kind ${kind} has no tensor ${[...names][0]}.`);
  return createNetworkHead({ kind, standardisation, normalise, layers, facts: meta.facts });
}

function fail(message: string): never {
  throw new GolemError("golem-damaged", message, {
    hint: "Restore the golem from its source, or train it again.",
  });
}

function checkMeta(meta: unknown): {
  kind: HeadKind;
  features: number;
  classes: number;
  normalise: boolean;
  facts: HeadFacts;
} {
  if (!isRecord(meta)) return fail("The description of the head is missing.");
  const kind = headKinds.find((known) => known === meta.kind);
  if (!kind) return fail(`The kind of the head is ${String(meta.kind)}; expected ${headKinds.join(", ")}.`);
  const readCount = (name: string, least: number): number => {
    const value = meta[name];
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
    return fail(`${name} of the head is ${String(value)}; expected a whole number from ${least} up.`);
  };
  if (typeof meta.normalise !== "boolean") {
    return fail(`normalise of the head is ${String(meta.normalise)}; expected true or false.`);
  }
  const facts: Record<string, number | string | boolean> = Object.create(null);
  if (!isRecord(meta.facts)) return fail("facts of the head are missing; expected an object.");
  for (const [name, value] of Object.entries(meta.facts)) {
    if (typeof value !== "number" && typeof value !== "string" && typeof value !== "boolean") {
      return fail(`Fact ${name} of the head is neither a number nor a string nor a boolean.`);
    }
    facts[name] = value;
  }
  return {
    kind,
    features: readCount("features", 1),
    classes: readCount("classes", 2),
    normalise: meta.normalise,
    facts: { ...facts },
  };
}

function checkTensors(tensors: unknown): Record<string, Tensor> {
  if (!isRecord(tensors)) return fail("The tensors of the head are missing.");
  const result: Record<string, Tensor> = Object.create(null);
  for (const [name, tensor] of Object.entries(tensors)) {
    if (!isRecord(tensor) || !(tensor.data instanceof Float32Array) || !Array.isArray(tensor.shape)) {
      return fail(`Tensor ${name} is not a shape with float32 data.`);
    }
    const { data, shape } = tensor;
    const size = shape.reduce((product: number, length: unknown) => product * Number(length), 1);
    if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0) || size !== data.length) {
      return fail(`Tensor ${name} of shape [${shape}] holds ${data.length} values.`);
    }
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad !== -1) return fail(`Tensor ${name} is ${data[bad]} at ${bad}; expected finite numbers.`);
    result[name] = { shape: [...shape], data };
  }
  return result;
}
