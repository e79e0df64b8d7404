/**
 * The gate with given levels: steady noise, strongly varying noise, sounds in both, and a gate that does not
 * follow the floor.
 */
import { describe, expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { createSoundGate, type SoundStretch } from "./sound-gate.ts";

/**
 * Levels in dB of 10 ms frames: noise at -50 that varies normally, with bursts of [start, end) seconds at
 * -30.
 */
function createLevels(seconds: number, spreadDb: number, bursts: readonly (readonly [number, number])[]) {
  const random = createRandom(3);
  return Array.from({ length: seconds * 100 }, (_, i) => {
    const isBurst = bursts.some(([start, end]) => i >= start * 100 && i < end * 100);
    return isBurst ? -30 : -50 + spreadDb * random.normal();
  });
}

function findStretches(levels: readonly number[], followsFloor = true): SoundStretch[] {
  const gate = createSoundGate({ pauseFrames: 30, followsFloor });
  const stretches = levels.flatMap((db) => gate.push(10 ** (db / 10)).closed ?? []);
  const last = gate.finish();
  return last ? [...stretches, last] : stretches;
}

const bursts = [
  [14, 14.6],
  [16, 16.4],
  [19, 20],
] as const;

describe("the gate", () => {
  // In rain and waves, levels have a standard deviation of 3 dB: a gate with fixed thresholds of 6 and 3 dB
  // never closed.
  it.each([0.3, 1, 3])("separates sounds in noise that varies by %s dB", (spreadDb) => {
    const stretches = findStretches(createLevels(24, spreadDb, bursts)).filter(({ start }) => start > 1200);
    expect(stretches).toHaveLength(bursts.length);
    for (const [i, [start, end]] of bursts.entries()) {
      expect(Math.abs(stretches[i]!.start - 100 * start)).toBeLessThanOrEqual(5);
      expect(Math.abs(stretches[i]!.end - 100 * end)).toBeLessThanOrEqual(5);
    }
  });

  it("treats noise at the start of the stream as sound until the floor has adapted", () => {
    const stretches = findStretches(createLevels(24, 1, []));
    expect(stretches).toHaveLength(1);
    expect(stretches[0]!.start).toBe(0);
    expect(stretches[0]!.end).toBeLessThan(400);
  });

  it("treats everything that is not silent as sound if it does not follow the floor", () => {
    expect(findStretches(createLevels(24, 3, bursts), false)).toEqual([{ start: 0, end: 2400 }]);
  });
});
