/**
 * Labels that are likely wrong: confident learning (Northcutt, Jiang, Chuang, Confident Learning, JAIR 2021)
 * on held-out probabilities.
 *
 * A recording is suspicious when its most probable class is not its label, with a probability near the mean
 * that the trusted recordings of that class get for it. In small classes the nearest neighbours have to agree
 * too; where the classifier errs often, both of its passes.
 * Not its concern: files, heads, where probabilities come from, words.
 */
import { createMatrix, getRow } from "../math/matrix.ts";
import type { Examination, Opinion } from "./examination.ts";
import type { FoundFault, LabelSuspicion } from "./finding.ts";
import { findNeighbours } from "./neighbours.ts";

/** When a label is doubted. */
const doubtLimits = {
  /**
   * Least probability, as a share of the class's own mean: Northcutt's threshold is 1, for many recordings.
   */
  confidence: 0.6,
  /** Classes below this size are judged with this many neighbours too. */
  smallClass: 4,
  neighbours: 3,
  /**
   * Least share of the recordings that the first pass classifies as labelled; below it both passes have to
   * suggest the same.
   */
  agreement: 0.7,
  /** Share and number of recordings from which on wrong labels are severe. */
  severeShare: 0.08,
  severeCount: 3,
  /** Least accuracy on the trusted recordings for that: a classifier that errs often is no evidence. */
  trustedAccuracy: 0.95,
} as const;

/** Finds labels that are likely wrong; one finding, the most suspicious first. */
export function checkLabels(examination: Examination): FoundFault[] {
  const { opinion } = examination;
  if (!opinion) return [];
  const suspicions = findSuspicions(examination, opinion);
  if (suspicions.length === 0) return [];
  const share = suspicions.length / opinion.rows.length;
  const { severeShare, severeCount, trustedAccuracy } = doubtLimits;
  const isSevere =
    share >= severeShare &&
    suspicions.length >= severeCount &&
    computeTrustedAccuracy(examination, opinion) >= trustedAccuracy;
  const [{ file, label, suggested, confidence }] = suspicions as [LabelSuspicion];
  return [
    {
      kind: "likely-mislabelled",
      severity: isSevere ? "severe" : "warning",
      files: suspicions.map((suspicion) => suspicion.file),
      reason: { code: "doubted", count: suspicions.length, share, file, label, suggested, confidence },
      suspicions,
    },
  ];
}

/** Recordings whose labels are doubted, the most suspicious first. */
export function findSuspicions(
  { recordings, likeness }: Pick<Examination, "recordings" | "likeness">,
  { labels, rows, probabilities, trusted, firstGuesses }: Opinion,
): LabelSuspicion[] {
  const own = rows.map((row) => labels.indexOf(recordings[row]!.label));
  const expected = labels.map((_, k) => {
    const members = own.flatMap((label, i) =>
      label === k && trusted[i] ? [getRow(probabilities, i)[k]!] : [],
    );
    return members.length > 0 ? members.reduce((sum, value) => sum + value, 0) / members.length : 1;
  });
  const sizes = labels.map((_, k) => own.filter((label) => label === k).length);
  const { confidence: least, smallClass, neighbours, agreement } = doubtLimits;
  const agreed = own.filter((label, i) => firstGuesses[i] === label).length;
  const needsBoth = agreed < agreement * own.length;
  let near: Int32Array[] | undefined;
  if (likeness && sizes.some((size) => size < smallClass)) {
    const rowsInUse = createMatrix(rows.length, likeness.columns);
    for (const [i, row] of rows.entries()) getRow(rowsInUse, i).set(getRow(likeness, row));
    near = findNeighbours(rowsInUse, neighbours);
  }
  const suspicions: (LabelSuspicion & { doubt: number })[] = [];
  for (const [i, row] of rows.entries()) {
    const shares = getRow(probabilities, i);
    const label = own[i]!;
    let best = 0;
    for (let k = 1; k < shares.length; k++) if (shares[k]! > shares[best]!) best = k;
    if (best === label || (needsBoth && firstGuesses[i] !== best) || shares[best]! < least * expected[best]!)
      continue;
    if (near && sizes[label]! < smallClass) {
      const votes = (wanted: number) => near[i]!.filter((j) => own[j] === wanted).length;
      if (votes(best) <= votes(label)) continue;
    }
    const { file } = recordings[row]!;
    suspicions.push({
      file,
      label: labels[label]!,
      suggested: labels[best]!,
      confidence: shares[best]!,
      doubt: shares[best]! - shares[label]!,
    });
  }
  return suspicions.sort((a, b) => b.doubt - a.doubt).map(({ doubt: _, ...suspicion }) => suspicion);
}

/** Share of the trusted recordings that are classified as labelled. */
function computeTrustedAccuracy(
  { recordings }: Examination,
  { labels, rows, probabilities, trusted }: Opinion,
): number {
  let right = 0;
  let count = 0;
  for (const [i, row] of rows.entries()) {
    if (!trusted[i]) continue;
    count++;
    const shares = getRow(probabilities, i);
    if (labels[shares.indexOf(Math.max(...shares))] === recordings[row]!.label) right++;
  }
  return count > 0 ? right / count : 0;
}
