/**
 * The neural voice gate silero (versions 5 and 6) as a gate of detection.
 *
 * The rule is that of its authors: open at a threshold, closed 0.15 below it. The pause that ends a stretch is
 * that of detection, so that the gates differ only in what they take for sound.
 */
import type { GateState } from "../../src/detect/sound-gate.ts";
import { computeVoice } from "../../src/detect/voice-filter.ts";
import { createNodeOnnxRuntime } from "../../src/node/models/onnx-runtime-node.ts";
import { rate } from "../detect/stream.ts";

/** Samples of a step of the network. */
const stepSamples = 512;
const frameSamples = rate / 100;
/** Distance of the level that closes below the level that opens. */
const hysteresis = 0.15;

/** Loads a model; the function returns the probability of speech of each 32 ms of a stream at 16 kHz. */
export async function loadVoiceModel(path: string): Promise<(samples: Float32Array) => Promise<number[]>> {
  const session = await createNodeOnnxRuntime({ threads: 1 }).createSession({ path });
  return async (samples) => {
    const probabilities: number[] = [];
    for await (const probability of computeVoice(session, samples)) probabilities.push(probability);
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
