/**
 * Excludes from checks silent recordings of classes in which silence is expected (`_silence`, `_background`,
 * `_unknown`). They are all alike, and their level, length and format have no meaning.
 *
 * Not its concern: what counts as silent (audio/), the checks.
 */
import type { AudioFacts } from "../audio/audio.ts";
import { expectsSilence } from "../embed/embedded-recording.ts";
import { createMatrix, getRow, type Matrix } from "../math/matrix.ts";
import type { Check, Examination, ExaminedRecording } from "./examination.ts";

/** Whether the facts are those of a silent recording. */
export function isSilent({ warnings }: Pick<AudioFacts, "warnings">): boolean {
  return warnings.some(({ code }) => code === "silent");
}

/** Makes a check leave out silent recordings of classes in which silence is expected. */
export function withoutExpectedSilence(check: Check): Check {
  return (examination) => check(leaveOutSilence(examination));
}

function isExpected({ label, facts }: ExaminedRecording): boolean {
  return isSilent(facts) && expectsSilence([label]);
}

function leaveOutSilence(examination: Examination): Examination {
  const { recordings, likeness, opinion } = examination;
  const kept = [...recordings.keys()].filter((row) => !isExpected(recordings[row]!));
  if (kept.length === recordings.length) return examination;
  const places = new Map(kept.map((row, place) => [row, place]));
  const judged = opinion ? [...opinion.rows.keys()].filter((i) => places.has(opinion.rows[i]!)) : [];
  return {
    ...examination,
    recordings: kept.map((row) => recordings[row]!),
    ...(likeness ? { likeness: selectRows(likeness, kept) } : {}),
    ...(opinion
      ? {
          opinion: {
            labels: opinion.labels,
            rows: judged.map((i) => places.get(opinion.rows[i]!)!),
            probabilities: selectRows(opinion.probabilities, judged),
            firstProbabilities: selectRows(opinion.firstProbabilities, judged),
          },
        }
      : {}),
  };
}

function selectRows(matrix: Matrix, rows: readonly number[]): Matrix {
  const selected = createMatrix(rows.length, matrix.columns);
  for (const [i, row] of rows.entries()) getRow(selected, i).set(getRow(matrix, row));
  return selected;
}
