/**
 * Which recordings to listen to first: those it was most wrong about, and those whose label is doubtful.
 *
 * Not its concern: how they are shown.
 */
import { getOwnScore, isMistaken } from "./recording-item.tsx";
import type { ReportFinding, ReportRecording } from "./report-data.ts";

const mostWorst = 9;
const mostSuspicious = 6;

/**
 * Held out, another class was always answered, and with this probability at least: the label itself may be
 * wrong.
 */
const doubtful = 0.5;

/** Places in the list of recordings. */
export interface PickedRecordings {
  /** Scored ones whose own label got least, mistaken ones only, the worst first. */
  readonly worst: readonly number[];
  /** Others, trained ones included, of which the label is doubtful or the doctor speaks. */
  readonly suspicious: readonly number[];
}

/**
 * All recordings, those first that are most worth listening to: mistaken, then by the probability of their
 * own label.
 */
export function rankRecordings(recordings: readonly ReportRecording[]): number[] {
  return recordings
    .map((recording, index) => ({
      index,
      // Held out and scored before held out only, before never held out.
      group: recording.answers.length === 0 ? 3 : !isMistaken(recording) ? 2 : recording.isScored ? 0 : 1,
      own: getOwnScore(recording),
    }))
    .sort((a, b) => a.group - b.group || a.own - b.own || a.index - b.index)
    .map(({ index }) => index);
}

/** Picks the recordings that have a picture of their own. */
export function pickRecordings(
  recordings: readonly ReportRecording[],
  findings: readonly ReportFinding[] = [],
): PickedRecordings {
  const ranked = rankRecordings(recordings);
  const isWorst = (index: number) => recordings[index]!.isScored && isMistaken(recordings[index]!);
  const worst = ranked.filter(isWorst).slice(0, mostWorst);
  const named = new Set(findings.filter(({ severity }) => severity !== "note").flatMap(({ files }) => files));
  const isSuspicious = (index: number) =>
    !worst.includes(index) && (named.has(recordings[index]!.file) || isDoubtful(recordings[index]!));
  return { worst, suspicious: ranked.filter(isSuspicious).slice(0, mostSuspicious) };
}

function isDoubtful(recording: ReportRecording): boolean {
  const { isTrained, answers, scores } = recording;
  return isTrained && isMistaken(recording) && answers[0]!.share === 1 && (scores[0]?.share ?? 0) >= doubtful;
}
