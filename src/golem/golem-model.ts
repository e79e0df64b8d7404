/**
 * The trained artefact in memory: predicts from embeddings, evaluates, and turns into files and back.
 *
 * Must not know: the file system, audio formats, how encoders run.
 */
import type { AudioSettings } from "../audio/audio.ts";
import type { AudioDescription } from "../audio/describe-audio.ts";
import { GolemError } from "../core/error.ts";
import type { SkippedRecording } from "../dataset/dataset.ts";
import type { EncoderInfo } from "../encoder/encoder.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import { type Classifier, createClassifier } from "./classifier.ts";
import { computeDataFingerprint } from "./data-fingerprint.ts";
import type { EmbeddedRecording } from "./embedded-recording.ts";
import { evaluateClassifier } from "./evaluate-classifier.ts";
import {
  formatVersion,
  type GolemDocument,
  parseGolemDocument,
  parseTrainingDocument,
  type TrainingDocument,
} from "./golem-document.ts";
import { writeModelCard } from "./model-card.ts";
import { packTensors, unpackTensors } from "./packed-tensors.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

/** What a golem says of one recording. */
export interface Prediction {
  /** The most probable class: always the best guess. */
  readonly label: string;
  /** Its probability. */
  readonly confidence: number;
  /** Probability of each class, in the order of the golem's labels. */
  readonly scores: Readonly<Record<string, number>>;
  /** Whether the confidence is below the golem's threshold; only a flag. */
  readonly unknown: boolean;
}

/** Names of the files a golem consists of. */
export const golemFiles = {
  document: "golem.json",
  tensors: "head.safetensors",
  training: "training.json",
  card: "README.md",
} as const;

/** A trained golem, without the encoder that feeds it. */
export interface GolemModel {
  readonly document: GolemDocument;
  readonly training: TrainingDocument;
  readonly encoder: EncoderInfo;
  /** Predicts from pooled vectors [layers, 2 x dimensions], one a recording. */
  predictEmbeddings(vectors: readonly Float32Array[]): Prediction[];
  /** Scores the golem on labelled recordings; those of its training set are left out and listed. */
  evaluate(recordings: readonly EmbeddedRecording[], skipped?: readonly SkippedRecording[]): Evaluation;
  /** The files it is saved as, by name; the same golem gives the same bytes. */
  encode(): Record<string, Uint8Array>;
}

/** Everything `createGolemModel` needs. */
export interface GolemParts {
  readonly classifier: Classifier;
  readonly labels: readonly string[];
  readonly encoder: EncoderInfo;
  readonly audio: AudioSettings;
  readonly pipeline: AudioDescription;
  readonly createdBy: string;
  readonly name: string;
  readonly recordings: readonly EmbeddedRecording[];
  /** Accuracy on its own training recordings. */
  readonly trainAccuracy: number;
  readonly evaluation: Evaluation | null;
  /** Held-out probabilities of each recording. */
  readonly outOfFold: readonly Float32Array[] | undefined;
  readonly seed: number;
  readonly thresholds: GolemDocument["thresholds"];
}

/** Puts together what training found. */
export function createGolemModel(parts: GolemParts): GolemModel {
  const { classifier, labels, recordings, audio } = parts;
  const perClass = Object.fromEntries(
    labels.map((label) => [label, recordings.filter((recording) => recording.label === label).length]),
  );
  const document = {
    format: "golem",
    formatVersion,
    createdBy: parts.createdBy,
    labels: [...labels],
    encoders: [parts.encoder],
    audio: {
      sampleRate: audio.sampleRate,
      trim: audio.trim,
      maximumSeconds: audio.maximumSeconds,
      windowSeconds: audio.windowSeconds,
      pipeline: parts.pipeline,
    },
    views: classifier.fitted.map(({ view }) => view),
    heads: classifier.fitted.map(({ head }) => head.saved.meta),
    thresholds: parts.thresholds,
    seed: parts.seed,
    data: {
      name: parts.name,
      fingerprint: computeDataFingerprint(recordings),
      recordings: recordings.length,
      perClass,
      seconds: recordings.reduce((sum, recording) => sum + recording.facts.seconds, 0),
    },
    trainAccuracy: parts.trainAccuracy,
    evaluation: parts.evaluation,
  };
  const training = {
    formatVersion,
    recordings: recordings.map(({ file, label, speaker, fileHash, facts }, row) => ({
      ...{ file, label, fileHash, audioHash: facts.audioHash, seconds: facts.seconds },
      ...(speaker === undefined ? {} : { speaker }),
      ...(parts.outOfFold ? { outOfFold: Array.from(parts.outOfFold[row]!) } : {}),
    })),
  };
  // Through the same door as a golem read from disk, so that what is saved is known to load.
  return assemble(JSON.stringify(document), JSON.stringify(training), classifier);
}

/** Puts a golem together from its files; every fault in them is `golem-damaged` or `golem-version`. */
export function decodeGolemModel(
  files: Readonly<Record<Exclude<keyof typeof golemFiles, "card">, Uint8Array>>,
): GolemModel {
  const text = new TextDecoder();
  const json = text.decode(files.document);
  const document = parseGolemDocument(json);
  const fitted = unpackTensors(document.views, document.heads, decodeSafetensors(files.tensors));
  const classifier = createClassifier(fitted, document.encoders[0]!);
  return assemble(json, text.decode(files.training), classifier);
}

function assemble(documentJson: string, trainingJson: string, classifier: Classifier): GolemModel {
  const document = parseGolemDocument(documentJson);
  const training = parseTrainingDocument(trainingJson);
  const { labels, thresholds } = document;
  const encoder = document.encoders[0]!;
  if (training.recordings.some(({ outOfFold }) => outOfFold && outOfFold.length !== labels.length)) {
    throw new GolemError(
      "golem-damaged",
      `The golem is damaged: training.json has predictions that do not fit the ${labels.length} labels.`,
      { hint: "Copy the golem's folder again from where it was made, or train it anew." },
    );
  }
  return {
    document,
    training,
    encoder,
    predictEmbeddings(vectors) {
      const { data } = classifier.computeProbabilities(vectors);
      return vectors.map((_, row) => {
        const scores = Array.from(data.subarray(row * labels.length, (row + 1) * labels.length));
        const confidence = Math.max(...scores);
        return {
          label: labels[scores.indexOf(confidence)]!,
          confidence,
          scores: Object.fromEntries(labels.map((label, c) => [label, scores[c]!])),
          unknown: confidence < thresholds.unknown,
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
        [golemFiles.tensors]: encodeSafetensors(packTensors(classifier.fitted)),
        [golemFiles.training]: text.encode(`${JSON.stringify(training, null, 2)}\n`),
        [golemFiles.card]: text.encode(writeModelCard(document)),
      };
    },
  };
}
