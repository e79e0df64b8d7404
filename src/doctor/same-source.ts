/**
 * Finds recordings that are pieces of one longer recording, and whether folds can keep such pieces together.
 *
 * Not its concern: how sources are found, audio, files, encoders, wording.
 */
import { describeSources, listSources } from "../embed/sources.ts";
import type { Examination, ExaminedRecording } from "./examination.ts";
import type { FoundFault } from "./finding.ts";
import { findReasonAgainstFolds } from "./speakers.ts";

/** Finds sources of several recordings; one finding for all of them. */
export function checkSameSource({ recordings, seed }: Examination): FoundFault[] {
  const sources = listSources(recordings);
  if (sources.length === 0) return [];
  const pieces = sources.flat();
  const facts = { sources: sources.length, pieces: pieces.length, examples: describeSources(sources) };
  const fault = {
    kind: "same-source" as const,
    files: pieces.map(({ file }) => file),
    groups: sources.map((source) => source.map(({ file }) => file)),
  };
  const isTest = ({ split }: ExaminedRecording): boolean => split === "test";
  if (sources.some((source) => source.some(isTest) && !source.every(isTest))) {
    return [{ ...fault, severity: "severe", reason: { code: "pieces-other-side", ...facts } }];
  }
  const learned = recordings.filter((recording) => !isTest(recording));
  const groups = learned.map(({ source }) => source);
  const obstacle =
    learned.length < recordings.length ? undefined : findReasonAgainstFolds(learned, groups, seed, "source");
  return obstacle === undefined
    ? [{ ...fault, severity: "warning", reason: { code: "pieces-together", ...facts } }]
    : [{ ...fault, severity: "severe", reason: { code: "pieces-mixed", ...facts }, details: { obstacle } }];
}
