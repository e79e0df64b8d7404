/**
 * Schemas of config.json and preprocessor_config.json for wav2vec2 and HuBERT; every number is bounded.
 *
 * Fields and their defaults: Hugging Face transformers, `Wav2Vec2Config`, `HubertConfig`,
 * `Wav2Vec2FeatureExtractor`.
 */
import * as z from "zod/mini";
import { checkSchema } from "../../core/check-schema.ts";
import { GolemError } from "../../core/error.ts";

const int = (maximum: number) => z.int().check(z.minimum(1), z.maximum(maximum));
const size = int(65_536);
const sizes = z.array(size).check(z.minLength(1), z.maxLength(16));

const configSchema = z
  .object({
    model_type: z.enum(["wav2vec2", "hubert"]),
    hidden_size: z._default(size, 768),
    num_hidden_layers: z._default(int(256), 12),
    num_attention_heads: z._default(size, 12),
    intermediate_size: z._default(size, 3072),
    hidden_act: z._default(z.literal("gelu"), "gelu"),
    layer_norm_eps: z._default(z.number().check(z.positive(), z.maximum(1)), 1e-5),
    feat_extract_norm: z._default(z.enum(["group", "layer"]), "group"),
    feat_extract_activation: z._default(z.literal("gelu"), "gelu"),
    conv_dim: z._default(sizes, [512, 512, 512, 512, 512, 512, 512]),
    conv_stride: z._default(sizes, [5, 2, 2, 2, 2, 2, 2]),
    conv_kernel: z._default(sizes, [10, 3, 3, 3, 3, 2, 2]),
    conv_bias: z._default(z.boolean(), false),
    num_conv_pos_embeddings: z._default(size, 128),
    num_conv_pos_embedding_groups: z._default(size, 16),
    do_stable_layer_norm: z._default(z.boolean(), false),
    feat_proj_layer_norm: z._default(z.boolean(), true),
    conv_pos_batch_norm: z._default(z.literal(false), false),
    adapter_attn_dim: z.optional(z.null()),
  })
  .check(
    z.refine((config) => config.hidden_size % config.num_attention_heads === 0, {
      path: ["num_attention_heads"],
      message: "must divide hidden_size",
    }),
    z.refine((config) => config.hidden_size % config.num_conv_pos_embedding_groups === 0, {
      path: ["num_conv_pos_embedding_groups"],
      message: "must divide hidden_size",
    }),
    z.refine(
      ({ conv_dim, conv_kernel, conv_stride }) =>
        conv_dim.length === conv_kernel.length && conv_dim.length === conv_stride.length,
      { path: ["conv_dim"], message: "conv_dim, conv_kernel and conv_stride must be equally long" },
    ),
  );

const preprocessorSchema = z.object({
  do_normalize: z._default(z.boolean(), true),
  sampling_rate: z._default(z.literal(16_000), 16_000),
});

/** A checked config.json of a wav2vec2 or HuBERT model. */
export type Wav2Vec2Config = z.infer<typeof configSchema>;

/** A checked preprocessor_config.json. */
type Wav2Vec2Preprocessor = z.infer<typeof preprocessorSchema>;

/** Checks a parsed config.json; throws `unknown-encoder` with the first field that is not supported. */
export function parseWav2Vec2Config(json: unknown): Wav2Vec2Config {
  return check(configSchema, json, "config.json");
}

/**
 * Checks a parsed preprocessor_config.json; the defaults are those of transformers: normalised, 16 kHz.
 * Throws `unknown-encoder` for unsupported settings.
 */
export function parseWav2Vec2Preprocessor(json: unknown): Wav2Vec2Preprocessor {
  return check(preprocessorSchema, json, "preprocessor_config.json");
}

function check<T>(schema: z.ZodMiniType<T>, json: unknown, file: string): T {
  return checkSchema(
    schema,
    json,
    (found) =>
      new GolemError("unknown-encoder", `${file} describes a network that cannot be built: ${found}.`, {
        hint: "wav2vec2 and HuBERT as published by their authors are supported, and models fine-tuned from them.",
      }),
  );
}

/** Samples that one frame covers (400 for all published models) and samples between frames (320). */
export function getReceptiveField(config: Wav2Vec2Config): { samples: number; hop: number } {
  let samples = 1;
  let hop = 1;
  config.conv_kernel.forEach((kernel, layer) => {
    samples += (kernel - 1) * hop;
    hop *= config.conv_stride[layer]!;
  });
  return { samples, hop };
}
