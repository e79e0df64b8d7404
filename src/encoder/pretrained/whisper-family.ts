/**
 * Whisper's encoders as a family: config files to a plan.
 *
 * Not its concern: files, runtimes.
 */
import { GolemError } from "../../core/error.ts";
import { selectTensors } from "./encoder-tensors.ts";
import type { PretrainedFamily } from "./pretrained-family.ts";
import { describeWhisperTensors, whisperInput, writeWhisperGraph } from "./whisper.ts";
import { parseWhisperConfig } from "./whisper-config.ts";
import { whisperFrames, whisperHop } from "./whisper-front-end.ts";

/** One window of the front end. */
const minimumSamples = 400;
/** 30 seconds; beyond them there are no position embeddings. */
const maximumSamples = whisperFrames * whisperHop;

/** Whisper (tiny to large-v3) and what was distilled from it; only its encoder is built. */
export const whisperFamily: PretrainedFamily = {
  modelTypes: ["whisper"],
  canPad: true,
  plan(configJson, preprocessorJson, { padded = false } = {}) {
    const config = parseWhisperConfig(configJson, preprocessorJson);
    return {
      layers: config.encoder_layers + 1,
      dimensions: config.d_model,
      sampleRate: 16_000,
      minimumSamples,
      input: whisperInput,
      recipe: `whisper/1;input=${padded ? "zeros to 30 s" : "true length"};pool=mean+std;reflect<${minimumSamples}`,
      isNormalised: false,
      prepare(samples) {
        if (samples.length <= maximumSamples) return samples;
        throw new GolemError(
          "too-long",
          `Whisper hears at most 30 s at once; got ${samples.length} samples.`,
          {
            hint: "Cut the signal into windows.",
          },
        );
      },
      write: (graph, checkpoint, options) =>
        writeWhisperGraph(graph, selectTensors(checkpoint, describeWhisperTensors(config)), config, {
          ...options,
          padded,
        }),
    };
  },
};
