/** The decoding loop over synthetic networks: chosen tokens, the end, and log-probabilities. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeGreedily, type GreedyOptions, type NextToken, rankTokens } from "./greedy-decoding.ts";

const [start, end, comma] = [0, 1, 2];

const options: GreedyOptions = {
  startToken: start,
  endToken: end,
  maximumTokens: 20,
  patience: 4,
  hasLetterOrDigit: (token) => token > comma,
  maximumLoop: 8,
  loopCopies: 4,
};

function scoreTokens(logits: Float32Array): NextToken {
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
  return {
    ranked: rankTokens(
      logits,
      logits.map((logit) => logit - total),
    ),
  };
}

/**
 * A network of ten tokens that ranks them at each step: the first of a list above the second, both above the
 * rest.
 */
function rank(...rankings: readonly (readonly number[])[]): {
  step: (token: number) => Promise<NextToken>;
  inputs: number[];
} {
  const inputs: number[] = [];
  return {
    inputs,
    step: async (token) => {
      inputs.push(token);
      const logits = new Float32Array(10).fill(-8);
      const ranking = rankings[Math.min(inputs.length, rankings.length) - 1]!;
      ranking.forEach((token, place) => {
        logits[token] = 5 - 3 * place;
      });
      return scoreTokens(logits);
    },
  };
}

describe("greedy decoding", () => {
  it("takes the likeliest token, passes it to the network, and stops at the end", async () => {
    const { step, inputs } = rank([5], [7], [6], [end]);
    const { tokens, logprobs, stop } = await decodeGreedily(step, options);
    expect(tokens).toEqual([5, 7, 6]);
    expect(inputs).toEqual([start, 5, 7, 6]);
    expect(stop).toBe("end");
    // One token at 5, nine at -8.
    expect(logprobs).toBeAllclose(Array(4).fill(-Math.log(1 + 9 * Math.exp(-13))), { rtol: 1e-6 });
  });

  it("does not accept the end before a token with content", async () => {
    const { step } = rank([end, comma], [end, 5], [end, 6]);
    const { tokens, logprobs, stop } = await decodeGreedily(step, options);
    expect({ tokens, stop }).toEqual({ tokens: [comma, 5], stop: "end" });
    const sum = Math.exp(5) + Math.exp(2) + 8 * Math.exp(-8);
    const [chosen, taken] = [2 - Math.log(sum), 5 - Math.log(sum)];
    expect(logprobs).toBeAllclose([chosen, chosen, taken], { rtol: 1e-6 });
  });

  it("waits no longer than its patience for a token with content", async () => {
    const { step } = rank([end, comma]);
    const { tokens, logprobs, stop } = await decodeGreedily(step, { ...options, loopCopies: 9 });
    expect({ tokens, stop }).toEqual({ tokens: [comma, comma, comma, comma], stop: "end" });
    expect(logprobs).toHaveLength(5);
  });

  it("stops at the maximum number of tokens", async () => {
    const { step, inputs } = rank([5], [6], [7], [8], [9], [5], [8]);
    const { tokens, logprobs, stop } = await decodeGreedily(step, { ...options, maximumTokens: 5 });
    expect({ tokens, stop }).toEqual({ tokens: [5, 6, 7, 8, 9], stop: "length" });
    expect([logprobs.length, inputs.length]).toEqual([5, 5]);
  });

  it("stops at a loop and keeps its first round", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 3, max: 9 }), { minLength: 1, maxLength: 5 }),
        fc.nat(3),
        async (loop, lead) => {
          const rankings = [...Array(lead).fill(comma), ...Array(5).fill(loop).flat()].map((token) => [
            token,
          ]);
          const { step, inputs } = rank(...rankings);
          const { tokens, logprobs, stop } = await decodeGreedily(step, { ...options, maximumTokens: 99 });
          expect({ tokens, stop }).toEqual({ tokens: [...Array(lead).fill(comma), ...loop], stop: "loop" });
          expect(logprobs).toHaveLength(tokens.length);
          expect(inputs).toHaveLength(lead + 4 * loop.length);
        },
      ),
    );
  });

  it("accepts three repetitions", async () => {
    const { step } = rank([5], [6], [5], [6], [5], [6], [7], [7], [7], [end]);
    const { tokens, stop } = await decodeGreedily(step, options);
    expect({ tokens, stop }).toEqual({ tokens: [5, 6, 5, 6, 5, 6, 7, 7, 7], stop: "end" });
  });

  it("rejects a log-probability that is not a number", async () => {
    const step = async () => scoreTokens(new Float32Array(10).fill(Number.NaN));
    await expect(decodeGreedily(step, options)).rejects.toMatchObject({ code: "encoder-failed" });
  });
});
