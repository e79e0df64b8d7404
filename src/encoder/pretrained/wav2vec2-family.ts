/**
 * wav2vec2 and HuBERT as a family of encoders: config files to a plan.
 *
 * Not its concern: files, runtimes.
 */
import { selectTensors } from "./encoder-tensors.ts";
import { normaliseSamples } from "./normalised-samples.ts";
import type { PretrainedFamily } from "./pretrained-family.ts";
import { samplesInput, writeWav2Vec2Graph } from "./wav2vec2.ts";
import { getReceptiveField, parseWav2Vec2Config, parseWav2Vec2Preprocessor } from "./wav2vec2-config.ts";
import { describeWav2Vec2Tensors } from "./wav2vec2-tensors.ts";

/** wav2vec2 (base, large, XLS-R, MMS without adapters) and HuBERT. */
export const wav2vec2Family: PretrainedFamily = {
  modelTypes: ["wav2vec2", "hubert"],
  plan(configJson, preprocessorJson) {
    const config = parseWav2Vec2Config(configJson);
    const preprocessor = parseWav2Vec2Preprocessor(preprocessorJson ?? {});
    const minimumSamples = getReceptiveField(config).samples;
    const normalise = preprocessor.do_normalize;
    return {
      layers: config.num_hidden_layers + 1,
      dimensions: config.hidden_size,
      sampleRate: preprocessor.sampling_rate,
      minimumSamples,
      input: samplesInput,
      recipe: `wav2vec2/1;normalise=${normalise ? "zero-mean-unit-variance" : "none"};pool=mean+std;reflect<${minimumSamples}`,
      isNormalised: normalise,
      prepare: normalise ? normaliseSamples : (samples) => samples,
      write: (graph, checkpoint, options) =>
        writeWav2Vec2Graph(
          graph,
          selectTensors(checkpoint, describeWav2Vec2Tensors(config)),
          config,
          options,
        ),
    };
  },
};
