/**
 * Greedy decoding: the likeliest token at each step, with the safeguards that a small speech recogniser
 * needs.
 *
 * Not its concern: the network, the meaning of tokens.
 *
 * For short recordings or recordings with little speech, the likeliest first token is often the end. During
 * the first few steps the end is therefore accepted only after a token with a letter or digit. Without
 * speech, decoders may loop or never end. Decoding therefore stops when the same tokens repeat, or when there
 * are more tokens than can be spoken in the duration.
 */
import { GolemError } from "../core/error.ts";

/** Options of decoding. Counts are of tokens. */
export interface GreedyOptions {
  readonly startToken: number;
  readonly endToken: number;
  /** Maximum number of tokens, at least 1. */
  readonly maximumTokens: number;
  /** Number of first steps in which the end is accepted only after a token that `hasLetterOrDigit`. */
  readonly patience: number;
  /** Whether a token contains a letter or a digit. */
  readonly hasLetterOrDigit: (token: number) => boolean;
  /** Longest sequence of tokens whose repetition is detected. */
  readonly maximumLoop: number;
  /** Number of consecutive copies that count as a loop. */
  readonly loopCopies: number;
}

/** A token that may be next. */
interface RankedToken {
  readonly token: number;
  /** Natural logarithm of its probability, over the whole vocabulary. */
  readonly logprob: number;
}

/** The two likeliest tokens, by their logits: the likeliest first; of equal ones, the lower number. */
export type RankedTokens = readonly [RankedToken, RankedToken];

/** A network's ranking of the next token. */
export interface NextToken {
  readonly ranked: RankedTokens;
}

/**
 * Ranks the tokens of a vocabulary by their logits. Log-probabilities alone do not suffice, since rounding
 * may make two of them equal.
 */
export function rankTokens(logits: Float32Array, logprobs: Float32Array): RankedTokens {
  const first = findLargest(logits, -1);
  const second = findLargest(logits, first);
  return [
    { token: first, logprob: logprobs[first]! },
    { token: second, logprob: logprobs[second]! },
  ];
}

/** Result of decoding. */
interface DecodedTokens {
  /** Without start and end tokens; of a loop, only the first repetition. */
  readonly tokens: readonly number[];
  /** Log-probability (natural, over the vocabulary) of each token, and of the end if reached. */
  readonly logprobs: readonly number[];
  readonly stop: "end" | "length" | "loop";
}

/**
 * Decodes. `step` takes the previous token and resolves to the scores of the next. Rejects with
 * `encoder-failed` when a log-probability is not a number.
 */
export async function decodeGreedily(
  step: (token: number) => Promise<NextToken>,
  options: GreedyOptions,
): Promise<DecodedTokens> {
  const { endToken, maximumTokens, patience, hasLetterOrDigit } = options;
  const tokens: number[] = [];
  const logprobs: number[] = [];
  let hasContent = false;
  let last = options.startToken;
  while (tokens.length < maximumTokens) {
    const [first, second] = (await step(last)).ranked;
    const mayEnd = hasContent || tokens.length >= patience;
    const next = first.token === endToken && !mayEnd ? second : first;
    checkLogprob(next.logprob);
    last = next.token;
    logprobs.push(next.logprob);
    if (last === endToken) return { tokens, logprobs, stop: "end" };
    tokens.push(last);
    hasContent ||= hasLetterOrDigit(last);
    const surplus = countLooped(tokens, options);
    if (surplus > 0) {
      tokens.length -= surplus;
      logprobs.length -= surplus;
      return { tokens, logprobs, stop: "loop" };
    }
  }
  return { tokens, logprobs, stop: "length" };
}

/** Finds the index of the largest logit except the excluded one. */
function findLargest(logits: Float32Array, excluded: number): number {
  let best = -1;
  for (let i = 0; i < logits.length; i++) {
    if (i !== excluded && (best < 0 || logits[i]! > logits[best]!)) best = i;
  }
  return best;
}

function checkLogprob(logprob: number): void {
  if (Number.isFinite(logprob)) return;
  throw new GolemError(
    "encoder-failed",
    `The decoder gave ${logprob} as a log-probability; expected a number.`,
  );
}

/** Counts the tokens at the end that repeat those before them as a loop; 0 if there is none. */
function countLooped(
  tokens: readonly number[],
  { maximumLoop, loopCopies }: Pick<GreedyOptions, "maximumLoop" | "loopCopies">,
): number {
  for (let period = 1; period <= maximumLoop; period++) {
    const surplus = period * (loopCopies - 1);
    const start = tokens.length - surplus;
    if (start < period) return 0;
    let repeats = true;
    for (let i = start; repeats && i < tokens.length; i++) repeats = tokens[i] === tokens[i - period];
    if (repeats) return surplus;
  }
  return 0;
}
