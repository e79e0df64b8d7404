/**
 * Finds labels that are treated as different classes but differ only by case, Unicode form, invisible
 * characters or spaces.
 *
 * Not its concern: audio, files, encoders, wording.
 */

import { type AlikeLabels, findAlikeLabels, spellAlike } from "../dataset/alike-labels.ts";
import { getPredictions } from "../evaluate/metrics.ts";
import type { Examination } from "./examination.ts";
import type { FoundFault } from "./finding.ts";

/** Share of such labels predicted, held out, as another of them, above which it is severe. */
const severeShare = 0.25;

/** Finds groups of alike labels; per group, the recordings of all but the most frequent label. */
export function checkAlikeClasses(examination: Examination): FoundFault[] {
  const { recordings } = examination;
  return findAlikeLabels(recordings.map(({ label }) => label)).map((alike) => {
    const count = (label: string): number => recordings.filter((one) => one.label === label).length;
    const labels = [...alike.labels].sort((a, b) => count(b) - count(a));
    const files = recordings.filter(({ label }) => labels.indexOf(label) > 0).map(({ file }) => file);
    const isSevere = alike.looksSame || measureConfusion(alike, examination) >= severeShare;
    return {
      kind: "alike-labels",
      severity: isSevere ? "severe" : "warning",
      files,
      reason: {
        code: alike.looksSame ? "labels-look-same" : "labels-differ-by-case",
        labels: spellAlike({ ...alike, labels }),
        count: files.length,
      },
    };
  });
}

/** Measures the share of the held-out recordings of these labels that are predicted as another of them. */
function measureConfusion({ labels }: AlikeLabels, { opinion, recordings }: Examination): number {
  if (!opinion) return 0;
  const columns = new Set(labels.map((label) => opinion.labels.indexOf(label)));
  const guesses = getPredictions(opinion.firstProbabilities);
  let all = 0;
  let confused = 0;
  for (const [i, row] of opinion.rows.entries()) {
    const own = opinion.labels.indexOf(recordings[row]!.label);
    if (!columns.has(own)) continue;
    all++;
    const guess = guesses[i]!;
    if (guess !== own && columns.has(guess)) confused++;
  }
  return all === 0 ? 0 : confused / all;
}
