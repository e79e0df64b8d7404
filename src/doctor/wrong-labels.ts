/**
 * Finds recordings whose sound does not match their label: hard recordings, or wrong labels.
 *
 * The probabilities are held out, from two passes: the first was trained on all labels, the second only on
 * those that the first confirmed (workflow/examine-recordings.ts). A label is doubtful if another class is
 * far more probable in both, and if there are more recordings with labels this improbable than the
 * classifier's own errors explain. Its probabilities give the expected number of right labels that are as
 * improbable; the number found must be three times that, a false discovery rate of a third (Storey, "A direct
 * approach to false discovery rates", JRSS B 2002; confident learning: Northcutt et al., JAIR 2021). A
 * classifier with many errors is poor evidence: at most a few of the labels are then reported. Wrong labels
 * lower its confidence for all others, so without them confidence rises much; without hard recordings it does
 * not.
 * Not its concern: files, heads, where probabilities come from, wording.
 */
import { getPredictions } from "../evaluate/metrics.ts";
import { getRow, type Matrix } from "../math/matrix.ts";
import type { Examination, Opinion } from "./examination.ts";
import type { FoundFault, LabelSuspicion } from "./finding.ts";

/** Conditions for a doubtful label. Chosen on draws of several sets: LOG.md. */
const doubtLimits = {
  /** Minimum logarithm of the odds of the suggested class against the label, summed over both passes. */
  logOdds: 4.5,
  /** Maximum share of right labels expected among the doubtful ones. */
  expectedRight: 1 / 3,
  /** Share of labels that the first pass must confirm for the doubtful ones to be unlimited. */
  agreement: 2 / 3,
  /** Maximum ratio of the second pass's expected errors to the first's; unlimited if these are few. */
  remainingErrors: 0.45,
  fewErrors: 0.05,
  /** Otherwise, maximum share of recordings with doubtful labels. */
  shareIfErring: 0.03,
} as const;

/** Smallest probability treated as different from 0. */
const smallestProbability = 1e-9;

/** Finds doubtful labels; one finding, the most doubtful first, and never severe. */
export function checkLabels(examination: Examination): FoundFault[] {
  const { opinion } = examination;
  if (!opinion) return [];
  const suspicions = findSuspicions(examination, opinion);
  if (suspicions.length === 0) return [];
  const share = suspicions.length / opinion.rows.length;
  const [{ file, label, suggested, confidence }] = suspicions as [LabelSuspicion];
  return [
    {
      kind: "likely-mislabelled",
      severity: "warning",
      files: suspicions.map((suspicion) => suspicion.file),
      reason: { code: "doubted", count: suspicions.length, share, file, label, suggested, confidence },
      suspicions,
    },
  ];
}

/** Finds recordings with doubtful labels, the most doubtful first. */
export function findSuspicions(
  { recordings }: Pick<Examination, "recordings">,
  { labels, rows, probabilities, firstProbabilities }: Opinion,
): LabelSuspicion[] {
  const own = rows.map((row) => labels.indexOf(recordings[row]!.label));
  const limits = doubtLimits;
  const largest = findLargestUnexplained(probabilities, own);
  const best = getPredictions(probabilities);
  const doubts = [...rows.keys()]
    .filter((i) => best[i] !== own[i] && getRow(probabilities, i)[own[i]!]! <= largest)
    .map((i) => {
      const logOdds = [firstProbabilities, probabilities].map((pass) => {
        const shares = getRow(pass, i);
        return Math.log(raise(shares[best[i]!]!) / raise(shares[own[i]!]!));
      });
      return { i, doubt: logOdds.reduce((sum, value) => sum + value, 0) };
    })
    .filter(({ doubt }) => doubt > limits.logOdds)
    .sort((a, b) => b.doubt - a.doubt || a.i - b.i);
  const confirmed = getPredictions(firstProbabilities).filter((guess, i) => guess === own[i]).length;
  const isErring =
    confirmed < limits.agreement * rows.length ||
    (probabilities !== firstProbabilities && isStillUnsure(firstProbabilities, probabilities));
  const most = isErring ? Math.floor(limits.shareIfErring * rows.length) : doubts.length;
  return doubts.slice(0, most).map(({ i }) => ({
    file: recordings[rows[i]!]!.file,
    label: labels[own[i]!]!,
    suggested: labels[best[i]!]!,
    confidence: getRow(probabilities, i)[best[i]!]!,
  }));
}

const raise = (probability: number): number => Math.max(smallestProbability, probability);

/** Whether the expected errors of the second pass are nearly as many as those of the first. */
function isStillUnsure(first: Matrix, second: Matrix): boolean {
  const [before, after] = [first, second].map((pass) => {
    const surest = Array.from({ length: pass.rows }, (_, row) => Math.max(...getRow(pass, row)));
    return surest.reduce((sum, probability) => sum + 1 - probability, 0) / pass.rows;
  }) as [number, number];
  return after > doubtLimits.fewErrors && after > doubtLimits.remainingErrors * before;
}

/**
 * Finds the largest probability of a label such that there are more labels up to it than the classifier's
 * errors explain; -1 if there is none. If the probabilities are calibrated, the sum of all probabilities up
 * to a limit is the number of right labels expected below the limit.
 */
function findLargestUnexplained(probabilities: Matrix, own: readonly number[]): number {
  const all = Float64Array.from(probabilities.data).sort();
  const ofLabels = Float64Array.from(own, (label, i) => getRow(probabilities, i)[label]!).sort();
  let largest = -1;
  let expected = 0;
  let next = 0;
  for (const [i, probability] of ofLabels.entries()) {
    while (next < all.length && all[next]! <= probability) expected += all[next++]!;
    if (expected <= doubtLimits.expectedRight * (i + 1)) largest = probability;
  }
  return largest;
}
