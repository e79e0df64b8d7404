/** Finds an encoder's tensors in a checkpoint: any prefix, old or new names, without heads. */

import { GolemError } from "../../core/error.ts";
import type { Checkpoint } from "./checkpoint/checkpoint.ts";

/** Shapes by the names of the tensors in the bare encoder. */
export type ExpectedTensors = ReadonlyMap<string, readonly number[]>;

/** Reads the tensors of an encoder by their bare names. */
export interface EncoderTensors {
  has(name: string): boolean;
  /** Values in C order. Rejects with `weights-damaged` if the file is damaged. */
  read(name: string): Promise<Float32Array>;
}

/** How to recognise an encoder's tensors in a checkpoint. */
export interface TensorSelection {
  /** Name of a tensor that every such encoder has; what precedes it in the checkpoint is the prefix. */
  readonly anchor: string;
  /** Beginnings of names of the encoder's tensors ("encoder."); others under the prefix are not its own. */
  readonly roots: readonly string[];
  /** Known tensors of the encoder that are not needed. */
  readonly ignored?: RegExp;
  /** Returns the shapes of all needed tensors, given which names exist (some have two forms). */
  expect(has: (name: string) => boolean): ExpectedTensors;
}

/** Converts the names of weight norm's gain and direction in PyTorch 2 to the earlier names. */
function canonicalName(name: string): string {
  return name
    .replace(/\.parametrizations\.(\w+)\.original0$/, ".$1_g")
    .replace(/\.parametrizations\.(\w+)\.original1$/, ".$1_v");
}

/**
 * Selects an encoder's tensors. Throws `weights-damaged`, which names all tensors that are missing,
 * unexpected or of another shape.
 */
export function selectTensors(checkpoint: Checkpoint, selection: TensorSelection): EncoderTensors {
  const stored = new Map(checkpoint.names.map((name) => [canonicalName(name), name]));
  const prefixes = [...stored.keys()]
    .filter((name) => name === selection.anchor || name.endsWith(`.${selection.anchor}`))
    .map((name) => name.slice(0, -selection.anchor.length))
    .sort((a, b) => a.length - b.length);
  const prefix = prefixes[0] ?? "";
  const has = (name: string) => stored.has(prefix + name);
  const expected = selection.expect(has);

  const missing = [...expected.keys()].filter((name) => !has(name));
  const extra = [...stored.keys()]
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((name) => selection.roots.some((root) => name.startsWith(root)))
    .filter((name) => !expected.has(name) && !selection.ignored?.test(name));
  const misshapen = [...expected]
    .filter(([name]) => has(name))
    .map(([name, shape]) => ({ name, shape, found: checkpoint.getShape(stored.get(prefix + name)!) ?? [] }))
    .filter(({ shape, found }) => shape.join() !== found.join())
    .map(({ name, shape, found }) => `${name} is [${found.join(", ")}], expected [${shape.join(", ")}]`);
  if (missing.length + extra.length + misshapen.length > 0) {
    throw new GolemError(
      "weights-damaged",
      `The weights do not fit config.json: ${[
        describe("missing", missing, ", "),
        describe("not expected", extra, ", "),
        describe("of another shape", misshapen, "; "),
      ]
        .filter(Boolean)
        .join(". ")}.`,
      { hint: "config.json and the weights must be of the same model and revision." },
    );
  }
  return {
    has,
    read: (name) => checkpoint.readTensor(stored.get(prefix + name) ?? name),
  };
}

function describe(what: string, names: readonly string[], separator: string): string {
  if (names.length === 0) return "";
  const shown = names.slice(0, 8).join(separator);
  return `${names.length} ${what} (${shown}${names.length > 8 ? `, and ${names.length - 8} more` : ""})`;
}
