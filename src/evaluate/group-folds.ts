/**
 * Assigns whole groups (speakers) to folds: stratified as well as groups allow, and never leaving a class
 * without training recordings.
 *
 * Not its concern: the meaning of groups, the number of repeats.
 *
 * Algorithm: groups in random order, the largest first, each to the fold that keeps the counts of classes
 * most even; classes in a single fold, and empty folds, are then repaired by moving groups (min-conflicts
 * search, Minton et al. 1992), with restarts. If that fails and there are few groups, all assignments are
 * searched.
 */
import { type Random, shuffle } from "../core/random.ts";

/** One group: its rows, and their number per class (sparse). */
interface Group {
  readonly rows: readonly number[];
  readonly counts: readonly (readonly [label: number, count: number])[];
}

const restarts = 20;
const repairSteps = 200;
/** Maximum number of groups for trying all assignments if the repair fails (5^10 = 10 million). */
const exhaustiveGroups = 10;

/** Collects the row numbers of each key, keys in order of first appearance. */
export function groupRows<K>(keys: readonly K[]): Map<K, number[]> {
  const rows = new Map<K, number[]>();
  for (const [row, key] of keys.entries()) {
    const found = rows.get(key);
    if (found) found.push(row);
    else rows.set(key, [row]);
  }
  return rows;
}

/**
 * Chooses the fold of every row, equal within a group; every class is in at least two folds, no fold is
 * empty. Undefined if none is found.
 */
export function assignGroups(
  labels: readonly number[],
  keys: readonly (string | number)[],
  k: number,
  random: Random,
): number[] | undefined {
  const classes = [...new Set(labels)];
  const column = new Map(classes.map((label, c) => [label, c]));
  const groups = [...groupRows(keys).values()].map((rows): Group => {
    const counts = new Map<number, number>();
    for (const row of rows) {
      const c = column.get(labels[row]!)!;
      counts.set(c, (counts.get(c) ?? 0) + 1);
    }
    return { rows, counts: [...counts] };
  });
  for (let attempt = 0; attempt < restarts; attempt++) {
    const order = shuffle(groups, random);
    if (attempt % 2 === 0) order.sort((a, b) => b.rows.length - a.rows.length);
    const folds = repair(order, deal(order, classes.length, k, random), classes.length, k, random);
    if (folds) return spread(order, folds, labels.length);
  }
  if (groups.length > exhaustiveGroups) return undefined;
  const order = shuffle(groups, random);
  const folds = search(order, classes.length, k);
  return folds && spread(order, folds, labels.length);
}

/** Greedy: each group goes to the fold where it raises the sum of squared class shares (and sizes) least. */
function deal(groups: readonly Group[], classes: number, k: number, random: Random): number[] {
  const totals = new Array<number>(classes).fill(0);
  for (const group of groups) for (const [c, count] of group.counts) totals[c]! += count;
  const held = Array.from({ length: k }, () => new Array<number>(classes).fill(0));
  const sizes = new Array<number>(k).fill(0);
  const rows = groups.reduce((sum, group) => sum + group.rows.length, 0);
  return groups.map((group) => {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (const fold of shuffle([...Array(k).keys()], random)) {
      // (a + b)^2 - a^2 = b (2 a + b), for each class share and for the fold's share of all rows.
      let cost = (group.rows.length * (2 * sizes[fold]! + group.rows.length)) / (rows * rows);
      for (const [c, count] of group.counts) {
        cost += (count * (2 * held[fold]![c]! + count)) / (totals[c]! * totals[c]!) / classes;
      }
      if (cost < least - 1e-12) {
        least = cost;
        best = fold;
      }
    }
    sizes[best]! += group.rows.length;
    for (const [c, count] of group.counts) held[best]![c]! += count;
    return best;
  });
}

/** Moves groups until no constraint is violated; undefined if the steps run out. */
function repair(
  groups: readonly Group[],
  start: readonly number[],
  classes: number,
  k: number,
  random: Random,
): number[] | undefined {
  const folds = [...start];
  const tally = new Tally(classes, k);
  for (const [g, fold] of folds.entries()) tally.add(groups[g]!, fold);
  for (let step = 0; step < repairSteps; step++) {
    if (tally.violations === 0) return folds;
    // Move a group of a violated class (any group if only a fold is empty) to the fold that leaves the fewest
    // violations.
    const movable = [...groups.keys()].filter(
      (g) => tally.lonely === 0 || groups[g]!.counts.some(([c]) => tally.isLonely(c)),
    );
    const g = movable[random.integer(movable.length)]!;
    const home = folds[g]!;
    tally.remove(groups[g]!, home);
    let best = home;
    let least = Number.POSITIVE_INFINITY;
    for (const fold of shuffle([...Array(k).keys()], random)) {
      if (fold === home) continue;
      tally.add(groups[g]!, fold);
      if (tally.violations < least) {
        least = tally.violations;
        best = fold;
      }
      tally.remove(groups[g]!, fold);
    }
    tally.add(groups[g]!, best);
    folds[g] = best;
  }
  return undefined;
}

/** Counts violations while groups are added and removed: classes in one fold only, and empty folds. */
class Tally {
  /** Groups of each class in each fold: [k, classes]. */
  readonly #held: Int32Array;
  /** Number of folds that contain each class. */
  readonly #spread: Int32Array;
  /** Groups in each fold. */
  readonly #sizes: Int32Array;
  #empty: number;
  /** Classes that are in fewer than two folds. */
  lonely: number;

  constructor(classes: number, k: number) {
    this.#held = new Int32Array(k * classes);
    this.#spread = new Int32Array(classes);
    this.#sizes = new Int32Array(k);
    this.#empty = k;
    this.lonely = classes;
  }

  get violations(): number {
    return this.lonely + this.#empty;
  }

  isLonely(c: number): boolean {
    return this.#spread[c]! < 2;
  }

  add({ counts }: Group, fold: number): void {
    if (this.#sizes[fold]!++ === 0) this.#empty--;
    for (const [c] of counts) {
      if (this.#held[fold * this.#spread.length + c]!++ === 0 && ++this.#spread[c]! === 2) this.lonely--;
    }
  }

  remove({ counts }: Group, fold: number): void {
    if (--this.#sizes[fold]! === 0) this.#empty++;
    for (const [c] of counts) {
      if (--this.#held[fold * this.#spread.length + c]! === 0 && --this.#spread[c]! === 1) this.lonely++;
    }
  }
}

/** Tries every assignment, folds numbered in order of first use. */
function search(groups: readonly Group[], classes: number, k: number): number[] | undefined {
  const folds: number[] = [];
  const place = (used: number): boolean => {
    if (folds.length === groups.length) {
      const tally = new Tally(classes, k);
      for (const [g, fold] of folds.entries()) tally.add(groups[g]!, fold);
      return tally.violations === 0;
    }
    if (groups.length - folds.length < k - used) return false;
    for (let fold = 0; fold < Math.min(k, used + 1); fold++) {
      folds.push(fold);
      if (place(Math.max(used, fold + 1))) return true;
      folds.pop();
    }
    return false;
  };
  return place(0) ? folds : undefined;
}

function spread(groups: readonly Group[], folds: readonly number[], rows: number): number[] {
  const result = new Array<number>(rows);
  for (const [g, group] of groups.entries()) for (const row of group.rows) result[row] = folds[g]!;
  return result;
}
