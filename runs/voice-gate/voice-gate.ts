/**
 * The neural voice gate silero (versions 5 and 6) as a gate of detection.
 *
 * It gives the probability of speech for each 32 ms from the samples, the 4 ms before them and a recurrent
 * state. The rule is that of its authors: open at a threshold, closed 0.15 below it. The pause that ends a
 * stretch is that of detection, so that the gates differ only in what they take for sound.
 */
import { InferenceSession, Tensor } from "onnxruntime-node";
import type { GateState } from "../../src/detect/sound-gate.ts";
import { rate } from "../detect/stream.ts";

/** Samples of a step, and of the context before it. */
const stepSamples = 512;
const contextSamples = 64;
const frameSamples = rate / 100;
/** Distance of the level that closes below the level that opens. */
const hysteresis = 0.15;

/** Loads a model; the function returns the probability of speech of each 32 ms of a stream at 16 kHz. */
export async function loadVoiceModel(path: string): Promise<(samples: Float32Array) => Promise<number[]>> {
  const session = await InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const sampleRate = new Tensor("int64", BigInt64Array.of(BigInt(rate)), []);
  return async (samples) => {
    let state = new Tensor("float32", new Float32Array(2 * 128), [2, 1, 128]);
    const probabilities: number[] = [];
    for (let at = 0; at < samples.length; at += stepSamples) {
      const input = new Float32Array(contextSamples + stepSamples);
      const from = Math.max(0, at - contextSamples);
      input.set(samples.subarray(from, at + stepSamples), contextSamples - (at - from));
      const output = await session.run({
        input: new Tensor("float32", input, [1, input.length]),
        state,
        sr: sampleRate,
      });
      probabilities.push((output.output!.data as Float32Array)[0]!);
      state = output.stateN as typeof state;
    }
    return probabilities;
  };
}

/** Converts probabilities to the states of a gate, one per frame of 10 ms. */
export function toGateStates(
  probabilities: readonly number[],
  frames: number,
  { threshold, pauseFrames }: { readonly threshold: number; readonly pauseFrames: number },
): GateState[] {
  const states: GateState[] = [];
  let start: number | undefined;
  let lowSince = 0;
  let end = 0;
  for (let frame = 1; frame <= frames; frame++) {
    // The middle of the frame; beyond the last step, the last probability.
    const step = Math.floor(((frame - 0.5) * frameSamples) / stepSamples);
    const probability = probabilities[Math.min(step, probabilities.length - 1)]!;
    const isAbove = probability >= threshold - hysteresis;
    if (!isAbove) lowSince = frame;
    if (start === undefined && probability >= threshold) start = lowSince;
    const isSound = start !== undefined && isAbove;
    if (isSound) end = frame;
    let closed: GateState["closed"];
    if (start !== undefined && frame - end >= pauseFrames) {
      closed = { start, end };
      start = undefined;
    }
    states.push({ frames: frame, start, end, isSound, closed, levelDb: 0, floorDb: 0 });
  }
  return states;
}
