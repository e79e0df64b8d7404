/**
 * Which recordings to listen to first: the worst errors, and recordings with doubtful labels.
 *
 * Not its concern: how they are shown.
 */
import { getOwnScore, isMistaken } from "./recording-item.tsx";
import type { ReportFinding, ReportRecording } from "./report-data.ts";

const maximumWorst = 9;
const maximumSuspicious = 6;

/**
 * Every held-out prediction was another class, with at least this probability: the label may be wrong.
 */
const doubtful = 0.5;

/** Places in the list of recordings. */
interface PickedRecordings {
  /** Scored and misclassified ones, by the probability of their own label, lowest first. */
  readonly worst: readonly number[];
  /** Others, training recordings included, with a doubtful label or a finding. */
  readonly suspicious: readonly number[];
}

/**
 * All recordings, the most worth listening to first: misclassified ones, then by the probability of their own
 * label.
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

/** Picks the recordings that get a card with a spectrogram. */
export function pickRecordings(
  recordings: readonly ReportRecording[],
  findings: readonly ReportFinding[] = [],
): PickedRecordings {
  const ranked = rankRecordings(recordings);
  const isWorst = (index: number) => recordings[index]!.isScored && isMistaken(recordings[index]!);
  const worst = ranked.filter(isWorst).slice(0, maximumWorst);
  const named = new Set(findings.filter(({ severity }) => severity !== "note").flatMap(({ files }) => files));
  const isSuspicious = (index: number) =>
    !worst.includes(index) && (named.has(recordings[index]!.file) || isDoubtful(recordings[index]!));
  return { worst, suspicious: ranked.filter(isSuspicious).slice(0, maximumSuspicious) };
}

function isDoubtful(recording: ReportRecording): boolean {
  const { isTrained, answers, scores } = recording;
  return isTrained && isMistaken(recording) && answers[0]!.share === 1 && (scores[0]?.share ?? 0) >= doubtful;
}
