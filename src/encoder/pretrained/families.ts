/** The families of models that can be built from checkpoints; to add a family, add an entry here. */
import { GolemError } from "../../core/error.ts";
import type {
  PlanOptions,
  PretrainedFamily,
  PretrainedPlan,
  TranscriberFiles,
  TranscriberPlan,
} from "./pretrained-family.ts";
import { wav2vec2Family } from "./wav2vec2.ts";
import { whisperFamily } from "./whisper.ts";
import { planWhisperTranscriber } from "./whisper-transcriber.ts";

const families: readonly PretrainedFamily[] = [wav2vec2Family, whisperFamily];

/**
 * Plans the transcriber that a checkpoint's files describe; undefined if the family has none or the files
 * contain none. Throws `unknown-encoder` or `weights-damaged` for files that describe one that cannot be
 * built.
 */
export function planTranscriber(
  files: TranscriberFiles,
  language: string | undefined,
): TranscriberPlan | undefined {
  const type = (files.config as { model_type?: unknown } | null | undefined)?.model_type;
  return type === "whisper" ? planWhisperTranscriber(files, language) : undefined;
}

/**
 * Plans the encoder described by parsed config.json and preprocessor_config.json (undefined when there is
 * none). Throws `unknown-encoder` for other families and for settings that a family does not support,
 * `invalid-option` for padding if the models were not trained on it.
 */
export function planPretrained(
  config: unknown,
  preprocessor: unknown,
  options: PlanOptions = {},
): PretrainedPlan {
  const type = (config as { model_type?: unknown } | null | undefined)?.model_type;
  const family = families.find(({ modelTypes }) => modelTypes.some((known) => known === type));
  if (family && options.padded && !family.canPad) {
    throw new GolemError("invalid-option", `Models of type ${type} are not trained on padded input.`, {
      hint: "Leave ?padded out.",
    });
  }
  if (family) return family.plan(config, preprocessor, options);
  const known = families.flatMap(({ modelTypes }) => modelTypes);
  throw new GolemError(
    "unknown-encoder",
    `config.json describes a model of type ${JSON.stringify(type) ?? "unknown"}; the supported types are ${known.join(", ")}.`,
    { hint: "Any model with an ONNX file can be used with a descriptor." },
  );
}
