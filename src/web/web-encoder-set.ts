/** Loads a golem's encoder set in a browser: built-in encoders and transcriber, by onnxruntime-web. */

import type { EncoderSetInfo } from "../classifier/view.ts";
import { GolemError, throwIfAborted } from "../core/error.ts";
import type { LoadedEncoderSet } from "../embed/embed-source.ts";
import type { Encoder, EncoderInfo } from "../encoder/encoder.ts";
import { checkSameEncoder, checkSameTranscriber } from "../encoder/identity.ts";
import {
  createWeightReader,
  type EncoderDefinition,
  encoderDefinitions,
  getEncoderForm,
  getTranscriberDefinition,
} from "../encoder/registry.ts";
import type { Transcriber } from "../encoder/transcriber.ts";
import { createWebOnnxRuntime, type WebOnnxRuntimeOptions } from "./onnx-runtime-web.ts";
import { loadWebWeights, type WebWeightOptions } from "./web-weights.ts";

/** Options of {@link loadWebEncoderSet}. */
export type WebEncoderSetOptions = WebWeightOptions & WebOnnxRuntimeOptions;

/**
 * Loads the encoders and the transcriber that a golem names (`model.encoders`, `model.transcriber`), or the
 * registry's own. A transcriber that reads an encoder of the set shares it; one whose encoder is not in the
 * set loads its own. Rejects with `unknown-encoder` for an encoder that is not built in, `golem-version` for
 * a different version of one that is, the errors of `loadWebWeights`, and `encoder-failed`; the networks
 * loaded so far are then freed.
 */
export async function loadWebEncoderSet(
  { encoders: requested, transcriber: reader }: EncoderSetInfo,
  options: WebEncoderSetOptions,
): Promise<LoadedEncoderSet> {
  const definitions = requested.map(findDefinition);
  if (reader) checkSameTranscriber(reader);
  const reading = reader && getTranscriberDefinition(reader.id)!;
  const read = reading && definitions.findIndex(({ info }) => info.id === reading.info.id);
  const lent = read === -1 ? encoderDefinitions[reading!.info.id]! : undefined;
  const owners = [...definitions, ...(lent ? [lent] : []), ...(reading ? [reading] : [])];
  const files = await loadWebWeights(owners, options);
  const runtime = createWebOnnxRuntime(options);
  const loaded: Encoder[] = [];
  let transcriber: Transcriber | undefined;
  const dispose = async (): Promise<void> => {
    await transcriber?.dispose();
    for (const encoder of loaded) await encoder.dispose();
  };
  try {
    for (const [i, definition] of [...definitions, ...(lent ? [lent] : [])].entries()) {
      throwIfAborted(options.signal);
      loaded.push(await definition.create(runtime, createWeightReader(files[i]!)));
    }
    throwIfAborted(options.signal);
    if (reading) {
      const encoder = lent ? loaded.at(-1)! : loaded[read!]!;
      transcriber = await reading.create(runtime, createWeightReader(files.at(-1)!), encoder);
    }
  } catch (error) {
    await dispose();
    throw error;
  }
  return { encoders: loaded.slice(0, requested.length), ...(transcriber ? { transcriber } : {}), dispose };
}

function findDefinition(requested: EncoderInfo): EncoderDefinition {
  const definition = Object.hasOwn(encoderDefinitions, requested.id) ? getEncoderForm(requested) : undefined;
  if (!definition) {
    const names = Object.keys(encoderDefinitions).join(", ");
    throw new GolemError(
      "unknown-encoder",
      `The golem uses ${requested.id}, which is not built in; browsers run ${names}.`,
      { hint: "Train it with a built-in encoder (no --encoder), or serve it with `golem serve`." },
    );
  }
  checkSameEncoder(requested, definition.info);
  return definition;
}
