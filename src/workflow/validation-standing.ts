/**
 * Describes the meaning of a cross-validated score: how folds were grouped and why, and what besides the
 * sound reveals the labels. Used by training and learning curves.
 */
import { formatNumberOf } from "../core/format.ts";
import { findShortcut } from "../doctor/shortcut.ts";
import type { EmbeddedRecording } from "../embed/embedded-recording.ts";
import { describeSources, listSources } from "../embed/sources.ts";
import type { CrossValidation } from "../evaluate/cross-validate.ts";
import type { EvaluationInput } from "../evaluate/evaluate.ts";

interface Validated {
  readonly validation: CrossValidation;
  readonly recordings: readonly EmbeddedRecording[];
  /** Indices in `recordings` of those that were scored. */
  readonly scored: readonly number[];
  readonly labels: readonly string[];
  /** Share of repeats in which each scored recording was classified correctly, 0 to 1. */
  readonly correctness: ArrayLike<number>;
  readonly seed: number;
}

/** Returns the part of an evaluation that describes the meaning of its score. */
export function describeValidation({ validation, recordings, scored, labels, ...rest }: Validated) {
  return {
    ungroupedCode: validation.reasonCode,
    lonelyLabels: validation.lonely?.map((label) => labels[label]!),
    shortcut: findShortcut({ ...rest, recordings: scored.map((row) => recordings[row]!) }),
    grouping: validation.grouping,
    ...describeValidationGroups(validation, recordings),
  };
}

/** Describes the groups of folds, and warnings about them. */
function describeValidationGroups(
  { grouping, reason }: CrossValidation,
  recordings: readonly EmbeddedRecording[],
): Pick<EvaluationInput, "groupingReason" | "groupedBy" | "sourcesMixed"> {
  const sources = listSources(recordings);
  if (sources.length === 0) return reason === undefined ? {} : { groupingReason: reason };
  const pieces = sources.reduce((sum, { length }) => sum + length, 0);
  const found = `${pieces} recordings are pieces of ${formatNumberOf(sources.length, "source")}, such as ${describeSources(sources)}`;
  if (grouping === "speaker") return { groupedBy: "source", groupingReason: found };
  return {
    groupedBy: "source",
    sourcesMixed: true,
    groupingReason: `${found}; ${reason}, so pieces of one source are trained and tested on`,
  };
}
