/**
 * What config.json and preprocessor_config.json of Whisper models say, checked and bounded.
 *
 * Fields and their defaults: Hugging Face transformers, `WhisperConfig`, `WhisperFeatureExtractor`.
 * Not its concern: tensors, graphs.
 */
import { z } from "zod";
import { GolemError } from "../../core/error.ts";

const size = z.number().int().min(1).max(65_536);

const configSchema = z
  .object({
    model_type: z.literal("whisper"),
    d_model: size.default(384),
    encoder_layers: size.max(256).default(4),
    encoder_attention_heads: size.default(6),
    encoder_ffn_dim: size.default(1536),
    num_mel_bins: z.union([z.literal(80), z.literal(128)]).default(80),
    max_source_positions: z.literal(1500).default(1500),
    activation_function: z.literal("gelu").default("gelu"),
  })
  .refine((config) => config.d_model % config.encoder_attention_heads === 0, {
    path: ["encoder_attention_heads"],
    message: "must divide d_model",
  });

/** The front end is part of the graph, so only the one that all published models have will do. */
const preprocessorSchema = z.object({
  feature_size: z.number().optional(),
  sampling_rate: z.literal(16_000).default(16_000),
  n_fft: z.literal(400).default(400),
  hop_length: z.literal(160).default(160),
  chunk_length: z.literal(30).default(30),
});

/** A checked config.json of a Whisper model. */
export type WhisperConfig = z.infer<typeof configSchema>;

/** Checks the parsed config files; throws `unknown-encoder` naming the first field that cannot be honoured. */
export function parseWhisperConfig(configJson: unknown, preprocessorJson: unknown): WhisperConfig {
  const config = check(configSchema, configJson, "config.json");
  const { feature_size: bands } = check(
    preprocessorSchema,
    preprocessorJson ?? {},
    "preprocessor_config.json",
  );
  if (bands !== undefined && bands !== config.num_mel_bins) {
    throw refuse("preprocessor_config.json", `feature_size is ${bands}, num_mel_bins ${config.num_mel_bins}`);
  }
  return config;
}

function check<T>(schema: z.ZodType<T>, json: unknown, file: string): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw refuse(file, `${issue.path.join(".") || "it"}: ${issue.message}`);
}

function refuse(file: string, what: string): GolemError {
  return new GolemError("unknown-encoder", `${file} describes a network that cannot be built: ${what}.`, {
    hint: "Whisper as published by its authors is supported, and what was fine-tuned or distilled from it.",
  });
}
