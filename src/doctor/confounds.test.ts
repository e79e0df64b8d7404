import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scaleRuns } from "../../test/support/effort.ts";
import { createExamination, createExamined } from "../../test/support/examined.ts";
import { createRandom } from "../core/random.ts";
import { checkConfounds } from "./confounds.ts";
import type { ExaminedRecording } from "./examination.ts";
import { createCategoryScore, createLevelScore, measureExplained } from "./explained.ts";

/** Recordings of some classes; `share` of each class have its own value, the others the next class's. */
function plant(
  classes: number,
  shots: number,
  share: number,
  make: (value: number, noise: number) => Parameters<typeof createExamined>[2],
): ExaminedRecording[] {
  const random = createRandom(3);
  return Array.from({ length: classes * shots }, (_, i) => {
    const label = i % classes;
    const follows = Math.floor(i / classes) < Math.round(share * shots);
    const value = follows ? label : (label + 1) % classes;
    return createExamined(`${i}.wav`, `class ${label}`, make(value, random.uniform()));
  });
}

const find = (recordings: readonly ExaminedRecording[]) => checkConfounds(createExamination(recordings));

describe("a confound", () => {
  it("by speaker, format, rate, loudness or duration is found if it predicts 80 % of the labels", () => {
    const makers = {
      speaker: (value: number) => ({ speaker: `s${value}` }),
      format: (value: number) => ({ facts: { codec: `codec ${value}` } }),
      rate: (value: number) => ({ facts: { sampleRate: 8000 * (1 + value) } }),
      loudness: (value: number, noise: number) => ({
        facts: { loudnessDb: -20 - 5 * value + 2 * noise },
      }),
      duration: (value: number, noise: number) => ({ facts: { seconds: 1 + value + 0.3 * noise } }),
    };
    for (const [name, make] of Object.entries(makers)) {
      for (const [classes, shots] of [
        [2, 15],
        [5, 10],
        [10, 5],
      ] as const) {
        for (const share of [1, 0.8]) {
          const [finding, ...others] = find(plant(classes, shots, share, make));
          expect(finding, `${name} ${classes} ${share}`).toMatchObject({
            kind: "confounded",
            reason: { nuisance: name },
          });
          expect(others).toEqual([]);
        }
      }
    }
  });

  it("is not found if properties are mixed, or the same for all", () => {
    expect(find(plant(5, 10, 1, () => ({ speaker: "one" })))).toEqual([]);
    const mixed = plant(5, 20, 1, (_, noise) => ({
      speaker: `s${Math.floor(6 * noise)}`,
      facts: { loudnessDb: -30 + 20 * noise, seconds: 1 + noise, codec: noise < 0.5 ? "mp3" : "flac" },
    }));
    expect(find(mixed)).toEqual([]);
  });

  it("by speaker is severe, unless every class has many speakers", () => {
    expect(find(plant(5, 10, 1, (value) => ({ speaker: `s${value}` })))[0]?.severity).toBe("severe");
    let next = 0;
    const many = plant(5, 12, 1, (value) => ({ speaker: `s${value} ${next++ % 4}` }));
    expect(find(many)[0]?.severity).toBe("warning");
  });

  it("of one class among many is found by a value that only this class has", () => {
    const recordings = plant(10, 5, 1, (value) => ({ facts: { container: value === 3 ? "mp3" : "wav" } }));
    const [finding] = find(recordings);
    expect(finding).toMatchObject({ kind: "confounded", severity: "warning" });
    expect(finding!.files).toHaveLength(5);
    expect(finding!.reason).toMatchObject({
      code: "class-given-away",
      label: "class 3",
      count: 5,
      others: 0,
    });
  });
});

describe("labels explained", () => {
  it("are all predicted by the labels themselves, and as many as by chance by shuffled values", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 6 }), fc.nat(), (classes, seed) => {
        const labels = Array.from({ length: classes * 40 }, (_, i) => i % classes);
        const random = createRandom(seed);
        const own = createCategoryScore(labels.map(String), classes);
        const { share, beyondChance } = measureExplained(labels, random, own);
        expect(share).toBe(1);
        expect(beyondChance).toBeCloseTo(1, 6);
        const noise = createLevelScore(
          labels.map(() => random.uniform()),
          classes,
        );
        expect(measureExplained(labels, random, noise).beyondChance).toBeLessThan(0.35);
      }),
      { numRuns: scaleRuns(20) },
    );
  });

  it("are not predicted by the order of recordings with equal levels", () => {
    const labels = Array.from({ length: 40 }, (_, i) => Math.floor(i / 20));
    const same = createLevelScore(new Array(40).fill(5), 2);
    expect(same(labels)).toBeLessThanOrEqual(0.5);
  });
});
