/** The paired difference: its value, and its error rates for equal and worse versions by simulation. */
import { expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { computeLossDifference, computePairedDifference } from "./paired-difference.ts";

const classes = ["a", "b", "c"];

/** Predictions of two versions; `flip`: how often an answer of the second changes either way at random. */
function draw(seed: number, { rows = 300, accuracy = 0.8, flip = 0.06, loss = 0, perSpeaker = 1 }) {
  const random = createRandom(seed);
  const truth = Array.from({ length: rows }, (_, row) => classes[row % classes.length]!);
  const a = truth.map(() => (random.uniform() < accuracy ? 1 : 0));
  // As many answers turn right as wrong.
  const turnWrong = (flip * (1 - accuracy)) / accuracy;
  const b = a.map((right) => {
    const changed = random.uniform() < (right ? turnWrong : flip) ? 1 - right : right;
    return changed === 1 && random.uniform() < loss / accuracy ? 0 : changed;
  });
  const groups = truth.map((_, row) => `speaker ${Math.floor(row / perSpeaker)}`);
  return { truth, a, b, groups };
}

it("is the difference of the mean recalls", () => {
  const truth = ["a", "a", "a", "a", "b"];
  const groups = truth.map(() => undefined);
  const { difference, interval } = computePairedDifference({
    ...{ truth, groups },
    a: [1, 1, 1, 1, 0],
    b: [1, 1, 1, 0, 1],
  });
  expect(difference).toBeCloseTo((0.75 + 1) / 2 - (1 + 0) / 2, 12);
  expect(interval[0]).toBeLessThan(0);
});

it("calls equal versions different in at most a twentieth of draws", () => {
  let different = 0;
  for (let seed = 0; seed < 400; seed++) {
    const { interval } = computePairedDifference(draw(seed, {}));
    if (interval[0] > 0 || interval[1] < 0) different++;
  }
  expect(different / 400).toBeLessThanOrEqual(0.05);
});

it("finds a loss of .05 on 300 recordings in at least four of five draws", () => {
  let found = 0;
  for (let seed = 0; seed < 200; seed++) {
    const { interval } = computePairedDifference(draw(seed, { loss: 0.05, flip: 0.02 }));
    if (interval[1] < 0) found++;
  }
  expect(found / 200).toBeGreaterThanOrEqual(0.8);
});

it("is wider if a speaker's recordings change together", () => {
  const { truth, groups } = draw(1, { perSpeaker: 30 });
  const a = truth.map(() => 1);
  const b = truth.map((_, row) => (row < 30 ? 0 : 1));
  const alone = truth.map(() => undefined);
  const width = (input: Parameters<typeof computePairedDifference>[0]) => {
    const { interval } = computePairedDifference(input);
    return interval[1] - interval[0];
  };
  expect(width({ truth, a, b, groups })).toBeGreaterThan(2 * width({ truth, a, b, groups: alone }));
});

it("contains 0 for identical predictions", () => {
  const { truth, a, groups } = draw(2, { rows: 30 });
  const { difference, interval } = computePairedDifference({ truth, a, b: a, groups });
  expect(difference).toBe(0);
  expect(interval[0]).toBeLessThan(0);
  expect(interval[1]).toBeGreaterThan(0);
});

it.each([41, 8])("calls versions equal whose answers are exchanged by speaker (%i speakers)", (speakers) => {
  let different = 0;
  let worse = 0;
  const draws = 600;
  for (let seed = 0; seed < draws; seed++) {
    const random = createRandom(seed);
    const truth = Array.from({ length: 300 }, (_, row) => classes[row % classes.length]!);
    const groups = truth.map(() => `speaker ${Math.floor(speakers * random.uniform() ** 1.5)}`);
    const exchanged = new Map(groups.map((group) => [group, random.uniform() < 0.5 ? 1 : -1]));
    // A quarter of the predictions differ; speakers differ in how much better one version is.
    const changes = groups.map((group) => {
      const lean = 0.5 + 0.3 * Math.sin(Number(group.slice(8)));
      return random.uniform() < 0.25 ? (random.uniform() < lean ? 1 : -1) * exchanged.get(group)! : 0;
    });
    const a = changes.map((change) => Number(change < 0));
    const b = changes.map((change) => Number(change > 0));
    const { interval } = computePairedDifference({ truth, groups, a, b });
    if (interval[0] > 0 || interval[1] < 0) different++;
    const losses = a.map((value) => 0.5 * value);
    const loss = computeLossDifference(
      { truth, groups, a: losses, b: losses.map((value) => value + 0.1) },
      2,
    );
    if (loss.interval[0] > 0) worse++;
  }
  expect(different / draws).toBeLessThanOrEqual(0.06);
  expect(worse).toBe(draws);
});

it("finds a difference on which few speakers agree, and treats one speaker's recordings as independent", () => {
  const { truth } = draw(1, {});
  const a = truth.map(() => 1);
  const b = truth.map((_, row) => Number(row % 10 === 0));
  for (const speakers of [1, 3, 4]) {
    const groups = truth.map((_, row) => `speaker ${row % speakers}`);
    expect(computePairedDifference({ truth, groups, a, b }).interval[1]).toBeLessThan(0);
  }
});
