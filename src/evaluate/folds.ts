/**
 * Folds for repeated, stratified cross-validation, by speaker whenever speakers are known.
 *
 * Not its concern: features, heads, names of classes except in messages.
 *
 * Rules: grouped folds leave out one speaker each, or a tenth of them if there are more than ten, whatever
 * the size of the smallest class, so that training sides are nearly complete; the sides never share a
 * speaker, and every class is in every training side. One speaker per fold allows only one division, so it is
 * not repeated. A recording without a speaker is its own group. If this is impossible, folds are not grouped,
 * the reason is stated, and k = min(5, smallest class).
 */
import { defaultRecipe } from "../core/default-recipe.ts";
import { GolemError } from "../core/error.ts";
import { createRandom, type Random, shuffle } from "../core/random.ts";
import { assignGroups, groupRows } from "./group-folds.ts";

/** Input of {@link createFolds}. Arrays have one entry per recording. */
export interface FoldInput {
  /** Class number of each recording, 0 or more. */
  readonly labels: readonly number[];
  /** Speaker (device, session) of each recording; undefined if unknown. */
  readonly groups?: readonly (string | undefined)[] | undefined;
  /** What groups are, for messages only; default "speaker". */
  readonly groupedBy?: "speaker" | "source" | undefined;
  readonly seed: number;
  /** Number of divisions into five folds; into more folds, as many as take the same time. Default 10. */
  readonly repeats?: number | undefined;
  /** Names of the classes, for messages only. */
  readonly classes?: readonly string[] | undefined;
}

/** One fold: recordings to train on and recordings to test on, as ascending row numbers. */
export interface Fold {
  /** Index of its repeat. */
  readonly repeat: number;
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/** Why folds are not by speaker. */
export type UngroupedCode = "no-speakers" | "one-speaker" | "class-by-one-speaker" | "no-division";

/** All folds of all repeats. Within a repeat every recording is tested exactly once. */
export interface FoldPlan {
  readonly grouping: "speaker" | "none";
  /** Folds per repeat. */
  readonly k: number;
  readonly repeats: number;
  /** Why folds are not by speaker, as a clause; present if grouping is "none". */
  readonly reason?: string;
  /** The same as a code. */
  readonly reasonCode?: UngroupedCode;
  /** Class numbers of classes with a single speaker, if that is the reason. */
  readonly lonely?: readonly number[];
  /** k x repeats folds, repeat by repeat. */
  readonly folds: readonly Fold[];
}

const maximumFolds = 5;
const maximumGroupFolds = 10;

/** Divides the recordings. Errors: `too-few-classes` (below two), `too-few-recordings` (a class of one). */
export function createFolds(input: FoldInput): FoldPlan {
  const { labels, seed, repeats = defaultRecipe.repeats, groupedBy = "speaker" } = input;
  const ofOne = groupedBy === "speaker" ? "by one speaker" : "from one source";
  const smallestClass = checkClasses(input);
  const unnamed = labels.map((_, row) => row);
  const groups = labels.map((_, row) => input.groups?.[row] ?? row);
  const count = new Set(groups).size;
  let reason: string;
  let reasonCode: UngroupedCode;
  const lonely = findLonelyClasses(labels, groups);
  if (!input.groups?.some((group) => group !== undefined)) {
    reason = "no recording names its speaker";
    reasonCode = "no-speakers";
  } else if (count === 1) {
    reason = `all recordings are ${ofOne}`;
    reasonCode = "one-speaker";
  } else if (lonely.length > 0) {
    const shown = lonely.slice(0, 3).map((label) => getName(input, label));
    const names = shown.join(", ") + (lonely.length > 3 ? ` and ${lonely.length - 3} more` : "");
    reason = `all recordings of ${names} are ${ofOne}${lonely.length > 1 ? " each" : ""}, so folds by ${groupedBy} would leave ${lonely.length > 1 ? "these" : "it"} without training recordings`;
    reasonCode = "class-by-one-speaker";
  } else {
    const k = Math.min(maximumGroupFolds, count);
    const affordable = Math.floor((repeats * measureWork(maximumFolds)) / measureWork(k));
    const divisions = k === count ? 1 : Math.min(repeats, Math.max(2, affordable));
    const assignments = assignRepeats(labels, groups, k, divisions, seed);
    if (assignments) return { grouping: "speaker", k, repeats: divisions, folds: toFolds(assignments, k) };
    reason = `every division of the ${count} ${groupedBy}s leaves a class without training recordings`;
    reasonCode = "no-division";
  }
  const k = Math.min(maximumFolds, smallestClass);
  const assignments = assignRepeats(labels, unnamed, k, repeats, seed)!;
  return {
    ...{ grouping: "none", k, repeats, reason, reasonCode, folds: toFolds(assignments, k) },
    ...(reasonCode === "class-by-one-speaker" ? { lonely } : {}),
  };
}

/** Work of one division into k folds, if that of a fit grows with the cube of its recordings. */
const measureWork = (k: number): number => k * (1 - 1 / k) ** 3;

/** Chooses the fold number of every recording for every repeat, or undefined when a repeat is impossible. */
function assignRepeats(
  labels: readonly number[],
  groups: readonly (string | number)[],
  k: number,
  repeats: number,
  seed: number,
): number[][] | undefined {
  const assignments: number[][] = [];
  const count = new Set(groups).size;
  const singles = count === groups.length;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const random = createRandom(seed, repeat);
    const folds = singles
      ? dealRows(labels, k, random)
      : k === count
        ? numberGroups(groups)
        : assignGroups(labels, groups, k, random);
    if (!folds) return undefined;
    assignments.push(folds);
  }
  return assignments;
}

/**
 * Deals shuffled rows to folds like cards, class after class without restarting: the size of each class,
 * and the total size, differ by at most one between folds.
 */
function dealRows(labels: readonly number[], k: number, random: Random): number[] {
  const rows = groupRows(labels);
  const order = shuffle([...Array(k).keys()], random);
  const folds = new Array<number>(labels.length);
  let card = 0;
  for (const label of shuffle([...rows.keys()], random)) {
    for (const row of shuffle(rows.get(label)!, random)) folds[row] = order[card++ % k]!;
  }
  return folds;
}

/** Makes every group a fold. */
function numberGroups(groups: readonly (string | number)[]): number[] {
  const numbers = new Map([...new Set(groups)].map((group, fold) => [group, fold]));
  return groups.map((group) => numbers.get(group)!);
}

function toFolds(assignments: readonly number[][], k: number): Fold[] {
  return assignments.flatMap((folds, repeat) =>
    Array.from({ length: k }, (_, fold) => ({
      repeat,
      train: [...folds.keys()].filter((row) => folds[row] !== fold),
      test: [...folds.keys()].filter((row) => folds[row] === fold),
    })),
  );
}

/** Checks that there are two classes with two recordings each; returns the size of the smallest. */
function checkClasses(input: FoldInput): number {
  const sizes = new Map<number, number>();
  for (const label of input.labels) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  if (sizes.size < 2) {
    throw new GolemError(
      "too-few-classes",
      `Found ${sizes.size} classes; cross-validation needs at least two.`,
      {
        hint: "Add recordings of a second class.",
      },
    );
  }
  const singles = [...sizes].filter(([, size]) => size < 2).map(([label]) => getName(input, label));
  if (singles.length > 0) {
    throw new GolemError(
      "too-few-recordings",
      `Found one recording of ${singles.join(", ")}; cross-validation needs at least two of each class.`,
      { hint: "Add a recording to each of these classes, leave them out, or name a test set." },
    );
  }
  return Math.min(...sizes.values());
}

function findLonelyClasses(labels: readonly number[], groups: readonly (string | number)[]): number[] {
  const first = new Map<number, string | number>();
  const shared = new Set<number>();
  for (const [row, label] of labels.entries()) {
    if (!first.has(label)) first.set(label, groups[row]!);
    else if (first.get(label) !== groups[row]) shared.add(label);
  }
  return [...first.keys()].filter((label) => !shared.has(label));
}

function getName(input: FoldInput, label: number): string {
  return `"${input.classes?.[label] ?? `class ${label}`}"`;
}
