/**
 * Schemas of config.json and preprocessor_config.json for Whisper; every number is bounded.
 *
 * Fields and their defaults: Hugging Face transformers, `WhisperConfig`, `WhisperFeatureExtractor`.
 * Not its concern: tensors, graphs.
 */
import * as z from "zod/mini";
import { checkSchema } from "../../core/check-schema.ts";
import { GolemError } from "../../core/error.ts";

const int = (maximum: number) => z.int().check(z.minimum(1), z.maximum(maximum));
const size = int(65_536);

const configSchema = z
  .object({
    model_type: z.literal("whisper"),
    d_model: z._default(size, 384),
    encoder_layers: z._default(int(256), 4),
    encoder_attention_heads: z._default(size, 6),
    encoder_ffn_dim: z._default(size, 1536),
    num_mel_bins: z._default(z.union([z.literal(80), z.literal(128)]), 80),
    max_source_positions: z._default(z.literal(1500), 1500),
    activation_function: z._default(z.literal("gelu"), "gelu"),
  })
  .check(
    z.refine((config) => config.d_model % config.encoder_attention_heads === 0, {
      path: ["encoder_attention_heads"],
      message: "must divide d_model",
    }),
  );

const decoderSchema = z
  .object({
    d_model: z._default(size, 384),
    decoder_layers: z._default(int(256), 4),
    decoder_attention_heads: z._default(size, 6),
    decoder_ffn_dim: z._default(size, 1536),
    vocab_size: z._default(int(1 << 18), 51_865),
    max_target_positions: z._default(int(4096), 448),
    scale_embedding: z._default(z.literal(false), false),
  })
  .check(
    z.refine((config) => config.d_model % config.decoder_attention_heads === 0, {
      path: ["decoder_attention_heads"],
      message: "must divide d_model",
    }),
  );

/** The front end is part of the graph, so only the one of all published models is supported. */
const preprocessorSchema = z.object({
  feature_size: z.optional(z.number()),
  sampling_rate: z._default(z.literal(16_000), 16_000),
  n_fft: z._default(z.literal(400), 400),
  hop_length: z._default(z.literal(160), 160),
  chunk_length: z._default(z.literal(30), 30),
});

/** A checked config.json of a Whisper model. */
export type WhisperConfig = z.infer<typeof configSchema>;

/** The part of a checked config.json that describes the decoder. */
export type WhisperDecoderConfig = z.infer<typeof decoderSchema>;

/** Checks the decoder's part of config.json; throws `unknown-encoder` as {@link parseWhisperConfig}. */
export function parseWhisperDecoderConfig(configJson: unknown): WhisperDecoderConfig {
  return check(decoderSchema, configJson, "config.json");
}

/** Checks the parsed files; throws `unknown-encoder` with the first field that is not supported. */
export function parseWhisperConfig(configJson: unknown, preprocessorJson: unknown): WhisperConfig {
  const config = check(configSchema, configJson, "config.json");
  const { feature_size: bands } = check(
    preprocessorSchema,
    preprocessorJson ?? {},
    "preprocessor_config.json",
  );
  if (bands !== undefined && bands !== config.num_mel_bins) {
    throw createUnsupportedError(
      "preprocessor_config.json",
      `feature_size is ${bands}, num_mel_bins ${config.num_mel_bins}`,
    );
  }
  return config;
}

function check<T>(schema: z.ZodMiniType<T>, json: unknown, file: string): T {
  return checkSchema(schema, json, (found) => createUnsupportedError(file, found));
}

function createUnsupportedError(file: string, what: string): GolemError {
  return new GolemError("unknown-encoder", `${file} describes a network that cannot be built: ${what}.`, {
    hint: "Whisper as published by its authors is supported, and models fine-tuned or distilled from it.",
  });
}
