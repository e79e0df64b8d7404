/**
 * Finds confounds: properties other than the sound that predict the label. A classifier learns such a
 * property, scores well, and fails elsewhere.
 *
 * Not its concern: files, encoders, wording.
 */
import { createRandom } from "../core/random.ts";
import type { Examination, ExaminedRecording } from "./examination.ts";
import { createCategoryScore, createLevelScore, type Explained, measureExplained } from "./explained.ts";
import type { FoundFault } from "./finding.ts";
import { type Nuisance, nuisances } from "./nuisances.ts";

/** Limits above which a property explains labels too well. */
const confoundLimits = {
  /** Share of labels predicted correctly, and beyond chance; p-value. */
  share: 0.6,
  beyondChance: 0.35,
  likelihood: 0.03,
  /** Share predicted correctly above which it is severe; second: where it may be the sound. */
  severe: 0.8,
  severeNatural: 0.95,
  /** One class: share of it with the value, and share of the value's recordings in the class. */
  classRecall: 0.8,
  classPrecision: 0.9,
  classRecordings: 4,
  /** Minimum number of speakers per class for folds by speaker to measure the score of new voices. */
  manySpeakers: 4,
} as const;

/** Number of the random stream of the shuffles, independent of other uses of the same seed. */
const shuffleStream = 0xc0f0;

/** Finds properties that explain labels but should not. */
export function checkConfounds({ recordings, seed }: Examination): FoundFault[] {
  const findings: FoundFault[] = [];
  const partitions = new Set<string>();
  for (const [index, nuisance] of nuisances.entries()) {
    const known = recordings.filter((recording) => nuisance.get(recording) !== undefined);
    if (known.length < recordings.length / 2) continue;
    const values = known.map((recording) => nuisance.get(recording)!);
    const classes = [...new Set(known.map(({ label }) => label))].sort();
    if (classes.length < 2 || new Set(values).size < 2) continue;
    const isCategory = typeof values[0] === "string";
    if (isCategory) {
      const partition = values.map((value) => values.indexOf(value)).join();
      if (partitions.has(partition)) continue;
      partitions.add(partition);
    }
    const labels = known.map(({ label }) => classes.indexOf(label));
    const computeShare = isCategory
      ? createCategoryScore(values as string[], classes.length)
      : createLevelScore(values as number[], classes.length);
    // Chance is measured only if the share is large enough.
    const explained =
      computeShare(labels) >= confoundLimits.share
        ? measureExplained(labels, createRandom(seed, shuffleStream, index), computeShare)
        : undefined;
    if (explained && isConfounded(explained)) findings.push(describe(nuisance, known, explained));
    else if (isCategory) findings.push(...findIdentifiedClasses(nuisance, known, values as string[]));
  }
  return findings;
}

function isConfounded({ beyondChance, likelihood }: Explained): boolean {
  const limits = confoundLimits;
  return beyondChance >= limits.beyondChance && likelihood <= limits.likelihood;
}

function describe(
  nuisance: Nuisance,
  recordings: readonly ExaminedRecording[],
  { share, chance }: Explained,
): FoundFault {
  const limit = nuisance.isNatural ? confoundLimits.severeNatural : confoundLimits.severe;
  const isMeasured = nuisance.id === "speaker" && hasManySpeakers(recordings);
  return {
    kind: "confounded",
    severity: share >= limit && !isMeasured ? "severe" : "warning",
    files: [],
    reason: {
      code: isMeasured ? "speaker-tells" : nuisance.isNatural ? "nuisance-may-tell" : "nuisance-tells",
      ...{ nuisance: nuisance.id, share, chance },
    },
  };
}

/** Whether every class has so many speakers that no single speaker identifies it. */
function hasManySpeakers(recordings: readonly ExaminedRecording[]): boolean {
  const speakers = new Map<string, Set<string>>();
  for (const { label, speaker } of recordings) {
    const own = speakers.get(label) ?? new Set();
    if (speaker !== undefined) own.add(speaker);
    speakers.set(label, own);
  }
  return [...speakers.values()].every(({ size }) => size >= confoundLimits.manySpeakers);
}

/** Finds classes whose recordings share a value that hardly any other recording has. */
function findIdentifiedClasses(
  nuisance: Nuisance,
  recordings: readonly ExaminedRecording[],
  values: readonly string[],
): FoundFault[] {
  const limits = confoundLimits;
  const classSizes = new Map<string, number>();
  const valueSizes = new Map<string, number>();
  const both = new Map<string, { label: string; value: string; files: string[] }>();
  for (const [row, { label, file }] of recordings.entries()) {
    const value = values[row]!;
    classSizes.set(label, (classSizes.get(label) ?? 0) + 1);
    valueSizes.set(value, (valueSizes.get(value) ?? 0) + 1);
    const key = JSON.stringify([label, value]);
    const cell = both.get(key) ?? { label, value, files: [] };
    cell.files.push(file);
    both.set(key, cell);
  }
  return [...both.values()]
    .filter(
      ({ label, value, files }) =>
        files.length >= limits.classRecordings &&
        files.length >= limits.classRecall * classSizes.get(label)! &&
        files.length >= limits.classPrecision * valueSizes.get(value)!,
    )
    .map(({ label, value, files }) => ({
      kind: "confounded" as const,
      severity: "warning" as const,
      files,
      reason: {
        code: "class-given-away",
        nuisance: nuisance.id,
        label,
        count: files.length,
        size: classSizes.get(label)!,
        others: valueSizes.get(value)! - files.length,
        value,
      },
    }));
}
