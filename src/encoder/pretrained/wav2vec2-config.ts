/**
 * What config.json and preprocessor_config.json of wav2vec2 and HuBERT say, checked and bounded.
 *
 * Fields and their defaults: Hugging Face transformers, `Wav2Vec2Config`, `HubertConfig`, `Wav2Vec2FeatureExtractor`.
 * Not its concern: tensors, graphs.
 */
import { z } from "zod";
import { GolemError } from "../../core/error.ts";

const size = z.number().int().min(1).max(65_536);
const sizes = z.array(size).min(1).max(16);

const configSchema = z
  .object({
    model_type: z.enum(["wav2vec2", "hubert"]),
    hidden_size: size.default(768),
    num_hidden_layers: size.max(256).default(12),
    num_attention_heads: size.default(12),
    intermediate_size: size.default(3072),
    hidden_act: z.literal("gelu").default("gelu"),
    layer_norm_eps: z.number().positive().max(1).default(1e-5),
    feat_extract_norm: z.enum(["group", "layer"]).default("group"),
    feat_extract_activation: z.literal("gelu").default("gelu"),
    conv_dim: sizes.default([512, 512, 512, 512, 512, 512, 512]),
    conv_stride: sizes.default([5, 2, 2, 2, 2, 2, 2]),
    conv_kernel: sizes.default([10, 3, 3, 3, 3, 2, 2]),
    conv_bias: z.boolean().default(false),
    num_conv_pos_embeddings: size.default(128),
    num_conv_pos_embedding_groups: size.default(16),
    do_stable_layer_norm: z.boolean().default(false),
    feat_proj_layer_norm: z.boolean().default(true),
    conv_pos_batch_norm: z.literal(false, "batch norm of positions is not supported").default(false),
    adapter_attn_dim: z.null("adapters inside the blocks are not supported").optional(),
  })
  .refine((config) => config.hidden_size % config.num_attention_heads === 0, {
    path: ["num_attention_heads"],
    message: "must divide hidden_size",
  })
  .refine((config) => config.hidden_size % config.num_conv_pos_embedding_groups === 0, {
    path: ["num_conv_pos_embedding_groups"],
    message: "must divide hidden_size",
  })
  .refine(
    ({ conv_dim, conv_kernel, conv_stride }) =>
      conv_dim.length === conv_kernel.length && conv_dim.length === conv_stride.length,
    { path: ["conv_dim"], message: "conv_dim, conv_kernel and conv_stride must be equally long" },
  );

const preprocessorSchema = z.object({
  do_normalize: z.boolean().default(true),
  sampling_rate: z.literal(16_000).default(16_000),
});

/** A checked config.json of a wav2vec2 or HuBERT model. */
export type Wav2Vec2Config = z.infer<typeof configSchema>;

/** A checked preprocessor_config.json. */
export type Wav2Vec2Preprocessor = z.infer<typeof preprocessorSchema>;

/** Checks a parsed config.json; throws `unknown-encoder` naming the first field that cannot be honoured. */
export function parseWav2Vec2Config(json: unknown): Wav2Vec2Config {
  return check(configSchema, json, "config.json");
}

/** Checks a parsed preprocessor_config.json; what is absent has the library's default: normalised, 16 kHz. */
export function parseWav2Vec2Preprocessor(json: unknown): Wav2Vec2Preprocessor {
  return check(preprocessorSchema, json, "preprocessor_config.json");
}

function check<T>(schema: z.ZodType<T>, json: unknown, file: string): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new GolemError(
    "unknown-encoder",
    `${file} describes a network that cannot be built: ${issue.path.join(".") || "it"}: ${issue.message}.`,
    {
      hint: "wav2vec2 and HuBERT as published by their authors are supported, and what was fine-tuned from them.",
    },
  );
}

/** Samples that one frame hears (400 for all published models) and samples from one frame to the next (320). */
export function getReceptiveField(config: Wav2Vec2Config): { samples: number; hop: number } {
  let samples = 1;
  let hop = 1;
  config.conv_kernel.forEach((kernel, layer) => {
    samples += (kernel - 1) * hop;
    hop *= config.conv_stride[layer]!;
  });
  return { samples, hop };
}
