/**
 * The prompt of Whisper's decoder, and the tokens that it must not write: from generation_config.json,
 * config.json, or the texts of the special tokens.
 *
 * Not its concern: the network, how the language is recognised.
 *
 * Radford et al. 2022, section 2.3: start, language, task, "no timestamps".
 */
import * as z from "zod/mini";
import { checkSchema } from "../../core/check-schema.ts";
import { GolemError } from "../../core/error.ts";
import type { ByteVocabulary } from "./byte-vocabulary.ts";
import type { WhisperDecoderConfig } from "./whisper-config.ts";

/** Tokens of the prompt, and tokens that are not written. */
export interface WhisperPrompt {
  readonly start: number;
  readonly end: number;
  /** Languages by their codes ("de"); empty for models of English alone. */
  readonly languages: ReadonlyMap<string, number>;
  /** Tokens after the language, or after the start if there are no languages. */
  readonly rest: readonly number[];
  /** Never written. */
  readonly suppressed: readonly number[];
  /** Not written as the first token. */
  readonly suppressedFirst: readonly number[];
}

/** Minimum size of a vocabulary with languages. */
const multilingualSize = 51_865;
const languagePattern = /^<\|([a-z]{2,4})\|>$/;

const token = z.int().check(z.minimum(-1));
const tokens = z.array(token).check(z.maxLength(4096));
const table = z.record(z.string(), token);
const settingsSchema = z.object({
  decoder_start_token_id: z.nullish(token),
  eos_token_id: z.nullish(z.union([token, tokens])),
  no_timestamps_token_id: z.nullish(token),
  is_multilingual: z.nullish(z.boolean()),
  lang_to_id: z.nullish(table),
  task_to_id: z.nullish(table),
  suppress_tokens: z.nullish(tokens),
  begin_suppress_tokens: z.nullish(tokens),
});

/**
 * Reads the prompt. `generation`: parsed generation_config.json, if there is one. Throws `unknown-encoder`
 * for settings of other forms, or when a token of the prompt is nowhere stated.
 */
export function parseWhisperPrompt(
  { config, generation }: { readonly config: unknown; readonly generation: unknown },
  { vocab_size: size }: Pick<WhisperDecoderConfig, "vocab_size">,
  { special }: Pick<ByteVocabulary, "special">,
): WhisperPrompt {
  const stated = {
    ...readSettings(config, "config.json"),
    ...readSettings(generation, "generation_config.json"),
  };
  const require = (what: string, found: number | null | undefined): number => {
    if (found !== null && found !== undefined && found >= 0 && found < size) return found;
    throw createUnsupportedError(`generation_config.json`, `the token ${what} is ${found ?? "not stated"}`);
  };
  const get = (text: string, given?: number | null) => require(text, given ?? special.get(text));
  const ends = [stated.eos_token_id ?? []].flat();
  const isMultilingual = stated.is_multilingual ?? size >= multilingualSize;
  const named = stated.lang_to_id ? Object.entries(stated.lang_to_id) : [...special];
  const languages = named.flatMap(([text, id]): [string, number][] => {
    const code = languagePattern.exec(text)?.[1];
    return code === undefined ? [] : [[code, require(text, id)]];
  });
  const task = () => get("<|transcribe|>", stated.task_to_id?.transcribe);
  if (isMultilingual && languages.length === 0) {
    throw createUnsupportedError(
      "generation_config.json",
      "the model is multilingual, and no language is stated",
    );
  }
  const isToken = (id: number): boolean => id >= 0 && id < size;
  return {
    start: get("<|startoftranscript|>", stated.decoder_start_token_id),
    end: get("<|endoftext|>", ends[0]),
    languages: new Map(isMultilingual ? languages : []),
    rest: [...(isMultilingual ? [task()] : []), get("<|notimestamps|>", stated.no_timestamps_token_id)],
    suppressed: (stated.suppress_tokens ?? []).filter(isToken),
    suppressedFirst: (stated.begin_suppress_tokens ?? []).filter(isToken),
  };
}

/** Reads the settings that are present and not null. */
function readSettings(json: unknown, file: string): Partial<z.infer<typeof settingsSchema>> {
  if (json === undefined) return {};
  const settings = checkSchema(settingsSchema, json, (found) => createUnsupportedError(file, found));
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== null && value !== undefined),
  );
}

function createUnsupportedError(file: string, found: string): GolemError {
  return new GolemError("unknown-encoder", `${file} describes a decoder that cannot be run: ${found}.`, {
    hint: "Use --no-transcript to use the encoder alone.",
  });
}
