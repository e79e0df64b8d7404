/**
 * Export format `onnx`: one file that computes probabilities from samples: front ends, encoders, pooling,
 * heads, fusion and familiarity. The metadata of the file describe the golem.
 *
 * Input: `samples` [1, samples], 16 kHz mono float32 from -1 to 1. Outputs: `probabilities` and `logits` [1,
 * classes], and `familiarity` [1, 1] if the golem has it. The caller trims and cuts windows.
 */

import { computeLeastProbability, labelSetLevel } from "../classifier/label-sets.ts";
import { getLayerSize, type LayerView, needsTranscriber, type VectorView } from "../classifier/view.ts";
import { unknownLabels } from "../embed/embedded-recording.ts";
import type { AddEncoder } from "../encoder/encoder-graph.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import { createGraphMerge, type GraphEnd } from "../onnx/graph-merge.ts";
import { checkWordless } from "./exported-files.ts";
import { addDecision, addFamiliarity } from "./head-graph.ts";

/** An encoder to include in the file. */
export interface ExportedEncoder {
  readonly add: AddEncoder;
  /** SPDX id of its weights' licence. */
  readonly licence: string;
}

/** Options of the export. */
interface OnnxOptions {
  /** The encoders, by their ids in the golem. */
  readonly encoders: ReadonlyMap<string, ExportedEncoder>;
  /** SPDX id of the golem's licence. */
  readonly licence: string;
}

/**
 * Creates the bytes of the file.
 *
 * @throws GolemError `invalid-option` for golems that use words, or encoders whose input is not samples.
 */
export function createGolemOnnx(model: GolemModel, { encoders, licence }: OnnxOptions): Uint8Array {
  const { document, classifier, familiarity } = model;
  checkWordless(document, "an ONNX file");
  const graph = createGraphMerge();
  const samples: GraphEnd = { name: "samples", type: "float32", shape: [1, "samples"] };
  const layers = new Map<string, (layer: number) => string>();
  const features = new Map<string, string>();
  const getFeatures = (view: VectorView): string => {
    const { encoder, layer, pooling } = view as LayerView;
    const key = `${encoder}/${layer}/${pooling}`;
    const getLayer = layers.get(encoder) ?? encoders.get(encoder)!.add(graph, samples.name, `${encoder}/`);
    layers.set(encoder, getLayer);
    const info = document.encoders.find(({ id }) => id === encoder)!;
    const size = getLayerSize(info, pooling);
    // The means are the first half of a pooled layer.
    const name =
      features.get(key) ??
      graph.add("Slice", [
        graph.add("Reshape", [getLayer(layer), graph.addConstant([2], [1, 2 * info.dimensions])]),
        ...[0, size, 1].map((value) => graph.addConstant([1], [value])),
      ]);
    features.set(key, name);
    return name;
  };
  addDecision(graph, classifier.fitted, getFeatures);
  const classes = document.labels.length;
  const isFamiliar =
    familiarity !== undefined && !familiarity.layers.some(({ view }) => needsTranscriber(view));
  if (isFamiliar) addFamiliarity(graph, familiarity, document, getFeatures);
  return graph.finish(
    [samples],
    [
      { name: "probabilities", type: "float32", shape: [1, classes] },
      { name: "logits", type: "float32", shape: [1, classes] },
      ...(isFamiliar ? [{ name: "familiarity", type: "float32", shape: [1, 1] } as const] : []),
    ],
    describeGolem(model, { encoders, licence }, isFamiliar),
  );
}

const noFamiliarity = "no recordings could be held out to find a threshold";
const noFamiliarityInFile = "familiarity depends on words, which this file does not compute";

/** Describes the file's metadata: texts, most of which are JSON. */
function describeGolem(
  { document, calibration }: GolemModel,
  { encoders, licence }: OnnxOptions,
  isFamiliar: boolean,
): Record<string, string> {
  const { labels, audio, views, evaluation, data, createdBy, familiarity, seed } = document;
  const entries = {
    golem: { createdBy, seed, licence },
    labels,
    input: "mono samples from -1 to 1 at 16 kHz, silence at the ends trimmed, at most 30 s at a time",
    audio,
    encoders: document.encoders
      .filter(({ id }) => encoders.has(id))
      .map(({ id, revision, sha256, precision, recipe }) => ({
        ...{ id, revision, sha256, precision, recipe, licence: encoders.get(id)!.licence },
      })),
    views,
    unknown: {
      ...(familiarity && isFamiliar
        ? {
            output: "familiarity",
            belowFamiliarity: familiarity.threshold,
            falseRejectionRate: familiarity.falseRejectionRate,
          }
        : { note: familiarity ? noFamiliarityInFile : noFamiliarity }),
      orLabels: labels.filter((label) => unknownLabels.includes(label)),
    },
    labelSets: calibration
      ? {
          level: labelSetLevel,
          minimumProbability: computeLeastProbability(calibration),
          note: "and the most probable class",
        }
      : { note: "no recordings could be held out to calibrate them" },
    training: {
      ...{ recordings: data.recordings, perClass: data.perClass, seconds: data.seconds },
      fingerprint: data.fingerprint,
    },
    evaluation: evaluation && {
      ...{ protocol: evaluation.protocol, recordings: evaluation.recordings, grouping: evaluation.grouping },
      ...{ balancedAccuracy: evaluation.balancedAccuracy, interval: evaluation.interval },
      ...{ chance: evaluation.chance, macroF1: evaluation.macroF1 },
    },
  };
  return Object.fromEntries(
    Object.entries(entries).map(([name, value]) => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}
