/** A long recording of two tones, and the events that the golem of `getToneGolem` finds in it. */
import { expect } from "vitest";
import { createWav } from "../audio-files.ts";
import { createToneInSilence } from "../served.ts";

const samples = new Float32Array(9 * 16_000);
samples.set(createToneInSilence(2), 1.5 * 16_000);
samples.set(createToneInSilence(3), 5.5 * 16_000);

/** 9 s of silence, but for a low tone from 2 to 3 s and a high one from 6 to 7 s: at 16 kHz, and as a WAV file. */
export const longTones = {
  samples,
  recording: createWav([samples], 16_000),
  events: [
    { label: "low", start: expect.closeTo(2, 0), end: expect.closeTo(3, 0) },
    { label: "high", start: expect.closeTo(6, 0), end: expect.closeTo(7, 0) },
  ],
};
