/** Runs a built graph as an encoder: prepares samples, runs one clip at a time, returns the pooled layers. */
import { GolemError } from "../../core/error.ts";
import { framesOutput, getPooledTensor, pooledOutput } from "../../onnx/pooling-graph.ts";
import type { OnnxModel, OnnxRuntime } from "../../onnx/runtime.ts";
import type { Encoder, EncoderInfo } from "../encoder.ts";
import { type AddEncoder, addNormalisation, addReflection } from "../encoder-graph.ts";
import { reflectToLength } from "../input-preparation.ts";
import type { GraphOptions, PretrainedPlan } from "./pretrained-family.ts";

/** Returns the identity of the encoder for a plan and options. */
export function describePretrained(
  plan: PretrainedPlan,
  source: Pick<EncoderInfo, "id" | "revision" | "sha256">,
  { precision, throughLayer }: GraphOptions,
): EncoderInfo {
  return {
    ...source,
    sampleRate: plan.sampleRate,
    layers: (throughLayer ?? plan.layers - 1) + 1,
    dimensions: plan.dimensions,
    precision,
    recipe: plan.recipe,
  };
}

/** Loads a graph that was written by `plan`. */
export async function createPretrainedEncoder(
  runtime: OnnxRuntime,
  model: OnnxModel,
  plan: PretrainedPlan,
  info: EncoderInfo,
): Promise<Encoder> {
  const session = await runtime.createSession(model);
  const length = info.layers * 2 * info.dimensions;
  return {
    info,
    async encode(samples) {
      const data = plan.prepare(reflectToLength(samples, plan.minimumSamples));
      const outputs = await session.run({ [plan.input]: { dims: [1, data.length], data } });
      const vector = outputs[pooledOutput]?.data;
      if (!(vector instanceof Float32Array) || vector.length !== length) {
        throw new GolemError(
          "encoder-failed",
          `${info.id} gave ${vector?.length ?? "no"} numbers for ${samples.length} samples; expected ${length}.`,
        );
      }
      return { frames: Number(outputs[framesOutput]?.data[1] ?? 0), vector };
    },
    dispose: () => session.release(),
  };
}

/** Creates an encoder as part of another graph, from a graph that was written by `plan`. */
export function createPretrainedGraph(model: Uint8Array, plan: PretrainedPlan): AddEncoder {
  return (graph, samples, prefix) => {
    const long = addReflection(graph, samples, plan.minimumSamples);
    const input = plan.isNormalised ? addNormalisation(graph, long) : long;
    const getName = graph.merge(model, { prefix, inputs: { [plan.input]: input } });
    return (layer) => getName(getPooledTensor(layer));
  };
}
