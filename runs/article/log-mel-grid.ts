/**
 * A recording as a picture of fixed size, without learned weights and without pooling over the whole time: 40
 * log-mel bands, the recording compressed or stretched to 32 time steps. It is the input of networks that are
 * trained from scratch.
 */
import type { Encoder } from "../../src/encoder/encoder.ts";
import { computeMfccFrames, mfccInfo } from "../../src/encoder/mfcc.ts";

const bands = 40;
const steps = 32;

/**
 * Creates the front end. Its vectors contain the picture [32, 40] in place of means, and zeros in place of
 * deviations.
 */
export function createLogMelGrid(): Encoder {
  const dimensions = steps * bands;
  return {
    info: { ...mfccInfo, id: "log-mel-grid", dimensions, recipe: `mel=${bands};steps=${steps}` },
    encode: async (samples) => {
      const frames = computeMfccFrames(samples);
      const width = mfccInfo.dimensions;
      const count = frames.length / width;
      const vector = new Float32Array(2 * dimensions);
      for (let step = 0; step < steps; step++) {
        // The mean over the frames of one 32nd of the recording; at least one frame.
        const from = Math.min(count - 1, Math.floor((step * count) / steps));
        const to = Math.max(from + 1, Math.floor(((step + 1) * count) / steps));
        for (let frame = from; frame < to; frame++) {
          for (let band = 0; band < bands; band++) {
            vector[step * bands + band]! += frames[frame * width + band]! / (to - from);
          }
        }
      }
      return { frames: count, vector };
    },
    dispose: async () => {},
  };
}
