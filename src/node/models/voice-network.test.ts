/** The voice network itself: synthetic speech is a voice, noise and tones are not. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createResampler } from "../../audio/resampler.ts";
import { createNoise, noiseKinds } from "../../augment/noise.ts";
import { GolemError } from "../../core/error.ts";
import { joinFloats } from "../../core/join-arrays.ts";
import { createRandom } from "../../core/random.ts";
import { createFliteVoices } from "../../synth/flite.ts";
import { loadFliteProgram } from "../synth/flite-program.ts";
import { loadVoiceNetwork } from "./voice-network.ts";

const sampleRate = 16_000;
const reason = "no network connection, and the weights are not in the cache";
/** Undefined if the network or the voices are neither in the cache nor can be fetched. */
let loaded:
  | { network: Awaited<ReturnType<typeof loadVoiceNetwork>>; program: Uint8Array<ArrayBuffer> }
  | undefined;

beforeAll(async () => {
  try {
    loaded = { network: await loadVoiceNetwork(), program: await loadFliteProgram() };
  } catch (error) {
    if (!(error instanceof GolemError) || !["weights-missing", "fetch-failed"].includes(error.code))
      throw error;
  }
});
afterAll(() => loaded?.network.dispose());

const scale = (samples: Float32Array, factor: number): Float32Array => samples.map((value) => factor * value);

describe("a voice", () => {
  it("is heard in single words by all synthetic voices, loud or quiet", async ({ skip }) => {
    if (!loaded) return skip(reason);
    const voices = await createFliteVoices(loaded.program);
    expect(voices.length).toBeGreaterThan(2);
    for (const voice of voices) {
      for (const word of ["yes", "stop", "computer"]) {
        const speech = await voice.speak(word, { rate: 1, pitch: 1 });
        const resampler = createResampler(speech.sampleRate, sampleRate);
        const samples = joinFloats([resampler.push(speech.samples), resampler.finish()]);
        for (const factor of [1, 0.1]) {
          const heard = await loaded.network.hasVoice(scale(samples, factor));
          expect(heard, `${voice.name}, ${word}, ${factor}`).toBe(true);
        }
      }
    }
  });

  it.for(noiseKinds.filter((kind) => kind !== "babble"))(
    "is not heard in noise: %s",
    async (kind, { skip }) => {
      if (!loaded) return skip(reason);
      const noise = createNoise(kind, 2 * sampleRate, sampleRate, createRandom(1));
      for (const level of [0.01, 0.1]) expect(await loaded.network.hasVoice(scale(noise, level))).toBe(false);
    },
  );

  it.for([100, 440, 3000])("is not heard in a tone of %d Hz, nor in silence", async (frequency, { skip }) => {
    if (!loaded) return skip(reason);
    const tone = Float32Array.from(
      { length: 2 * sampleRate },
      (_, i) => 0.2 * Math.sin((2 * Math.PI * frequency * i) / sampleRate),
    );
    expect(await loaded.network.hasVoice(tone)).toBe(false);
    expect(await loaded.network.hasVoice(new Float32Array(sampleRate))).toBe(false);
  });
});
