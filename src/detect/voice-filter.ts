/**
 * Classifies only windows that contain a voice, according to the network silero (version 5 or 6); the others
 * count as silent.
 *
 * The network gives the probability of speech for each 32 ms from the samples, the 4 ms before them and a
 * recurrent state. Each window starts from an empty state. The threshold was chosen by measurement (LOG.md).
 *
 * Not its concern: how windows are planned, loading the network.
 */
import { createResampler } from "../audio/resampler.ts";
import { joinFloats } from "../core/join-arrays.ts";
import type { OnnxSession, OnnxTensor } from "../onnx/runtime.ts";
import type { WindowClassifier } from "./window-classifier.ts";

/** Sample rate of the network, in Hz. */
const networkRate = 16_000;
/** Samples of a step, and of the context before it. */
const stepSamples = 512;
const contextSamples = 64;
/** Shape of the recurrent state. */
const stateDims = [2, 1, 128] as const;

/** Minimum probability of speech, in any 32 ms of a window, for a voice to be heard. */
const voiceThreshold = 0.3;

/** Decides whether finite mono samples at 16 kHz contain a voice. */
export interface VoiceNetwork {
  hasVoice(samples: Float32Array): Promise<boolean>;
}

/** Creates the decision from a loaded network; its errors are those of the session. */
export function createVoiceNetwork(session: OnnxSession): VoiceNetwork {
  return {
    async hasVoice(samples) {
      for await (const probability of computeVoice(session, samples)) {
        if (probability >= voiceThreshold) return true;
      }
      return false;
    },
  };
}

/** Yields the probability of speech of each 32 ms of mono samples at 16 kHz; the last step is zero-padded. */
export async function* computeVoice(session: OnnxSession, samples: Float32Array): AsyncGenerator<number> {
  const sr: OnnxTensor = { dims: [], data: BigInt64Array.of(BigInt(networkRate)) };
  let state: OnnxTensor = { dims: stateDims, data: new Float32Array(2 * 128) };
  for (let at = 0; at < samples.length; at += stepSamples) {
    const data = new Float32Array(contextSamples + stepSamples);
    const from = Math.max(0, at - contextSamples);
    data.set(samples.subarray(from, at + stepSamples), contextSamples - (at - from));
    const { output, stateN } = await session.run({ input: { dims: [1, data.length], data }, state, sr });
    state = stateN!;
    yield Number(output!.data[0]);
  }
}

/** Wraps a classifier: windows without a voice are not classified and count as silent. */
export function addVoiceFilter(classifier: WindowClassifier, voice: VoiceNetwork): WindowClassifier {
  const { sampleRate } = classifier;
  const resample = (samples: Float32Array): Float32Array => {
    if (sampleRate === networkRate) return samples;
    const resampler = createResampler(sampleRate, networkRate);
    return joinFloats([resampler.push(samples), resampler.finish()]);
  };
  return {
    ...classifier,
    classify: async (samples, signal) =>
      (await voice.hasVoice(resample(samples))) ? classifier.classify(samples, signal) : undefined,
  };
}
