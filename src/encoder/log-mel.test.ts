/**
 * Mel filters compared with torchaudio, log-mel frames with numpy (scripts/make-mfcc-fixture.py) and their
 * definition.
 */
import { describe, expect, it } from "vitest";
import fixture from "../../test/fixtures/mfcc.json" with { type: "json" };
import { createRandom } from "../core/random.ts";
import { createHannWindow } from "../math/fourier.ts";
import { createLogMel, cutPatches, type LogMelOptions } from "./log-mel.ts";
import { createMelFilters } from "./mel-filters.ts";

const speech = { transformSize: 400, low: 0, high: 8000, norm: "slaney", scale: "slaney" } as const;

describe("mel filters", () => {
  /**
   * torchaudio 0.13, melscale_fbanks at 16 kHz in float64: sum of all weights; band, bin and value of some
   * peaks.
   */
  it.each([
    [
      { ...speech, bands: 80 },
      1.999024103,
      [
        [0, 1, 0.024862593984],
        [26, 25, 0.022114217267],
        [79, 192, 0.003164711739],
      ],
    ],
    [
      { ...speech, bands: 128 },
      3.190985529,
      [
        [1, 1, 0.030392564871],
        [64, 43, 0.018091517621],
        [127, 195, 0.005041601675],
      ],
    ],
    [
      { bands: 40, transformSize: 512, low: 20, high: 8000, norm: "none", scale: "htk" } as const,
      246.475870706,
      [
        [0, 2, 0.942015716922],
        [20, 60, 0.966994944862],
        [39, 240, 0.974646810255],
      ],
    ],
    [
      { bands: 64, transformSize: 1024, low: 125, high: 7500, norm: "none", scale: "slaney" } as const,
      460.042299366,
      [
        [0, 11, 0.922907043022],
        [32, 114, 0.968279505488],
        [63, 459, 0.996836946291],
      ],
    ],
  ])("equal those of torchaudio: %j", (options, sum, peaks) => {
    const filters = createMelFilters({ ...options, sampleRate: 16_000 });
    expect(filters.reduce((total, weight) => total + weight, 0)).toBeCloseTo(sum, 6);
    const bins = options.transformSize / 2 + 1;
    for (const [band, bin, value] of peaks) expect(filters[band! * bins + bin!]).toBeCloseTo(value!, 8);
  });

  it("have straight sides on the mel scale on request", () => {
    const options = { bands: 4, transformSize: 512, sampleRate: 16_000, low: 125, high: 7500 } as const;
    const filters = createMelFilters({ ...options, scale: "htk", norm: "none", straightOver: "mel" });
    const mel = (hertz: number) => 2595 * Math.log10(1 + hertz / 700);
    const step = (mel(7500) - mel(125)) / 5;
    for (const bin of [10, 40, 100, 200]) {
      const at = (mel((bin * 16_000) / 512) - mel(125)) / step - 1;
      for (let band = 0; band < 4; band++) {
        expect(filters[band * 257 + bin]).toBeCloseTo(Math.max(0, 1 - Math.abs(at - band)), 9);
      }
    }
  });
});

describe("log-mel", () => {
  const base: LogMelOptions = {
    ...{ sampleRate: 16_000, window: 400, hop: 160, transformSize: 512, bands: 40, low: 20, high: 8000 },
    ...{ scale: "htk", norm: "none", power: 2, logarithm: "ln", offset: 0, floor: 1e-30, centred: false },
  };

  it("equals numpy's result", () => {
    const samples = Float32Array.from(fixture.samplesTimes32768, (value) => value / 32_768);
    const expected = Float32Array.from({ length: (fixture.frames.length / 100) * 40 }, (_, i) => {
      return fixture.frames[Math.floor(i / 40) * 100 + (i % 40)]!;
    });
    // The fixture's floor is relative: 80 dB below the loudest energy.
    const floor = Math.exp(expected.reduce((most, value) => Math.max(most, value), -100)) * 1e-8;
    expect(createLogMel({ ...base, floor }).compute(samples)).toBeAllclose(expected, {
      rtol: 1e-4,
      atol: 1e-4,
    });
  });

  it("follows its definition: centred magnitudes, offset, floor and log10", () => {
    const random = createRandom(2);
    const samples = Float32Array.from({ length: 70 }, () => random.normal());
    const options: LogMelOptions = {
      ...{ ...base, window: 48, hop: 20, transformSize: 64, bands: 6, low: 0, high: 4000 },
      ...{ power: 1, logarithm: "log10", offset: 0.5, floor: 2, centred: true },
    };
    const filters = createMelFilters(options);
    const hann = createHannWindow(48);
    const mirrored = [...samples.slice(1, 25).reverse(), ...samples, ...samples.slice(45, 69).reverse()];
    const expected = [];
    for (let start = 0; start + 48 <= mirrored.length; start += 20) {
      const magnitudes = Array.from({ length: 33 }, (_, k) => {
        let [re, im] = [0, 0];
        for (let n = 0; n < 48; n++) {
          re += hann[n]! * mirrored[start + n]! * Math.cos((2 * Math.PI * k * n) / 64);
          im += hann[n]! * mirrored[start + n]! * Math.sin((2 * Math.PI * k * n) / 64);
        }
        return Math.hypot(re, im);
      });
      for (let band = 0; band < 6; band++) {
        const energy = magnitudes.reduce((sum, m, k) => sum + m * filters[band * 33 + k]!, 0);
        expected.push(Math.log10(Math.max(energy + 0.5, 2)));
      }
    }
    expect(expected).toHaveLength(4 * 6);
    expect(createLogMel(options).compute(samples)).toBeAllclose(expected, { rtol: 1e-5, atol: 1e-6 });
  });

  it("gives one frame for the fewest samples", () => {
    for (const centred of [false, true]) {
      const front = createLogMel({ ...base, centred });
      const frames = front.compute(new Float32Array(front.minimumSamples).fill(0.5)).length / 40;
      expect(frames).toBeGreaterThanOrEqual(1);
    }
  });

  it("cuts frames into patches and drops incomplete ones", () => {
    const frames = Float32Array.from({ length: 7 * 2 }, (_, i) => i);
    const patches = cutPatches(frames, 2, { length: 3, hop: 2 });
    expect([...patches]).toEqual([0, 1, 2, 3, 4, 5, 4, 5, 6, 7, 8, 9, 8, 9, 10, 11, 12, 13]);
    expect([...cutPatches(frames, 2, { length: 6, hop: 5 })]).toHaveLength(12);
  });
});
