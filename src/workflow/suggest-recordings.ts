/**
 * Which unlabelled recordings a golem would learn most from, and why, in words.
 *
 * Not its concern: files, how recordings are heard, the mathematics of the choice.
 */
import type { Classifier } from "../classifier/classifier.ts";
import {
  type ChosenRow,
  chooseDiverse,
  computeMargins,
  findCandidates,
} from "../classifier/diverse-batch.ts";
import type { EncoderSetInfo } from "../classifier/view.ts";
import { computeViewSpace } from "../classifier/view-space.ts";
import type { Embedding } from "../embed/embedded-recording.ts";
import type { GolemModel, Prediction } from "../golem/golem-model.ts";

/** A recording worth a label. */
export interface Suggestion {
  /** What the golem takes it for. */
  readonly label: string;
  readonly confidence: number;
  /** What it takes it for next. */
  readonly runnerUp: { readonly label: string; readonly confidence: number };
  /** Whether the golem would say that it does not know. */
  readonly unknown: boolean;
  /** How many of the recordings it is unsure of sound like this one, which is the nearest to their middle; itself included. */
  readonly alike: number;
  /** Why it is suggested. */
  readonly reason: string;
}

/**
 * Chooses at most `count` of the recordings, the one that the classifier is least sure of at the front; rows are places in `heard`. The
 * same seed gives the same choice.
 */
export function chooseToLabel(
  classifier: Classifier,
  encoderSet: EncoderSetInfo,
  embeddings: readonly Embedding[],
  options: { readonly count: number; readonly seed: number },
): ChosenRow[] {
  const { seed } = options;
  const count = Math.min(options.count, embeddings.length);
  const margins = computeMargins(classifier.computeProbabilities(embeddings));
  const candidates = findCandidates(margins, count);
  const place = () =>
    computeViewSpace(
      classifier,
      encoderSet,
      candidates.map((row) => embeddings[row]!),
    );
  return chooseDiverse(candidates, place, margins, { count, seed });
}

/** The same for a golem, with what it makes of each of them. */
export function suggestRecordings(
  { classifier, document, predictEmbedded }: Pick<GolemModel, "classifier" | "document" | "predictEmbedded">,
  embeddings: readonly Embedding[],
  options: { readonly count: number; readonly seed: number },
): (Suggestion & { readonly row: number })[] {
  return chooseToLabel(classifier, document, embeddings, options).map(({ row, alike }) => ({
    row,
    ...describe(predictEmbedded([embeddings[row]!])[0]!, alike),
  }));
}

function describe({ label, confidence, scores, unknown }: Prediction, alike: number): Suggestion {
  const [second, share] = Object.entries(scores)
    .filter(([name]) => name !== label)
    .reduce((a, b) => (b[1] > a[1] ? b : a));
  const percent = (value: number): string => `${Math.round(100 * value)} %`;
  const words = [
    confidence < 2 * share
      ? `torn between ${label} (${percent(confidence)}) and ${second} (${percent(share)})`
      : `taken for ${label} (${percent(confidence)})`,
    ...(unknown ? ["may be none of the classes"] : []),
    ...(alike > 1 ? [`stands for ${alike} unsure ones that sound alike`] : []),
  ];
  return {
    label,
    confidence,
    runnerUp: { label: second, confidence: share },
    unknown,
    alike,
    reason: words.join("; "),
  };
}
