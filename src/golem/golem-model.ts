/**
 * The trained artefact in memory: predicts from embeddings, evaluates, and turns into files and back.
 *
 * Not its concern: the file system, audio formats, how encoders run.
 */
import type { AudioSettings } from "../audio/audio.ts";
import type { AudioDescription } from "../audio/audio-description.ts";
import { type Classifier, createClassifier } from "../classifier/classifier.ts";
import { evaluateClassifier } from "../classifier/evaluate-classifier.ts";
import { createFamiliarityScore, type Familiarity } from "../classifier/familiarity.ts";
import type { FittedView } from "../classifier/fitted-view.ts";
import {
  computeLabelSet,
  labelSetLevel,
  packLabelCalibration,
  unpackLabelCalibration,
} from "../classifier/label-sets.ts";
import { type EncoderSetInfo, needsTranscriber } from "../classifier/view.ts";
import { GolemError } from "../core/error.ts";
import type { SkippedRecording } from "../dataset/dataset.ts";
import { type EmbeddedRecording, type Embedding, unknownLabels } from "../embed/embedded-recording.ts";
import type { EncoderInfo } from "../encoder/encoder.ts";
import type { TranscriberInfo } from "../encoder/transcriber.ts";
import type { LabelCalibration } from "../evaluate/conformal.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import type { Tensor } from "../head/head.ts";
import { computeDataFingerprint } from "./data-fingerprint.ts";
import {
  checkViews,
  formatVersion,
  type GolemDocument,
  parseGolemDocument,
  parseTextDocument,
  parseTrainingDocument,
  type TrainingDocument,
} from "./golem-document.ts";
import { golemFiles } from "./golem-files.ts";
import { writeModelCard } from "./model-card.ts";
import {
  describeFamiliarity,
  familiarityPrefix,
  packFamiliarity,
  unpackFamiliarity,
} from "./packed-familiarity.ts";
import { packTensors, unpackTensors } from "./packed-tensors.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import type { TrainingAccount } from "./training-account.ts";

export { golemFileLimits, golemFiles } from "./golem-files.ts";

/** What a golem says of one recording. */
export interface Prediction {
  /** The most probable class: always the best guess. */
  readonly label: string;
  /** Its probability. */
  readonly confidence: number;
  /** Probability of each class, in the order of the golem's labels. */
  readonly scores: Readonly<Record<string, number>>;
  /** Whether it is unlike all classes, or most like one that stands for the unknown; only a flag. */
  readonly unknown: boolean;
  /** How familiar it is: about 0 for a typical recording of a known class, below the golem's threshold if unknown. */
  readonly familiarity?: number;
  /** Classes that cannot be ruled out: with the stated level, of known ones, the true one is among them. Best guess first. */
  readonly labelSet?: readonly string[];
}

/** A trained golem, without those who listen for it. */
export interface GolemModel {
  readonly document: GolemDocument;
  readonly training: TrainingDocument;
  /** The encoders whose vectors it takes, in this order. */
  readonly encoders: readonly EncoderInfo[];
  /** Who gives the texts and vectors of a decoder that it takes; undefined when it takes none. */
  readonly transcriber: TranscriberInfo | undefined;
  /** Heads, weights and vocabulary, for those who look inside. */
  readonly classifier: Classifier;
  /** What tells it the unknown, likewise; undefined where nothing could be held out. */
  readonly familiarity: Familiarity | undefined;
  /** What its label sets go by, likewise. */
  readonly calibration: LabelCalibration | undefined;
  /** Predicts recordings as they were heard. */
  predictEmbedded(embeddings: readonly Embedding[]): Prediction[];
  /** Scores the golem on labelled recordings; those of its training set are left out and listed. */
  evaluate(recordings: readonly EmbeddedRecording[], skipped?: readonly SkippedRecording[]): Evaluation;
  /** The files it is saved as, by name; the same golem gives the same bytes. */
  encode(): Record<string, Uint8Array>;
}

/** What a golem goes by when it says how sure it is; parts are left out where nothing could be held out. */
interface Judgement {
  readonly familiarity?: Familiarity | undefined;
  readonly calibration?: LabelCalibration | undefined;
}

/** Everything `createGolemModel` needs. */
export interface GolemParts {
  readonly classifier: Classifier;
  readonly labels: readonly string[];
  /** Who heard what it was trained on. */
  readonly encoderSet: EncoderSetInfo;
  readonly audio: AudioSettings;
  readonly pipeline: AudioDescription;
  readonly createdBy: string;
  readonly name: string;
  readonly isPublic?: boolean | undefined;
  readonly recordings: readonly EmbeddedRecording[];
  /** Accuracy on its own training recordings. */
  readonly trainAccuracy: number;
  readonly evaluation: Evaluation | null;
  /** What training.json tells of each recording. */
  readonly account: TrainingAccount;
  readonly seed: number;
  readonly judgement: Judgement;
}

/** Puts together what training found. */
export function createGolemModel(parts: GolemParts): GolemModel {
  const { labels, recordings, audio } = parts;
  const { fitted, vocabulary } = parts.classifier;
  const { familiarity, calibration } = parts.judgement;
  const encoderSet = pickEncoderSet(fitted, parts.encoderSet);
  const perClass = Object.fromEntries(
    labels.map((label) => [label, recordings.filter((recording) => recording.label === label).length]),
  );
  const document = {
    format: "golem",
    formatVersion,
    createdBy: parts.createdBy,
    labels: [...labels],
    encoders: encoderSet.encoders,
    ...(encoderSet.transcriber ? { transcriber: encoderSet.transcriber } : {}),
    audio: {
      sampleRate: audio.sampleRate,
      trim: audio.trim,
      maximumSeconds: audio.maximumSeconds,
      windowSeconds: audio.windowSeconds,
      pipeline: parts.pipeline,
    },
    views: fitted.map(({ view }) => view),
    heads: fitted.map(({ head }) => head.saved.meta),
    ...(familiarity ? { familiarity: describeFamiliarity(familiarity) } : {}),
    ...(calibration ? { labelSets: { level: labelSetLevel } } : {}),
    seed: parts.seed,
    data: {
      name: parts.name,
      ...(parts.isPublic ? { public: true } : {}),
      fingerprint: computeDataFingerprint(recordings),
      recordings: recordings.length,
      perClass,
      seconds: recordings.reduce((sum, recording) => sum + recording.facts.seconds, 0),
    },
    trainAccuracy: parts.trainAccuracy,
    evaluation: parts.evaluation,
  };
  const training = { formatVersion, ...parts.account };
  // Through the same door as a golem read from disk, so that what is saved is known to load.
  const classifier = createClassifier(fitted, encoderSet, vocabulary);
  return assemble(JSON.stringify(document), JSON.stringify(training), classifier, parts.judgement);
}

/** Those of the listener whom the views need, and the first encoder, which tells the unknown. */
function pickEncoderSet(
  fitted: readonly FittedView[],
  { encoders, transcriber }: EncoderSetInfo,
): EncoderSetInfo {
  const needed = (id: string, reads: boolean) =>
    fitted.some(({ view }) => view.encoder === id && needsTranscriber(view) === reads);
  return {
    encoders: encoders.filter(({ id }, i) => i === 0 || needed(id, false)),
    ...(transcriber && needed(transcriber.id, true) ? { transcriber } : {}),
  };
}

/** Puts a golem together from its files; every fault in them is `golem-damaged` or `golem-version`. */
export function decodeGolemModel(
  files: Readonly<Record<"document" | "tensors" | "training", Uint8Array>> & { readonly text?: Uint8Array },
): GolemModel {
  const text = new TextDecoder();
  const json = text.decode(files.document);
  const document = parseGolemDocument(json);
  const vocabulary = files.text && parseTextDocument(text.decode(files.text));
  checkViews(document, vocabulary);
  const { heads, familiar, conformal } = sortTensors(decodeSafetensors(files.tensors));
  const fitted = unpackTensors(document.views, document.heads, heads);
  const classifier = createClassifier(fitted, document, vocabulary);
  if (familiar.size > 0 !== (document.familiarity !== undefined)) throw damaged("familiarity/");
  if ((conformal !== undefined) !== (document.labelSets !== undefined)) throw damaged(conformalName);
  return assemble(json, text.decode(files.training), classifier, {
    familiarity: document.familiarity && unpackFamiliarity(document.familiarity, familiar, document),
    calibration: conformal && unpackLabelCalibration(conformal),
  });
}

const conformalName = "conformal/scores";

/** The tensors of heads, of what tells the unknown, and of label sets. */
function sortTensors(tensors: Readonly<Record<string, Tensor>>) {
  const heads: Record<string, Tensor> = Object.create(null);
  const familiar = new Map<string, Tensor>();
  for (const [name, tensor] of Object.entries(tensors)) {
    if (name.startsWith(familiarityPrefix)) familiar.set(name, tensor);
    else if (name !== conformalName) heads[name] = tensor;
  }
  return { heads, familiar, conformal: tensors[conformalName] };
}

function damaged(name: string): GolemError {
  return new GolemError(
    "golem-damaged",
    `The golem is damaged: golem.json and head.safetensors disagree about ${name}.`,
    { hint: "Copy the golem's folder again from where it was made, or train it anew." },
  );
}

function assemble(
  documentJson: string,
  trainingJson: string,
  classifier: Classifier,
  { familiarity, calibration }: Judgement,
): GolemModel {
  const document = parseGolemDocument(documentJson);
  const training = parseTrainingDocument(trainingJson);
  const { labels } = document;
  const scoreFamiliarity = familiarity && createFamiliarityScore(familiarity, document);
  const misfits = [...training.recordings, ...(training.test ?? [])].some(
    ({ outOfFold, votes = [] }) =>
      (outOfFold && outOfFold.length !== labels.length) || votes.some(([answer]) => answer >= labels.length),
  );
  if (misfits) {
    throw new GolemError(
      "golem-damaged",
      `The golem is damaged: training.json has predictions that do not fit the ${labels.length} labels.`,
      { hint: "Copy the golem's folder again from where it was made, or train it anew." },
    );
  }
  return {
    document,
    training,
    encoders: document.encoders,
    transcriber: document.transcriber,
    classifier,
    familiarity,
    calibration,
    predictEmbedded(embeddings) {
      const { data } = classifier.computeProbabilities(embeddings);
      const familiar = scoreFamiliarity?.(embeddings);
      return embeddings.map((_, row) => {
        const scores = Array.from(data.subarray(row * labels.length, (row + 1) * labels.length));
        const confidence = Math.max(...scores);
        const label = labels[scores.indexOf(confidence)]!;
        const isUnlikeAll = familiar !== undefined && familiar[row]! < familiarity!.threshold;
        return {
          ...{ label, confidence },
          scores: Object.fromEntries(labels.map((name, c) => [name, scores[c]!])),
          unknown: isUnlikeAll || unknownLabels.includes(label),
          ...(familiar ? { familiarity: familiar[row]! } : {}),
          ...(calibration ? { labelSet: computeLabelSet(calibration, scores).map((c) => labels[c]!) } : {}),
        };
      });
    },
    evaluate: (recordings, skipped = []) =>
      evaluateClassifier(
        classifier,
        labels,
        recordings,
        {
          recordings: training.recordings,
          trainAccuracy: document.trainAccuracy,
        },
        skipped,
      ),
    encode() {
      const text = new TextEncoder();
      return {
        [golemFiles.document]: text.encode(`${JSON.stringify(document, null, 2)}\n`),
        [golemFiles.tensors]: encodeSafetensors({
          ...packTensors(classifier.fitted),
          ...(familiarity ? packFamiliarity(familiarity) : {}),
          ...(calibration ? { [conformalName]: packLabelCalibration(calibration) } : {}),
        }),
        [golemFiles.training]: text.encode(`${JSON.stringify(training, null, 2)}\n`),
        ...(classifier.vocabulary
          ? {
              [golemFiles.text]: text.encode(
                `${JSON.stringify({ formatVersion, ...classifier.vocabulary }, null, 1)}\n`,
              ),
            }
          : {}),
        [golemFiles.card]: text.encode(writeModelCard(document)),
      };
    },
  };
}
