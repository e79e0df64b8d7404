/**
 * Whisper as a speech recogniser: its prompt, the language, and greedy decoding.
 *
 * Not its concern: files, graphs.
 *
 * Radford et al. 2022; decoding as in its authors' code at temperature 0 without time stamps. The sound is
 * padded with zeros to 30 s, as in training, whatever the encoder's own input is.
 */
import { GolemError } from "../../core/error.ts";
import type { OnnxSession, OnnxTensor } from "../../onnx/runtime.ts";
import { decodeGreedily, type NextToken, rankTokens } from "../greedy-decoding.ts";
import { reflectToLength } from "../input-preparation.ts";
import { createStepPool, stepStatistics } from "../pooling.ts";
import { anyLetters } from "../speech-check.ts";
import type { Transcriber, TranscriberInfo, Transcript } from "../transcriber.ts";
import { type ByteVocabulary, parseByteVocabulary } from "./byte-vocabulary.ts";
import type { TranscriberFiles, TranscriberPlan } from "./pretrained-family.ts";
import { checkWhisperLength, whisperInput, whisperMinimumSamples } from "./whisper.ts";
import {
  parseWhisperConfig,
  parseWhisperDecoderConfig,
  type WhisperDecoderConfig,
} from "./whisper-config.ts";
import { listKeptNames, stepNames, writeAttendedGraph, writeStepGraph } from "./whisper-decoder-graph.ts";
import { parseWhisperPrompt, type WhisperPrompt } from "./whisper-prompt.ts";

const sampleRate = 16_000;
/** Scripts whose letters are bytes take many tokens per word. */
const tokensPerSecond = 25;
/** Room for a word, its full stop and the end, however short the recording. */
const minimumTokens = 12;
const guards = { patience: 0, maximumLoop: 8, loopCopies: 4 } as const;

/** The parts of a checkpoint's transcriber. */
interface WhisperWords {
  readonly decoder: WhisperDecoderConfig;
  readonly vocabulary: ByteVocabulary;
  readonly prompt: WhisperPrompt;
  /** Code of the language ("de"); if undefined, it is recognised for each window. */
  readonly language: string | undefined;
}

/**
 * Plans the transcriber of a checkpoint; undefined if it has no decoder or no vocabulary. `describe` throws
 * `invalid-option` for an unknown language.
 */
export function planWhisperTranscriber(
  { config, preprocessor, generation, vocabulary: files }: TranscriberFiles,
  language: string | undefined,
): TranscriberPlan | undefined {
  if ((config as { decoder_layers?: unknown }).decoder_layers === 0) return undefined;
  const encoder = parseWhisperConfig(config, preprocessor);
  const decoder = parseWhisperDecoderConfig(config);
  const vocabulary = parseByteVocabulary(files, decoder.vocab_size);
  if (!vocabulary) return undefined;
  const prompt = parseWhisperPrompt({ config, generation }, decoder, vocabulary);
  const words: WhisperWords = { decoder, vocabulary, prompt, language };
  return {
    graphRecipe: "whisper-words/1",
    anchor: "decoder.embed_tokens.weight",
    graphs: {
      attended: (graph, checkpoint, precision) =>
        writeAttendedGraph(graph, checkpoint, { encoder, decoder }, precision),
      step: (graph, checkpoint, precision) => writeStepGraph(graph, checkpoint, decoder, precision),
    },
    describe: (source) => describeWhisperTranscriber(words, source),
    create: (info, { attended, step }) =>
      createWhisperTranscriber(info, words, { attended: attended!, step: step! }),
  };
}

function describeWhisperTranscriber(
  { decoder, prompt, language }: WhisperWords,
  source: Pick<TranscriberInfo, "id" | "revision" | "sha256" | "precision">,
): TranscriberInfo {
  if (language !== undefined && !prompt.languages.has(language)) {
    const known = [...prompt.languages.keys()].slice(0, 120).join(", ");
    throw new GolemError(
      "invalid-option",
      `The transcriber of ${source.id} has no language '${language}'; ${known ? `it has ${known}` : "it has one language only"}.`,
      { hint: known ? "Leave ?language out to have it recognised." : "Leave ?language out." },
    );
  }
  return {
    ...source,
    sampleRate,
    recipe:
      `whisper-words/1;input=zeros to 30 s;greedy;tokens<=max(${minimumTokens},${tokensPerSecond}/s);` +
      `loop=${guards.maximumLoop}x${guards.loopCopies};${anyLetters};` +
      `language=${language ?? (prompt.languages.size > 0 ? "first token" : "one")}`,
    vectors: [
      { name: "context", size: stepStatistics * decoder.d_model },
      { name: "start", size: decoder.d_model },
    ],
  };
}

function createWhisperTranscriber(
  info: TranscriberInfo,
  { decoder, vocabulary, prompt, language }: WhisperWords,
  { attended, step }: { readonly attended: OnnxSession; readonly step: OnnxSession },
): Transcriber {
  const { languages, rest } = prompt;
  /** Runs the prompt except for its last token. */
  const begin = async (samples: Float32Array): Promise<Step> => {
    const data = checkWhisperLength(reflectToLength(samples, whisperMinimumSamples));
    const frames = await attended.run({ [whisperInput]: { dims: [1, data.length], data } });
    const run = createSteps(decoder, step, frames);
    const { logits } = await run(prompt.start);
    if (languages.size > 0) {
      const stated = language === undefined ? undefined : languages.get(language);
      await run(stated ?? findLikeliest(logits, languages.values()));
    }
    for (const token of rest.slice(0, -1)) await run(token);
    return run;
  };
  const room = decoder.max_target_positions - rest.length - (languages.size > 0 ? 2 : 1);
  return {
    info,
    async transcribe(samples): Promise<Transcript> {
      const run = await begin(samples);
      const contexts = createStepPool(decoder.d_model);
      let start: Float32Array | undefined;
      const runStep = async (token: number): Promise<NextToken> => {
        const { logits, logprobs, context, hidden } = await run(token);
        contexts.add(context);
        const suppressed = start ? prompt.suppressed : [...prompt.suppressed, ...prompt.suppressedFirst];
        start ??= hidden.slice();
        suppress({ logits, logprobs }, suppressed);
        return { ranked: rankTokens(logits, logprobs) };
      };
      const byDuration = Math.ceil((samples.length / sampleRate) * tokensPerSecond);
      const { tokens, logprobs } = await decodeGreedily(runStep, {
        ...{ ...guards, startToken: rest.at(-1)!, endToken: prompt.end },
        maximumTokens: Math.max(1, Math.min(Math.max(minimumTokens, byDuration), room)),
        hasLetterOrDigit: vocabulary.hasLetterOrDigit,
      });
      const { steps, vector } = contexts.compute();
      return {
        text: vocabulary.decode(tokens),
        logprob: logprobs.reduce((sum, value) => sum + value, 0) / logprobs.length,
        ...{ tokens: logprobs.length, steps, vectors: [vector, start!] },
      };
    },
    async dispose() {
      await attended.release();
      await step.release();
    },
  };
}

/** Scores of all tokens: [vocabulary]. */
type StepScores = Readonly<Record<"logits" | "logprobs", Float32Array>>;

/** Runs one step; its results are valid until the next one. */
type Step = (token: number) => Promise<StepScores & Record<"context" | "hidden", Float32Array>>;

/** Steps of one transcript: each takes a token, and keeps its keys and values for later steps. */
function createSteps(
  decoder: WhisperDecoderConfig,
  step: OnnxSession,
  frames: Readonly<Record<string, OnnxTensor>>,
): Step {
  const { d_model: hidden, decoder_attention_heads: heads, vocab_size: words } = decoder;
  const names = listKeptNames(decoder);
  const empty: OnnxTensor = { dims: [1, heads, 0, hidden / heads], data: new Float32Array(0) };
  const cache: Record<string, OnnxTensor> = {};
  for (const { past } of names) cache[past.key] = cache[past.value] = empty;
  let position = 0;
  return async (token: number) => {
    const scalar = (value: number): OnnxTensor => ({ dims: [1], data: BigInt64Array.of(BigInt(value)) });
    const outputs = await step.run({
      ...{ [stepNames.token]: scalar(token), [stepNames.position]: scalar(position++) },
      ...frames,
      ...cache,
    });
    for (const { past, present } of names) {
      cache[past.key] = outputs[present.key]!;
      cache[past.value] = outputs[present.value]!;
    }
    const get = (name: string, count: number): Float32Array => {
      const data = outputs[name]?.data;
      if (data instanceof Float32Array && data.length === count) return data;
      throw new GolemError(
        "encoder-failed",
        `The decoder gave ${data?.length ?? "no"} numbers as ${name}; expected ${count}.`,
      );
    };
    return {
      logits: get(stepNames.logits, words),
      logprobs: get(stepNames.logprobs, words),
      context: get(stepNames.context, hidden),
      hidden: get(stepNames.hidden, hidden),
    };
  };
}

/** Excludes tokens in place and renormalises the other log-probabilities, as in the authors' code. */
function suppress({ logits, logprobs }: StepScores, tokens: readonly number[]): void {
  let excluded = 0;
  for (const token of new Set(tokens)) {
    excluded += Math.exp(logprobs[token]!);
    logits[token] = Number.NEGATIVE_INFINITY;
  }
  // If little probability is left, 1 - excluded is too inexact.
  const rest = excluded < 0.99 ? Math.log1p(-excluded) : computeLogSum(logprobs, logits);
  for (let i = 0; i < logprobs.length; i++) logprobs[i] = logprobs[i]! - rest;
}

/** Computes the logarithm of the summed probabilities of tokens that are not excluded. */
function computeLogSum(logprobs: Float32Array, logits: Float32Array): number {
  const left = logprobs.filter((_, token) => logits[token]! > Number.NEGATIVE_INFINITY);
  const most = left.reduce((largest, value) => Math.max(largest, value), Number.NEGATIVE_INFINITY);
  return most + Math.log(left.reduce((sum, value) => sum + Math.exp(value - most), 0));
}

/** Finds the token with the largest logit among some. */
function findLikeliest(logits: Float32Array, tokens: Iterable<number>): number {
  let best = -1;
  for (const token of tokens) if (best < 0 || logits[token]! > logits[best]!) best = token;
  return best;
}
