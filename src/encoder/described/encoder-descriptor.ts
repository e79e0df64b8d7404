/**
 * Schema of golem-encoder.json, which describes an ONNX model so that it can be used as an encoder.
 *
 * The file may be hostile: every number in it is bounded, and its paths stay in its folder. Documented in
 * docs/encoders.md.
 */

import * as z from "zod/mini";
import { parseBoundedJson } from "../../core/bounded-json.ts";
import { checkSchema } from "../../core/check-schema.ts";
import { GolemError } from "../../core/error.ts";

/** Name of the file. */
export const descriptorFile = "golem-encoder.json";

const shortText = z.string().check(z.minLength(1), z.maxLength(512));
const int = (minimum: number, maximum: number) => z.int().check(z.minimum(minimum), z.maximum(maximum));
const hertz = z.number().check(z.nonnegative(), z.maximum(96_000));

const samplesInput = z.strictObject({
  name: shortText,
  kind: z.literal("samples"),
  axes: z.array(z.enum(["batch", "channel", "samples"])).check(z.minLength(1), z.maxLength(3)),
  /** "zero-mean-unit-variance" is computed over the whole window, as wav2vec2 expects. */
  normalise: z._default(z.enum(["none", "zero-mean-unit-variance"]), "none"),
  /** Factor on samples in -1 .. 1 after normalisation: 32768 for networks of 16-bit integers. */
  gain: z._default(z.number().check(z.minimum(1e-6), z.maximum(1e6)), 1),
});

const logMelInput = z.strictObject({
  name: shortText,
  kind: z.literal("log-mel"),
  axes: z
    .array(z.enum(["batch", "channel", "patches", "frames", "bands"]))
    .check(z.minLength(2), z.maxLength(4)),
  window: int(16, 16_384),
  hop: int(1, 16_384),
  transformSize: z.union([64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384].map((size) => z.literal(size))),
  bands: int(1, 512),
  low: z._default(hertz, 0),
  high: hertz,
  scale: z._default(z.enum(["htk", "slaney"]), "htk"),
  norm: z._default(z.enum(["none", "slaney"]), "none"),
  straightOver: z._default(z.enum(["hertz", "mel"]), "hertz"),
  power: z._default(z.union([z.literal(1), z.literal(2)]), 2),
  logarithm: z._default(z.enum(["ln", "log10"]), "ln"),
  offset: z._default(z.number().check(z.minimum(0), z.maximum(1)), 0),
  floor: z._default(z.number().check(z.minimum(1e-30), z.maximum(1)), 1e-10),
  centred: z._default(z.boolean(), false),
  /** For networks of windows of frames: frames per window, and from one window to the next. */
  patches: z.optional(z.strictObject({ length: int(1, 10_000), hop: int(1, 10_000) })),
});

/** Schema of golem-encoder.json. */
export const descriptor = z.strictObject({
  format: z.literal("golem-encoder"),
  formatVersion: z.literal(1),
  /** One line, shown in lists of encoders. */
  description: z._default(z.string().check(z.maxLength(512)), "an ONNX model with a descriptor"),
  /** SPDX id of the weights' licence. */
  licence: z._default(z.string().check(z.maxLength(128)), "unknown"),
  /** The model's file, in the same folder. */
  model: z._default(shortText, "model.onnx"),
  /** Precision of its weights; only shown. */
  precision: z._default(z.string().check(z.regex(/^[a-z0-9]{2,16}$/)), "fp32"),
  sampleRate: int(4_000, 192_000),
  input: z.discriminatedUnion("kind", [samplesInput, logMelInput]),
  output: z.strictObject({
    /** Names of the tensors that are the layers, first layer first; they may be any tensors of the graph. */
    layers: z.array(shortText).check(z.minLength(1), z.maxLength(256)),
    /** The axes of each of these tensors; without "time" there is one vector per window. */
    axes: z.array(z.enum(["batch", "time", "features"])).check(z.minLength(1), z.maxLength(3)),
    /** Length of the features axis. */
    dimensions: int(1, 65_536),
  }),
  /** Shorter windows are lengthened by reflection. */
  minimumSamples: z._default(int(1, 1_000_000), 1),
});

/** The checked contents of golem-encoder.json. */
export type EncoderDescriptor = z.infer<typeof descriptor>;

/**
 * Parses and checks a descriptor; messages call it `name`.
 *
 * @throws GolemError `invalid-option` with the first field that is wrong.
 */
export function parseDescriptor(json: string, name = descriptorFile): EncoderDescriptor {
  const value = parseBoundedJson(json, (found, cause) => invalid(name, found, cause));
  const parsed = checkSchema(descriptor, value, (found) => invalid(name, found));
  checkConsistency(parsed, name);
  return parsed;
}

function checkConsistency({ input, output, sampleRate, model }: EncoderDescriptor, name: string): void {
  for (const { axes } of [input, output] as { axes: readonly string[] }[]) {
    if (new Set(axes).size !== axes.length)
      throw invalid(name, `an axis is named twice in [${axes.join(", ")}]`);
  }
  const needed = input.kind === "samples" ? ["samples"] : ["frames", "bands"];
  if (input.kind === "log-mel" && input.patches) needed.push("patches");
  for (const axis of needed) {
    if (!(input.axes as readonly string[]).includes(axis)) throw invalid(name, `input.axes lacks "${axis}"`);
  }
  if (!output.axes.includes("features")) throw invalid(name, `output.axes lacks "features"`);
  if (new Set(output.layers).size !== output.layers.length) throw invalid(name, "a layer is named twice");
  if (/[\\:\0]|^\/|(^|\/)\.{0,2}(\/|$)/.test(model))
    throw invalid(name, `model "${model}" is not a path inside its folder`);
  if (input.kind === "samples") return;
  if (input.axes.includes("patches") && !input.patches)
    throw invalid(name, `input has an axis "patches" but no patches`);
  if (input.window > input.transformSize) throw invalid(name, "input.window exceeds input.transformSize");
  if (input.low >= input.high || input.high > sampleRate / 2) {
    throw invalid(
      name,
      `input.low ${input.low} to input.high ${input.high} Hz is not a range within half the sample rate`,
    );
  }
}

function invalid(name: string, what: string, cause?: unknown): GolemError {
  return new GolemError("invalid-option", `${name} does not describe an encoder: ${what}.`, {
    hint: "docs/encoders.md lists its fields, with examples.",
    cause,
  });
}
