/**
 * Measures the article's recipe, and the questions that it leaves open.
 *
 * (a) the recipe itself; (b) networks of increasing size, and one network trained for more and more epochs;
 * (c) the same heads on features that were not learned from other recordings; (d) every layer; (e) the
 * default of this program, the same without words, and its flags for unknown classes. Not its concern: how
 * results are shown.
 */
import assert from "node:assert/strict";
import { fitClassifier } from "../../src/classifier/classifier.ts";
import { needsTranscriber, sumShares, type View } from "../../src/classifier/view.ts";
import { defaultEncoderId } from "../../src/encoder/registry.ts";
import { resolveEncoder } from "../../src/node/models/resolve-encoder.ts";
import { type TrainOptions, train } from "../../src/node/train.ts";
import { createLogMelGrid } from "./log-mel-grid.ts";
import { embedPart, encodePart, getTrainingRows, type Material, type Part } from "./material.ts";
import { measure, type Score } from "./measure.ts";

/** How much is measured; tests measure less. */
export interface Extent {
  readonly seeds: number;
  /** Hidden units; 0 is the linear layer. */
  readonly sizes: readonly number[];
  /** Passes over the training recordings. */
  readonly epochs: readonly number[];
}

/** Everything that is published. */
export const fullExtent: Extent = {
  seeds: 5,
  sizes: [0, 4, 16, 64, 256, 1024],
  epochs: [1, 3, 10, 30, 100, 300, 1000],
};

/** The score of the default, and its flags for unknown. */
interface DefaultScore extends Score {
  /** Weight of words in its fusion. */
  readonly words: number;
  /** Share of held-out recordings that it flags as unknown, and how many of the others are right. */
  readonly flagged: number;
  readonly accuracyOfAnswered: number;
}

/** The flags of a default golem for requests in classes on which it was not trained. */
interface Strangers {
  /** Classes left out of training. */
  readonly classes: readonly string[];
  /** Held-out recordings of these, and of the others; and the share of each that it flags as unknown. */
  readonly recordings: number;
  readonly flagged: number;
  readonly knownRecordings: number;
  readonly knownFlagged: number;
}

/** Everything that was measured. */
export interface Findings {
  readonly data: string;
  /** Whether the recordings are the repository's synthetic ones. */
  readonly synthetic: boolean;
  readonly division: string;
  readonly encoder: string;
  readonly encoderLayers: number;
  readonly dimensions: number;
  readonly classes: number;
  readonly trained: number;
  readonly tested: number;
  readonly speakersTested: number;
  readonly chance: number;
  readonly recipe: Score;
  readonly sizes: readonly (Score & { readonly hidden: number })[];
  readonly epochs: readonly (Score & { readonly epochs: number })[];
  readonly inputs: readonly (Score & { readonly input: string; readonly head: string })[];
  readonly layers: readonly Score[];
  /** The default; the same without words; and where the encoder is not the default one, with that encoder. */
  readonly defaults: readonly DefaultScore[];
  readonly strangers: Strangers;
}

/** torch.nn.Linear on raw means, torch.optim.Adam at its own learning rate, all rows in every step. */
const recipe = { standardise: false, epochs: 1000, learningRate: 1e-3 };
/** Without regularisation, since over-fitting is to be shown. */
const plain = { epochs: 200, learningRate: 1e-3, weightDecay: 0 };
const network = (hidden: number, options: object = {}) =>
  hidden === 0
    ? ({ head: "linear", headOptions: { ...plain, ...options } } as const)
    : ({
        head: "mlp",
        headOptions: { ...plain, dropout: 0, earlyStopping: false, hidden: [hidden], ...options },
      } as const);
const lastMean = { layer: "last", pooling: "mean" } as const;

/** Runs all experiments. `report` gets a line when something is done. */
export async function runExperiments(
  material: Material,
  { seeds, sizes, epochs }: Extent,
  report: (line: string) => void,
): Promise<Findings> {
  const part = await embedPart(material, material.encoder);
  const info = part.encoderSet.encoders[0]!;
  const classes = new Set(part.train.map(({ label }) => label)).size;
  checkShapes(part, classes, material);
  const exact = { ...lastMean, head: "linear", headOptions: recipe } as const;
  const article = measure("the article's recipe", part, exact, seeds);
  report(describeScore(article, 1 / classes));

  const bySize = sizes.map((hidden) => {
    const name = hidden === 0 ? "linear" : `${hidden} hidden units`;
    return { ...measure(name, part, { ...lastMean, ...network(hidden) }, seeds), hidden };
  });
  report("sizes measured");
  const byEpochs = epochs.map((count) => {
    const options = { ...lastMean, ...network(64, { epochs: count }) };
    return {
      ...measure(`${count} ${count === 1 ? "epoch" : "epochs"}`, part, options, seeds),
      epochs: count,
    };
  });
  report("epochs measured");

  const inputs = [
    { input: info.id, part },
    { input: "mfcc", part: await embedPart(material, await resolveEncoder("mfcc")) },
    { input: "log-mel", part: await encodePart(material, createLogMelGrid(), part) },
  ].flatMap(({ input, part }) =>
    [0, 64].map((hidden) => {
      const head = hidden === 0 ? "linear" : "mlp";
      const score = measure(`${input}, ${head}`, part, { ...lastMean, ...network(hidden) }, seeds);
      return { ...score, input, head };
    }),
  );
  report("inputs measured");
  const layers = Array.from({ length: info.layers }, (_, layer) =>
    measure(`layer ${layer}`, part, { ...lastMean, ...network(0), layer }, seeds),
  );
  report("layers measured");
  const defaults = [
    await measureDefault(material, "golem train", {}),
    await measureDefault(material, "golem train --no-transcript", { transcript: false }),
  ];
  if (info.id !== defaultEncoderId) {
    const name = `golem train --encoder ${info.id}`;
    defaults.push(await measureDefault(material, name, { encoder: info.id }));
  }
  const strangers = await measureStrangers(material);
  report("defaults measured");
  const speakers = new Set(part.test.map(({ speaker }, row) => speaker ?? row));
  return {
    ...{ data: material.data, synthetic: material.synthetic, division: material.division },
    ...{ encoder: info.id, encoderLayers: info.layers },
    ...{ dimensions: info.dimensions, classes, trained: part.train.length, tested: part.test.length },
    ...{ speakersTested: speakers.size, chance: 1 / classes, recipe: article },
    ...{ sizes: bySize, epochs: byEpochs, inputs, layers, defaults, strangers },
  };
}

/** Formats one line with both accuracies, as the article should have reported them. */
export function describeScore({ name, trainAccuracy, heldOut, interval }: Score, chance: number): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return `${name}: training accuracy ${percent(trainAccuracy)}, held-out accuracy ${percent(heldOut)} (95 % interval ${percent(interval[0])} to ${percent(interval[1])}), chance ${percent(chance)}`;
}

/**
 * Checks that the layer has the article's shape: 768 x 14 for the article's encoder and data, else their
 * sizes.
 */
function checkShapes(part: Part, classes: number, { data }: Material): void {
  const info = part.encoderSet.encoders[0]!;
  if (info.id === "facebook/wav2vec2-base") assert.equal(info.dimensions, 768);
  if (/PolyAI\/minds14/.test(data)) assert.equal(classes, 14);
  const { fitted } = fitClassifier(getTrainingRows(part).rows, part.encoderSet, {
    ...lastMean,
    ...{ head: "linear", headOptions: { ...recipe, epochs: 1 }, seed: 0 },
  });
  const { head } = fitted[0]!;
  assert.deepEqual(head.saved.tensors.weight?.shape, [classes, info.dimensions]);
  assert.deepEqual(head.saved.tensors.bias?.shape, [classes]);
}

/** Measures `golem train` without options, or with one option that changes nothing else. */
async function measureDefault(
  material: Material,
  command: string,
  options: Pick<TrainOptions, "encoder" | "transcript">,
): Promise<DefaultScore> {
  const golem = await train(material.dataset, options);
  await golem.dispose();
  const { evaluation, model } = golem;
  assert(evaluation);
  const { test } = await embedPart(material, golem.encoderSet);
  const { views, heads } = model.document;
  const most = views.reduce((most, view) => (view.weight > most.weight ? view : most));
  const answers = model.predictEmbedded(test);
  const answered = answers.flatMap(({ unknown, label }, row) =>
    unknown ? [] : [label === test[row]!.label],
  );
  const features = heads.reduce((sum, head) => sum + head.features, 0);
  return {
    name: `${command}: ${views.length} views, most weight on ${describeView(most)}, ${heads[0]!.kind}`,
    ...{ features, parameters: (features + heads.length) * golem.labels.length },
    ...{ layer: most.layer, trainAccuracy: evaluation.trainAccuracy, heldOut: evaluation.balancedAccuracy },
    ...{ interval: evaluation.interval, logLoss: evaluation.logLoss, seeds: 1 },
    words: sumShares(views.filter(needsTranscriber)),
    flagged: 1 - answered.length / test.length,
    accuracyOfAnswered: answered.filter(Boolean).length / Math.max(1, answered.length),
  };
}

const describeView = ({ encoder, layer }: View): string =>
  typeof layer === "number" ? `layer ${layer} of ${encoder}` : `the ${layer} of ${encoder}`;

/** Tests a default golem on all classes that was trained without the last third of them (at least one). */
async function measureStrangers(material: Material): Promise<Strangers> {
  const { recordings } = material.dataset;
  const labels = [...new Set(recordings.map(({ label }) => label))].sort();
  const classes = labels.slice(Math.ceil((2 / 3) * labels.length));
  const taught = recordings.filter(({ label, split }) => split !== "test" && !classes.includes(label));
  const golem = await train({ ...material.dataset, recordings: taught });
  await golem.dispose();
  const { test } = await embedPart(material, golem.encoderSet);
  const answers = golem.model.predictEmbedded(test);
  const count = (stranger: boolean) => {
    const rows = answers.filter((_, row) => classes.includes(test[row]!.label) === stranger);
    return [rows.length, rows.filter(({ unknown }) => unknown).length / Math.max(1, rows.length)] as const;
  };
  const [[strange, flagged], [known, knownFlagged]] = [count(true), count(false)];
  return { classes, recordings: strange, flagged, knownRecordings: known, knownFlagged };
}
