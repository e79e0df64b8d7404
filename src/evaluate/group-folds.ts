/**
 * Assignment of whole groups (speakers) to folds: stratified as well as groups allow, and never leaving a class without
 * training recordings.
 *
 * Must not know: what groups are, how often it is asked.
 * Algorithm: groups in random order, the largest first, each to the fold where the counts of classes stay most even; classes that
 * ended up in a single fold, and empty folds, are then repaired by moving groups (min-conflicts search, Minton et al. 1992), with
 * restarts. For few groups a search through all assignments decides what the restarts could not.
 */
import { type Random, shuffle } from "../core/random.ts";

/** One group: its rows, and how many of them are of each class (sparse). */
interface Group {
  readonly rows: readonly number[];
  readonly counts: readonly (readonly [label: number, count: number])[];
}

const restarts = 20;
const repairSteps = 200;
/** Largest number of groups for which all assignments are tried when the repair fails (5^10 = 10 million at worst). */
const exhaustiveGroups = 10;

/** Row numbers under each key, keys in order of first appearance. */
export function groupRows<K>(keys: readonly K[]): Map<K, number[]> {
  const rows = new Map<K, number[]>();
  for (const [row, key] of keys.entries()) {
    const found = rows.get(key);
    if (found) found.push(row);
    else rows.set(key, [row]);
  }
  return rows;
}

/** Fold of every row, equal within a group; every class is in at least two folds, no fold is empty. Undefined if none is found. */
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

/** Greedy: each group goes where it raises the sum of squared class shares (and squared sizes) of folds least. */
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

/** Moves groups until nothing is violated; undefined when the steps run out. */
function repair(
  groups: readonly Group[],
  start: readonly number[],
  classes: number,
  k: number,
  random: Random,
): number[] | undefined {
  const folds = [...start];
  for (let step = 0; step < repairSteps; step++) {
    const { cost, lonely } = inspect(groups, folds, classes, k);
    if (cost === 0) return folds;
    // A group of a violated class moves, or any group when only an empty fold is wrong, to where least is violated then.
    const movable = [...groups.keys()].filter(
      (g) => lonely.size === 0 || groups[g]!.counts.some(([c]) => lonely.has(c)),
    );
    const g = movable[random.integer(movable.length)]!;
    const home = folds[g]!;
    let best = home;
    let least = Number.POSITIVE_INFINITY;
    for (const fold of shuffle([...Array(k).keys()], random)) {
      if (fold === home) continue;
      folds[g] = fold;
      const moved = inspect(groups, folds, classes, k).cost;
      if (moved < least) {
        least = moved;
        best = fold;
      }
    }
    folds[g] = best;
  }
  return undefined;
}

/** Classes that are in one fold only, and the number of those plus empty folds. */
function inspect(
  groups: readonly Group[],
  folds: readonly number[],
  classes: number,
  k: number,
): { cost: number; lonely: Set<number> } {
  const first = new Array<number>(classes).fill(-1);
  const used = new Set<number>();
  const lonely = new Set(first.keys());
  for (const [g, fold] of folds.entries()) {
    used.add(fold);
    for (const [c] of groups[g]!.counts) {
      if (first[c] === -1) first[c] = fold;
      else if (first[c] !== fold) lonely.delete(c);
    }
  }
  return { cost: lonely.size + k - used.size, lonely };
}

/** Tries every assignment, folds numbered in order of first use. */
function search(groups: readonly Group[], classes: number, k: number): number[] | undefined {
  const folds: number[] = [];
  const place = (used: number): boolean => {
    if (folds.length === groups.length) return inspect(groups, folds, classes, k).cost === 0;
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
