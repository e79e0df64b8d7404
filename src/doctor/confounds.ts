/**
 * Labels that something else gives away: a classifier learns that instead, scores well, and fails elsewhere.
 *
 * Not its concern: files, encoders.
 */
import { createRandom } from "../core/random.ts";
import type { Examination, ExaminedRecording } from "./examination.ts";
import { createCategoryTeller, createLevelTeller, type Explained, measureExplained } from "./explained.ts";
import { countOf, type Finding, percent } from "./finding.ts";
import { type Nuisance, nuisances } from "./nuisances.ts";

/** From where on something explains labels too well. */
const confoundLimits = {
  /** Share of labels told right, and beyond chance; p-value. */
  share: 0.6,
  beyondChance: 0.35,
  likelihood: 0.03,
  /** Share told right from where on it is severe; what may be natural is only from the second on. */
  severe: 0.8,
  severeNatural: 0.95,
  /** One class alone: share of it that has the value, and share of the value that is of it. */
  classRecall: 0.8,
  classPrecision: 0.9,
  classRecordings: 4,
  /** Speakers a class from which on folds by speaker measure what new voices get. */
  manySpeakers: 4,
} as const;

/** Keeps the shuffles apart from the random numbers of other purposes with the same seed. */
const shuffleStream = 0xc0f0;

/** Finds what explains labels that should not. */
export function checkConfounds({ recordings, seed }: Examination): Finding[] {
  const findings: Finding[] = [];
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
    const tell = isCategory
      ? createCategoryTeller(values as string[], classes.length)
      : createLevelTeller(values as number[], classes.length);
    // Chance is only worth measuring where enough is explained.
    const explained =
      tell(labels) >= confoundLimits.share
        ? measureExplained(labels, createRandom(seed, shuffleStream, index), tell)
        : undefined;
    if (explained && isConfounded(explained)) findings.push(describe(nuisance, known, explained));
    else if (isCategory) findings.push(...findClassGivenAway(nuisance, known, values as string[]));
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
): Finding {
  const limit = nuisance.isNatural ? confoundLimits.severeNatural : confoundLimits.severe;
  const isMeasured = nuisance.id === "speaker" && hasManySpeakers(recordings);
  const effect = isMeasured
    ? "each speaker has one label, so keep speakers apart in every test (golem train does)."
    : nuisance.isNatural
      ? "unless it belongs to what is to be told apart, it may be all that is learned, and the score is of it."
      : "it may be all that is learned, and the score is of it, not of the sound.";
  return {
    kind: "confounded",
    severity: share >= limit && !isMeasured ? "severe" : "warning",
    files: [],
    message: `${capitalise(nuisance.name)} alone tells ${percent(share)} of the labels (chance ${percent(chance)}): ${effect}`,
    reason: {
      code: isMeasured ? "speaker-tells" : nuisance.isNatural ? "nuisance-may-tell" : "nuisance-tells",
      ...{ nuisance: nuisance.id, share, chance },
    },
    advice: nuisance.advice,
  };
}

/** Whether every class is by so many speakers that none of them stands for it. */
function hasManySpeakers(recordings: readonly ExaminedRecording[]): boolean {
  const speakers = new Map<string, Set<string>>();
  for (const { label, speaker } of recordings) {
    const own = speakers.get(label) ?? new Set();
    if (speaker !== undefined) own.add(speaker);
    speakers.set(label, own);
  }
  return [...speakers.values()].every(({ size }) => size >= confoundLimits.manySpeakers);
}

/** Classes that alone have a value that hardly any other recording has. */
function findClassGivenAway(
  nuisance: Nuisance,
  recordings: readonly ExaminedRecording[],
  values: readonly string[],
): Finding[] {
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
      message: `${capitalise(nuisance.name)} gives ${label} away: ${countOf(files.length, "recording")} of its ${classSizes.get(label)} and ${valueSizes.get(value)! - files.length} of all others have ${value}, so that may be what is learned of it.`,
      reason: {
        code: "class-given-away",
        nuisance: nuisance.id,
        label,
        count: files.length,
        size: classSizes.get(label)!,
        others: valueSizes.get(value)! - files.length,
        value,
      },
      advice: nuisance.advice,
    }));
}

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
