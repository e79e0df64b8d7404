/**
 * The encoders of a golem as parts of an ONNX graph: their files are read and checked as for running.
 *
 * Not its concern: golems, the use of the graph.
 */
import { GolemError } from "../../core/error.ts";
import { createDescribedGraph } from "../../encoder/described-encoder.ts";
import type { AddEncoder } from "../../encoder/encoder-graph.ts";
import { getEncoderDefinition } from "../../encoder/registry.ts";
import type { ResolvedEncoder } from "../../encoder/resolved-encoder.ts";
import { readRegularFile } from "../disk/regular-file.ts";
import { loadWeights } from "./encoder-weights.ts";
import { type LoadOptions, prepareAsResolved } from "./load-encoder.ts";

/** Longest protobuf, and so ONNX file, in bytes. */
const maximumGraphBytes = 2 ** 31 - 1;

/**
 * Loads an encoder as a part of a graph.
 *
 * @throws GolemError `invalid-option` for encoders that are not networks of samples (mfcc, networks of
 *   log-mel frames).
 */
export async function loadEncoderGraph(encoder: ResolvedEncoder, options: LoadOptions): Promise<AddEncoder> {
  const { info, source } = encoder;
  switch (source.kind) {
    case "built-in": {
      const definition = getEncoderDefinition(info.id);
      if (!definition.createGraph) {
        throw new GolemError(
          "invalid-option",
          `${info.id} is computed by this program, not by a network; an ONNX file contains networks only.`,
          { hint: "Train with another encoder, or export as safetensors or huggingface." },
        );
      }
      return definition.createGraph(await loadWeights(definition, options));
    }
    case "described": {
      const { readDescribedModel } = await import("./described-model.ts");
      return createDescribedGraph(await readDescribedModel(info, source.model), source.descriptor, info);
    }
    case "pretrained": {
      const { planPretrained } = await import("../../encoder/pretrained/families.ts");
      const { createPretrainedGraph } = await import("../../encoder/pretrained/pretrained-encoder.ts");
      const { path, config, preprocessor, padded } = await prepareAsResolved(encoder, source, options);
      return createPretrainedGraph(
        await readRegularFile(path, maximumGraphBytes),
        planPretrained(config, preprocessor, { padded }),
      );
    }
  }
}
