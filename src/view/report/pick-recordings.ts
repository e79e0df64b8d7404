/** Selects the recordings to listen to first: the worst errors, and recordings with doubtful labels. */
import { getOwnScore, isMistaken } from "./recording-item.tsx";
import type { ReportFinding, ReportRecording } from "./report-data.ts";

const maximumWorst = 9;
/** Of doubtful and reported recordings together. */
const maximumOthers = 6;

/** Probability of another class from which a label is doubtful, if every prediction was that. */
const leastDoubt = 0.5;

/** Indices in the list of recordings. */
interface PickedRecordings {
  /** Scored and misclassified recordings, by the probability of their own label, lowest first. */
  readonly worst: readonly number[];
  /** Other recordings, including training recordings, whose label is doubtful. */
  readonly doubtful: readonly number[];
  /** Other recordings that the doctor reports. */
  readonly reported: readonly number[];
}

/**
 * Ranks all recordings, those most worth listening to first: misclassified ones, then by the probability of
 * their own label.
 */
export function rankRecordings(recordings: readonly ReportRecording[]): number[] {
  return recordings
    .map((recording, index) => ({
      index,
      // First recordings that were scored, then those that were only held out, then those never held out.
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
  const serious = findings.filter(({ severity }) => severity !== "note");
  const listFiles = (chosen: readonly ReportFinding[]) => new Set(chosen.flatMap(({ files }) => files));
  const named = listFiles(serious);
  const doubted = listFiles(serious.filter(({ kind }) => kind === "likely-mislabelled"));
  const isDoubted = (index: number) => doubted.has(recordings[index]!.file) || isDoubtful(recordings[index]!);
  const others = ranked
    .filter((index) => !worst.includes(index) && (named.has(recordings[index]!.file) || isDoubted(index)))
    .slice(0, maximumOthers);
  return {
    worst,
    doubtful: others.filter(isDoubted),
    reported: others.filter((index) => !isDoubted(index)),
  };
}

function isDoubtful(recording: ReportRecording): boolean {
  const { isTrained, answers, scores } = recording;
  return (
    isTrained && isMistaken(recording) && answers[0]!.share === 1 && (scores[0]?.share ?? 0) >= leastDoubt
  );
}
