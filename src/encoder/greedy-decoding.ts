/**
 * Greedy decoding: the likeliest token at each step, with the guards a small speech recogniser needs.
 *
 * Where a recording is short or hardly speech, the likeliest first token is often the end, so the end is not taken
 * before something was said, for a few steps at most. Where there is no speech, decoders go round in circles or never
 * end, so decoding stops when the same tokens come round again, and after as many tokens as anybody says in the time.
 * Not its concern: the network, what tokens mean.
 */
import { GolemError } from "../core/error.ts";

/** How to decode. Counts are of tokens. */
export interface GreedyOptions {
  readonly startToken: number;
  readonly endToken: number;
  /** Most tokens, at least 1. */
  readonly maximumTokens: number;
  /** Steps at the beginning in which the end is not taken unless something was said. */
  readonly patience: number;
  /** Whether a token says something: a letter or a digit. */
  readonly saysSomething: (token: number) => boolean;
  /** Longest run of tokens whose repetition is noticed. */
  readonly maximumLoop: number;
  /** How many times in a row it must stand there. */
  readonly loopCopies: number;
}

/** What a network says of the token that comes next. */
export interface NextToken {
  /** [tokens there are] */
  readonly logits: Float32Array;
  /** The logarithm of the softmax of `logits`. Beside them, since rounding may make two of these equal. */
  readonly logprobs: Float32Array;
}

/** What was decoded. */
export interface DecodedTokens {
  /** Without start and end; of a loop, its first round. */
  readonly tokens: readonly number[];
  /** Log-probability of each token, and of the end where it was taken: natural logarithm, over all tokens there are. */
  readonly logprobs: readonly number[];
  readonly stop: "end" | "length" | "loop";
}

/**
 * Decodes: `step` tells of the token after the one it is given, which it has taken into account by then.
 * Throws `encoder-failed` when a log-probability is not a number.
 */
export async function decodeGreedily(
  step: (token: number) => Promise<NextToken>,
  options: GreedyOptions,
): Promise<DecodedTokens> {
  const { endToken, maximumTokens, patience, saysSomething } = options;
  const tokens: number[] = [];
  const logprobs: number[] = [];
  let said = false;
  let last = options.startToken;
  while (tokens.length < maximumTokens) {
    const next = await step(last);
    const mayEnd = said || tokens.length >= patience;
    last = findLargest(next.logits, mayEnd ? -1 : endToken);
    logprobs.push(getLogprob(next, last));
    if (last === endToken) return { tokens, logprobs, stop: "end" };
    tokens.push(last);
    said ||= saysSomething(last);
    const surplus = countLooped(tokens, options);
    if (surplus > 0) {
      tokens.length -= surplus;
      logprobs.length -= surplus;
      return { tokens, logprobs, stop: "loop" };
    }
  }
  return { tokens, logprobs, stop: "length" };
}

/** Index of the largest logit but the one left out. */
function findLargest(logits: Float32Array, leftOut: number): number {
  let best = -1;
  for (let i = 0; i < logits.length; i++) {
    if (i !== leftOut && (best < 0 || logits[i]! > logits[best]!)) best = i;
  }
  return best;
}

function getLogprob({ logprobs }: NextToken, token: number): number {
  const logprob = logprobs[token]!;
  if (Number.isFinite(logprob)) return logprob;
  throw new GolemError(
    "encoder-failed",
    `The decoder gave ${logprob} as a log-probability; expected a number.`,
  );
}

/** Number of tokens at the end that only repeat those before them often enough to be a loop; 0 when there is none. */
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
