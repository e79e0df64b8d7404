/** Exports a golem as one ONNX file: loads its networks, builds the graph, compares it with the golem. */
import { GolemError } from "../../core/error.ts";
import { createRandom } from "../../core/random.ts";
import { createDescribedGraph } from "../../encoder/described/described-encoder.ts";
import type { AddEncoder } from "../../encoder/encoder-graph.ts";
import { getEncoderForm } from "../../encoder/registry.ts";
import type { ResolvedEncoder, ResolvedEncoderSet } from "../../encoder/resolved-encoder.ts";
import { createGolemOnnx, type ExportedEncoder } from "../../export/export-onnx.ts";
import { getOnnxExampleName, writeOnnxExample } from "../../export/onnx-example.ts";
import type { GolemModel } from "../../golem/golem-model.ts";
import { readRegularFile } from "../disk/regular-file.ts";
import type { EnvironmentOptions } from "../environment.ts";
import { loadWeights } from "../models/encoder-weights.ts";
import { createIsolatedRuntime } from "../models/isolated-model.ts";
import { type LoadOptions, prepareAsResolved } from "../models/load-encoder.ts";
import { loadEncoderSet } from "../models/load-encoder-set.ts";
import { createNodeOnnxRuntime } from "../models/onnx-runtime-node.ts";
import { type Exported, type ExportInput, unknownLicence } from "./export-format.ts";

/** Lengths in seconds at which file and golem are compared: where encoders change behaviour. */
const checkedSeconds = [0.04, 0.9, 2];
/** Maximum accepted difference of a probability; int8 networks may round differently. */
const acceptedDifference = 0.01;

interface BuildOptions extends EnvironmentOptions {
  readonly model: GolemModel;
  /** Its encoder set; encoders in the golem's order. */
  readonly encoderSet: ResolvedEncoderSet;
  readonly licence: string;
}

/**
 * Builds the file and checks it: probabilities of synthetic sounds of several lengths must equal the golem's.
 *
 * @throws GolemError `invalid-option` for golems that cannot be one graph, `encoder-failed` if the graph
 *   differs.
 */
export async function buildGolemOnnx({
  model,
  encoderSet,
  licence,
  ...environment
}: BuildOptions): Promise<{ readonly bytes: Uint8Array; readonly difference: number }> {
  const { cache, signal, onProgress } = environment;
  const encoders = new Map<string, ExportedEncoder>();
  for (const [i, { id }] of model.encoders.entries()) {
    const isUsed =
      model.document.views.some(({ encoder }) => encoder === id) ||
      model.familiarity?.layers.some(({ view }) => view.encoder === id);
    if (!isUsed) continue;
    // The golem's name for the encoder, since errors appear in cards, which must not contain local paths.
    const found = encoderSet.encoders[i]!;
    const encoder = { ...found, info: { ...found.info, id } };
    const add = await loadEncoderGraph(encoder, { cache, signal, onProgress });
    encoders.set(id, { add, licence: encoder.licence });
  }
  const bytes = createGolemOnnx(model, { encoders, licence });
  const difference = await compare(bytes, model, encoderSet, environment);
  if (difference <= acceptedDifference) return { bytes, difference };
  throw new GolemError(
    "encoder-failed",
    `The ONNX file gives probabilities that differ by ${difference.toPrecision(2)} from the golem's; expected at most ${acceptedDifference}.`,
    { hint: "Please report it with the encoder's name; safetensors and huggingface do not need the file." },
  );
}

/** Format `onnx`: creates the file and a script that runs it. */
export async function exportOnnx({
  golem: { model },
  encoderSet,
  name,
  licence = unknownLicence,
  ...environment
}: ExportInput): Promise<Exported> {
  const { bytes, difference } = await buildGolemOnnx({ ...environment, model, encoderSet, licence });
  const example = getOnnxExampleName(name);
  return {
    files: { [name]: bytes, [example]: writeOnnxExample(name, model.document) },
    holds: [
      `${model.document.labels.length} labels, networks and heads, settings, the score, the number of recordings and seconds it was trained on; no data of single recordings`,
    ],
    notes: [
      `Checked against the golem: probabilities differ by at most ${difference.toPrecision(2)}`,
      `Trim silence and cut recordings over ${model.document.audio.windowSeconds} s before running it: ${example} shows how`,
    ],
  };
}

/** Maximum size of a protobuf message, and so of an ONNX file, in bytes. */
const maximumGraphBytes = 2 ** 31 - 1;

/** Computes the maximum difference of a probability over sounds of noise and tones. */
async function compare(
  bytes: Uint8Array,
  model: GolemModel,
  resolved: ResolvedEncoderSet,
  { cache, onProgress, signal }: EnvironmentOptions,
): Promise<number> {
  const isForeign = resolved.encoders.some(({ source }) => source.kind !== "built-in");
  const runtime = isForeign
    ? createIsolatedRuntime("The exported model", signal)
    : createNodeOnnxRuntime({ threads: 1 });
  const session = await runtime.createSession(bytes);
  const encoderSet = await loadEncoderSet(
    { ...resolved, transcriber: undefined },
    { cache, onProgress, signal, threads: 1 },
  );
  try {
    let worst = 0;
    for (const seconds of checkedSeconds) {
      const samples = createSound(Math.round(seconds * model.document.audio.sampleRate));
      const vectors = [];
      for (const encoder of encoderSet.encoders) vectors.push((await encoder.encode(samples)).vector);
      const { scores } = model.predictEmbedded([{ vectors }])[0]!;
      const outputs = await session.run({ samples: { dims: [1, samples.length], data: samples } }, [
        "probabilities",
      ]);
      for (const [k, label] of model.document.labels.entries()) {
        const difference = Math.abs(Number(outputs.probabilities!.data[k]) - scores[label]!);
        worst = Math.max(difference, worst);
      }
    }
    return worst;
  } finally {
    await session.release();
    await encoderSet.dispose();
  }
}

/** Creates a gliding tone in noise, of `length` samples. */
function createSound(length: number): Float32Array {
  const random = createRandom(0);
  return Float32Array.from(
    { length },
    (_, i) => 0.3 * Math.sin(0.1 * i + 1e-5 * i * i) + 0.05 * (random.uniform() - 0.5),
  );
}

/**
 * Loads an encoder as a part of a graph.
 *
 * @throws GolemError `invalid-option` for encoders that are not networks of samples (mfcc, networks of
 *   log-mel frames).
 */
export async function loadEncoderGraph(encoder: ResolvedEncoder, options: LoadOptions): Promise<AddEncoder> {
  const { info, source } = encoder;
  switch (source.kind) {
    case "built-in": {
      const definition = getEncoderForm(info);
      if (!definition.createGraph) {
        throw new GolemError(
          "invalid-option",
          `${info.id} is computed by this program, not by a network; an ONNX file contains networks only.`,
          { hint: "Train with another encoder, or export as safetensors or huggingface." },
        );
      }
      return definition.createGraph(await loadWeights(definition, options));
    }
    case "described": {
      const { readDescribedModel } = await import("../models/described-model.ts");
      return createDescribedGraph(await readDescribedModel(info, source.model), source.descriptor, info);
    }
    case "pretrained": {
      const { planPretrained } = await import("../../encoder/pretrained/families.ts");
      const { createPretrainedGraph } = await import("../../encoder/pretrained/pretrained-encoder.ts");
      const { path, config, preprocessor, padded } = await prepareAsResolved(encoder, source, options);
      return createPretrainedGraph(
        await readRegularFile(path, maximumGraphBytes),
        planPretrained(config, preprocessor, { padded }),
      );
    }
  }
}
