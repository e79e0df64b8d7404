/**
 * Properties of folds: partition, groups kept whole, stratification, every class to train on, determinism.
 */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { createFolds, type FoldInput, type FoldPlan } from "./folds.ts";

/** Labels of at least two classes with at least two recordings each, in random order. */
const labelLists = fc
  .array(fc.integer({ min: 2, max: 12 }), { minLength: 2, maxLength: 15 })
  .chain((sizes) => {
    const labels = sizes.flatMap((size, c) => new Array<number>(size).fill(c));
    return fc.shuffledSubarray(labels, { minLength: labels.length, maxLength: labels.length });
  });

const groupedLists = labelLists.chain((labels) =>
  fc.record({
    labels: fc.constant(labels),
    groups: fc.integer({ min: 1, max: 12 }).chain((count) =>
      fc.array(fc.option(fc.integer({ min: 1, max: count }).map(String), { nil: undefined, freq: 8 }), {
        minLength: labels.length,
        maxLength: labels.length,
      }),
    ),
  }),
);

function countClasses(labels: readonly number[], rows: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(labels[row]!, (counts.get(labels[row]!) ?? 0) + 1);
  return counts;
}

function expectValid(input: FoldInput, plan: FoldPlan): void {
  const rows = [...input.labels.keys()];
  const classes = new Set(input.labels).size;
  expect(plan.folds).toHaveLength(plan.k * plan.repeats);
  for (let repeat = 0; repeat < plan.repeats; repeat++) {
    const folds = plan.folds.filter((fold) => fold.repeat === repeat);
    expect(folds).toHaveLength(plan.k);
    expect(folds.flatMap((fold) => [...fold.test]).sort((a, b) => a - b)).toEqual(rows);
  }
  for (const { train, test } of plan.folds) {
    expect(test.length).toBeGreaterThan(0);
    expect([...train, ...test].sort((a, b) => a - b)).toEqual(rows);
    expect(countClasses(input.labels, train).size).toBe(classes);
    if (plan.grouping === "speaker") {
      const trained = new Set<string | undefined>(
        train.map((row) => input.groups?.[row]).filter((group) => group !== undefined),
      );
      expect(test.filter((row) => trained.has(input.groups?.[row]))).toEqual([]);
    }
  }
  expect(plan.reason === undefined).toBe(plan.grouping === "speaker");
}

/**
 * Whether groups can be put into k folds with every class in two of them and no fold empty: by exhaustive
 * search.
 */
function isDivisible(labels: readonly number[], groups: readonly string[], k: number): boolean {
  const names = [...new Set(groups)];
  for (let code = 0; code < k ** names.length; code++) {
    const fold = new Map(names.map((name, g) => [name, Math.floor(code / k ** g) % k]));
    const pairs = new Set(labels.map((label, row) => `${label} ${fold.get(groups[row]!)}`));
    const spread = [...new Set(labels)].every(
      (label) => [...Array(k).keys()].filter((f) => pairs.has(`${label} ${f}`)).length > 1,
    );
    if (spread && new Set(fold.values()).size === k) return true;
  }
  return false;
}

describe("folds without groups", () => {
  test.prop([labelLists, fc.nat()])(
    "divide the recordings; classes and sizes differ by at most one",
    (labels, seed) => {
      const plan = createFolds({ labels, seed, repeats: 3 });
      expectValid({ labels, seed }, plan);
      const sizes = [...countClasses(labels, [...labels.keys()]).values()];
      expect(plan.k).toBe(Math.min(5, ...sizes));
      for (const label of new Set(labels)) {
        const counts = plan.folds.map((fold) => countClasses(labels, fold.test).get(label) ?? 0);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }
      const tested = plan.folds.map((fold) => fold.test.length);
      expect(Math.max(...tested) - Math.min(...tested)).toBeLessThanOrEqual(1);
    },
  );

  it("differ between repeats and between seeds, and are equal for the same seed", () => {
    const labels = Array.from({ length: 50 }, (_, i) => i % 10);
    const plan = createFolds({ labels, seed: 7 });
    expect(plan).toEqual(createFolds({ labels, seed: 7 }));
    expect(new Set(plan.folds.map((fold) => fold.test.join())).size).toBe(50);
    const other = createFolds({ labels, seed: 8 });
    expect(other.folds.filter((fold, i) => fold.test.join() === plan.folds[i]!.test.join())).toEqual([]);
  });

  it("pair rows evenly: no two rows of a class are always tested together", () => {
    const labels = Array.from({ length: 40 }, (_, i) => Math.floor(i / 20));
    const { folds } = createFolds({ labels, seed: 0, repeats: 100 });
    for (const other of [1, 10, 19, 20, 39]) {
      const together = folds.filter((fold) => fold.test.includes(0) && fold.test.includes(other)).length;
      expect(together).toBeGreaterThan(5);
      expect(together).toBeLessThan(40);
    }
  });
});

describe("folds by speaker", () => {
  test.prop([groupedLists, fc.nat()])(
    "keep speakers whole and every class in training",
    ({ labels, groups }, seed) => {
      const input = { labels, groups, seed, repeats: 3 };
      const plan = createFolds(input);
      expectValid(input, plan);
      expect(plan).toEqual(createFolds(input));
    },
  );

  test.prop([
    fc.integer({ min: 2, max: 4 }).chain((classes) =>
      fc.array(fc.tuple(fc.nat({ max: classes - 1 }), fc.constantFrom("a", "b", "c", "d", "e", "f")), {
        minLength: 4,
        maxLength: 12,
      }),
    ),
    fc.nat(),
  ])("are found whenever they exist", (rows, seed) => {
    const labels = rows.map(([label]) => label);
    const groups = rows.map(([, group]) => group);
    const sizes = [...countClasses(labels, [...labels.keys()]).values()];
    fc.pre(sizes.length > 1 && Math.min(...sizes) > 1);
    const count = new Set(groups).size;
    const isPossible = count > 1 && [2, 3, 4, 5].some((k) => isDivisible(labels, groups, k));
    const plan = createFolds({ labels, groups, seed, repeats: 2 });
    expect(plan.grouping).toBe(isPossible ? "speaker" : "none");
    if (isPossible) expect([plan.k, plan.repeats]).toEqual([count, 1]);
  });

  const realistic: [name: string, classes: number, shots: number, speakers: number, k: number][] = [
    ["30 classes x 2, 24 speakers", 30, 2, 24, 10],
    ["10 classes x 5, 3 speakers", 10, 5, 3, 3],
    ["14 classes x 4, 8 speakers", 14, 4, 8, 8],
    ["10 classes x 5, 20 speakers", 10, 5, 20, 10],
  ];
  it.each(realistic)("work for %s", (_, classes, shots, speakers, k) => {
    for (let seed = 0; seed < 20; seed++) {
      const random = createRandom(seed);
      const labels = Array.from({ length: classes * shots }, (_row, i) => i % classes);
      // Shots of one class are by different speakers if there are enough.
      const starts = Array.from({ length: classes }, () => random.integer(speakers));
      const groups = labels.map(
        (label, i) => `speaker ${(starts[label]! + Math.floor(i / classes)) % speakers}`,
      );
      const input = { labels, groups, seed };
      const plan = createFolds(input);
      expectValid(input, plan);
      expect(plan.grouping).toBe("speaker");
      expect(plan.k).toBe(Math.min(k, new Set(groups).size));
    }
  });

  it("balance sizes as far as speakers allow", () => {
    const labels = Array.from({ length: 100 }, (_, i) => i % 10);
    const groups = labels.map((_, i) => `speaker ${Math.floor(i / 5)}`);
    const { folds } = createFolds({ labels, groups, seed: 0 });
    for (const fold of folds) expect(Math.abs(fold.test.length - 10)).toBeLessThanOrEqual(5);
  });

  it("keep one huge speaker in one fold", () => {
    const labels = Array.from({ length: 50 }, (_, i) => i % 5);
    const groups = labels.map((_, i) => (i < 40 ? "huge" : undefined));
    const input = { labels, groups, seed: 0 };
    const plan = createFolds(input);
    expectValid(input, plan);
    expect(plan.grouping).toBe("speaker");
  });

  it("use more folds if k folds cannot leave every class in training", () => {
    // Three speakers, each pair shares a class of two recordings: two folds always leave a class
    // untrained, three never do.
    const input = { labels: [0, 0, 1, 1, 2, 2], groups: ["a", "b", "b", "c", "a", "c"], seed: 0 };
    const plan = createFolds(input);
    expectValid(input, plan);
    expect([plan.grouping, plan.k]).toEqual(["speaker", 3]);
  });

  it("treat a recording without a speaker as its own group", () => {
    const labels = [0, 0, 0, 1, 1, 1];
    const plan = createFolds({ labels, groups: ["a", "a", undefined, "a", undefined, undefined], seed: 0 });
    expect(plan.grouping).toBe("speaker");
    expect(
      plan.folds.every((fold) => [0, 1, 3].every((row) => fold.test.includes(row) === fold.test.includes(0))),
    ).toBe(true);
  });
});

describe("folds that cannot be by speaker give the reason", () => {
  const labels = [0, 0, 0, 1, 1, 1];
  it.each([
    ["no speakers", undefined, /no recording names its speaker/],
    ["one speaker", ["a", "a", "a", "a", "a", "a"], /all recordings are by one speaker/],
    [
      "speakers that coincide with classes",
      ["a", "a", "a", "b", "b", "b"],
      /all recordings of "no", "yes" are by one speaker each/,
    ],
    [
      "one class by one speaker",
      ["a", "b", "c", "b", "b", "b"],
      /all recordings of "yes" are by one speaker/,
    ],
  ])("%s", (_, groups, reason) => {
    const input = { labels, groups, seed: 0, classes: ["no", "yes"] };
    const plan = createFolds(input);
    expectValid(input, plan);
    expect(plan.grouping).toBe("none");
    expect(plan.k).toBe(3);
    expect(plan.reason).toMatch(reason);
  });
});

describe("too little data", () => {
  it("one recording of a class", () => {
    expect(() => createFolds({ labels: [0, 0, 1, 2, 2], seed: 0, classes: ["a", "b", "c"] })).toThrow(
      expect.objectContaining({ code: "too-few-recordings", message: expect.stringContaining('"b"') }),
    );
  });
  it("one class", () => {
    expect(() => createFolds({ labels: [3, 3, 3], seed: 0 })).toThrow(
      expect.objectContaining({ code: "too-few-classes" }),
    );
  });
});
