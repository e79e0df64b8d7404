/** The front end of a described model: from a window's samples to the tensor, samples or log-mel. */
import type { OnnxTensor } from "../../onnx/runtime.ts";
import { normaliseSamples, reflectToLength } from "../input-preparation.ts";
import { createLogMel, cutPatches } from "../log-mel.ts";
import type { EncoderDescriptor } from "./encoder-descriptor.ts";

/** Creates the function that computes the model's input from the samples of one window. */
export function createFrontEnd({
  input,
  minimumSamples,
  sampleRate,
}: EncoderDescriptor): (samples: Float32Array) => OnnxTensor {
  if (input.kind === "samples") {
    const { gain } = input;
    const scale = (samples: Float32Array) => (gain === 1 ? samples : samples.map((sample) => sample * gain));
    const normalise =
      input.normalise === "none" ? scale : (samples: Float32Array) => normaliseSamples(samples, gain);
    return (samples) => {
      const data = normalise(reflectToLength(samples, minimumSamples));
      return { dims: input.axes.map((axis) => (axis === "samples" ? data.length : 1)), data };
    };
  }
  const { patches, bands, axes } = input;
  const logMel = createLogMel({ ...input, sampleRate });
  const neededSamples = Math.max(
    minimumSamples,
    logMel.minimumSamples + (patches ? (patches.length - 1) * input.hop : 0),
  );
  const bandsFirst = axes.indexOf("bands") < axes.indexOf("frames");
  return (samples) => {
    const mel = logMel.compute(reflectToLength(samples, neededSamples));
    const data = patches ? cutPatches(mel, bands, patches) : mel;
    const frames = patches ? patches.length : mel.length / bands;
    const sizes = { batch: 1, channel: 1, frames, bands, patches: data.length / frames / bands };
    return {
      dims: axes.map((axis) => sizes[axis]),
      data: bandsFirst ? transpose(data, frames, bands) : data,
    };
  };
}

/** Transposes each [frames, bands] of `data` to [bands, frames]. */
function transpose(data: Float32Array, frames: number, bands: number): Float32Array {
  const result = new Float32Array(data.length);
  const size = frames * bands;
  for (let base = 0; base < data.length; base += size) {
    for (let f = 0; f < frames; f++) {
      for (let b = 0; b < bands; b++) result[base + b * frames + f] = data[base + f * bands + b]!;
    }
  }
  return result;
}
