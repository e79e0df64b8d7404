/**
 * Thresholds for a rate of false alarms: the rate holds for new sounds, per class, and rates that were not
 * measured are rejected.
 */
import { describe, expect, it } from "vitest";
import { createRandom, type Random } from "../core/random.ts";
import type { FalseAlarmAccount } from "../golem/golem-document.ts";
import { resolveDetectSettings } from "./detect-settings.ts";
import {
  deriveThresholds,
  describeThresholds,
  type JudgedSound,
  soundsPerHour,
  summariseFalseAlarms,
} from "./false-alarms.ts";

const labels = ["quiet", "loud", "_background"];

/** A sound of no class; "loud" scores higher for such sounds than "quiet". */
function drawSound(random: Random): JudgedSound {
  const odds = [-3 + random.normal(), -1 + 1.5 * random.normal(), -4 + random.normal()];
  return { scores: odds.map((value) => 1 / (1 + Math.exp(-value))) };
}

function measure(seed: number, count: number): FalseAlarmAccount {
  const random = createRandom(seed);
  const draw = (length: number) => Array.from({ length }, () => drawSound(random));
  const heldOut = Array.from({ length: 20 }, (_, i) => ({ truth: 0, scores: [i / 20, 0, 0] }));
  return summariseFalseAlarms({
    ...{ labels, heldOut },
    sounds: { others: draw(count / 2), pieces: draw(count / 4), noise: draw(count / 4) },
  })!;
}

describe("thresholds for a rate of false alarms", () => {
  it("keep the rate on new sounds, on average over golems", () => {
    for (const asked of [2, 10]) {
      let alarms = 0;
      let fresh = 0;
      for (let seed = 0; seed < 60; seed++) {
        const { thresholds } = deriveThresholds({ labels, falseAlarms: measure(seed, 240) }, asked);
        const random = createRandom(seed, 1);
        for (let i = 0; i < 400; i++, fresh++) {
          const { scores } = drawSound(random);
          const best = scores.indexOf(Math.max(...scores));
          if (best !== 2 && scores[best]! >= thresholds[best]!) alarms++;
        }
      }
      const found = (alarms / fresh) * soundsPerHour;
      expect(found).toBeGreaterThan(0.6 * asked);
      expect(found).toBeLessThan(1.4 * asked);
    }
  });

  it("are higher for a class that other sounds resemble, and for a lower rate", () => {
    const falseAlarms = measure(1, 480);
    const rare = deriveThresholds({ labels, falseAlarms }, 1);
    const often = deriveThresholds({ labels, falseAlarms }, 20);
    expect(rare.thresholds[1]).toBeGreaterThan(rare.thresholds[0]!);
    for (const c of [0, 1]) expect(rare.thresholds[c]).toBeGreaterThan(often.thresholds[c]!);
    expect(rare.missed).toBeGreaterThan(often.missed!);
    expect(rare.perHour).toBeLessThanOrEqual(1);
    expect(often.perHour).toBeLessThanOrEqual(20);
  });

  it("are stated with the sounds they were measured on", () => {
    const text = describeThresholds({ labels, falseAlarms: measure(2, 240) }, 2);
    expect(text).toMatch(
      /^At most 2 false alarms per hour was requested; thresholds: quiet 0\.\d+, loud 0\.\d+\. /,
    );
    expect(text).toContain(
      "on 240 sounds (120 recordings of classes left out, 60 pieces of recordings, 60 noises)",
    );
    expect(text).toContain("1 hours at 240 sounds per hour");
    expect(text).not.toContain("_background");
  });

  it("leave out classes that a classifier did not have, and background sounds", () => {
    const sounds = Array.from({ length: 20 }, (_, i) => ({ scores: [Number.NaN, 0.01 * (i + 1), 0.105] }));
    const account = summariseFalseAlarms({
      ...{ labels, heldOut: [] },
      sounds: { others: sounds, pieces: [], noise: [] },
    })!;
    // For ten of twenty sounds, the best class is background.
    expect(account.steps).toHaveLength(10);
    const { thresholds, missed } = deriveThresholds({ labels, falseAlarms: account }, soundsPerHour / 20);
    expect(thresholds[1]).toBeCloseTo(0.2, 6);
    expect(missed).toBeUndefined();
    const few = { others: sounds.slice(0, 9), pieces: [], noise: [] };
    expect(summariseFalseAlarms({ labels, heldOut: [], sounds: few })).toBeUndefined();
  });

  it("are rejected below one per measured time, and for golems without a measurement", () => {
    const falseAlarms = measure(3, 120);
    expect(() => deriveThresholds({ labels, falseAlarms }, 1)).toThrow(
      /At most 1 false alarm per hour was requested; this golem was measured on 120 sounds .* 0\.5 hours .* lowest rate that can be guaranteed is 2 false alarms per hour/,
    );
    expect(deriveThresholds({ labels, falseAlarms }, 2).perHour).toBe(2);
    expect(() => deriveThresholds({ labels }, 1)).toThrow(/no measurement of false alarms/);
  });

  it("can be set for detection in place of a threshold", () => {
    const document = { labels, falseAlarms: measure(4, 240), evaluation: null };
    const model = { training: { formatVersion: 3 as const, recordings: [] }, document };
    const settings = resolveDetectSettings(model, { falseAlarmsPerHour: 3 });
    expect(settings.thresholds).toEqual(deriveThresholds(document, 3).thresholds);
    const usual = resolveDetectSettings(model);
    const [quiet] = deriveThresholds(document, 3).thresholds;
    expect(usual.thresholds![0]).toBe(Math.min(0.8, quiet!));
    expect(Math.max(...usual.thresholds!)).toBeLessThanOrEqual(0.8);
    const short = { ...model, document: { ...document, falseAlarms: measure(5, 60) } };
    expect(resolveDetectSettings(short)).toMatchObject({ threshold: 0.8 });
    expect(resolveDetectSettings(short).thresholds).toBeUndefined();
    expect(settings.threshold).toBe(Math.min(...settings.thresholds!.slice(0, 2)));
    expect(() => resolveDetectSettings(model, { falseAlarmsPerHour: 3, threshold: 0.5 })).toThrow(
      /expected only one/,
    );
    expect(() => resolveDetectSettings(model, { falseAlarmsPerHour: 0 })).toThrow(/expected 0\.000001/);
  });
});
