/** The plan of recordings: every voice and wording occurs, and the same seed gives the same plan. */
import { expect, it } from "vitest";
import { planUtterances, speakUtterance } from "./utterances.ts";
import { readSpeech } from "./wav-speech.ts";

const wordings = [
  { label: "a", text: "one" },
  { label: "a", text: "two" },
  { label: "b", text: "three" },
];

it("lets every voice say every label, and alternates wordings", () => {
  const plan = planUtterances(wordings, 3, 6, 0);
  for (const label of ["a", "b"]) {
    const own = plan.filter((utterance) => utterance.label === label);
    expect(own).toHaveLength(6);
    expect([0, 1, 2].map((voice) => own.filter((one) => one.voice === voice).length)).toEqual([2, 2, 2]);
  }
  expect(plan.filter(({ text }) => text === "one")).toHaveLength(3);
  expect(plan).toEqual(planUtterances(wordings, 3, 6, 0));
  expect(plan).not.toEqual(planUtterances(wordings, 3, 6, 1));
  for (const { manner } of plan) {
    for (const factor of Object.values(manner)) expect(Math.abs(Math.log(factor))).toBeLessThan(0.25);
  }
});

it("changes the scale by resampling", async () => {
  const voice = {
    name: "tone",
    speak: async () => ({ samples: new Float32Array(1000).fill(0.5), sampleRate: 16_000 }),
  };
  const manner = { rate: 1, pitch: 1, scale: 1.1 };
  const { samples } = await speakUtterance({ label: "a", text: "a", voice: 0, manner }, [voice]);
  expect(samples).toHaveLength(Math.round(1000 / 1.1));
});

it("refuses what is no speech", () => {
  expect(() => readSpeech(new Uint8Array(100))).toThrow(
    expect.objectContaining({ code: "synthesis-failed" }),
  );
});
