/** The voice filter with a network of a few operations: what it is given, when it stops, what is classified. */
import { describe, expect, it } from "vitest";
import type { OnnxSession, OnnxTensor } from "../onnx/runtime.ts";
import { addVoiceFilter, computeVoice, createVoiceNetwork } from "./voice-filter.ts";
import type { WindowClassifier } from "./window-classifier.ts";

/** A network whose probability is the last sample of its input, and whose state counts its steps. */
function createLastSample(): { session: OnnxSession; feeds: Readonly<Record<string, OnnxTensor>>[] } {
  const feeds: Readonly<Record<string, OnnxTensor>>[] = [];
  const session: OnnxSession = {
    async run(given) {
      feeds.push(given);
      const data = Float32Array.from(given.state!.data as Float32Array, (value) => value + 1);
      const last = given.input!.data.at(-1) as number;
      return {
        output: { dims: [1, 1], data: Float32Array.of(last) },
        stateN: { dims: given.state!.dims, data },
      };
    },
    release: async () => {},
  };
  return { session, feeds };
}

async function collect(values: AsyncIterable<number>): Promise<number[]> {
  const all: number[] = [];
  for await (const value of values) all.push(value);
  return all;
}

describe("probabilities of speech", () => {
  it("are of 32 ms each, with 4 ms of context and the state of the step before", async () => {
    const samples = Float32Array.from({ length: 1100 }, (_, i) => (i + 1) / 2048);
    const { session, feeds } = createLastSample();
    // The last step has 76 samples and is filled with zeros.
    expect(await collect(computeVoice(session, samples))).toEqual([512 / 2048, 1024 / 2048, 0]);
    expect(feeds.map(({ state }) => state!.data[0])).toEqual([0, 1, 2]);
    const expected = (start: number) =>
      Float32Array.from({ length: 576 }, (_, i) => samples[start - 64 + i] ?? 0);
    for (const [step, { input, state, sr }] of feeds.entries()) {
      expect(input).toEqual({ dims: [1, 576], data: expected(512 * step) });
      expect(state!.dims).toEqual([2, 1, 128]);
      expect(sr!.data).toEqual(BigInt64Array.of(16_000n));
    }
  });

  it("start from an empty state in each window; the first of 0.3 or more decides", async () => {
    const { session, feeds } = createLastSample();
    const voice = createVoiceNetwork(session);
    const samples = new Float32Array(2048);
    samples[1023] = 0.29;
    expect(await voice.hasVoice(samples)).toBe(false);
    samples[1023] = 0.31;
    expect(await voice.hasVoice(samples)).toBe(true);
    expect(feeds.map(({ state }) => state!.data[0])).toEqual([0, 1, 2, 3, 0, 1]);
    expect(await voice.hasVoice(new Float32Array(0))).toBe(false);
  });
});

describe("a filtered classifier", () => {
  const answer = { scores: [1], known: 1 };
  const createClassifier = (sampleRate: number): WindowClassifier & { readonly classified: number[] } => {
    const classified: number[] = [];
    return {
      ...{ labels: ["yes"], sampleRate, classified },
      async classify(samples) {
        classified.push(samples.length);
        return answer;
      },
    };
  };

  it.each([16_000, 32_000])("of %d Hz classifies only windows with a voice", async (sampleRate) => {
    const classifier = createClassifier(sampleRate);
    const { session, feeds } = createLastSample();
    const filtered = addVoiceFilter(classifier, createVoiceNetwork(session));
    expect(filtered).toMatchObject({ labels: ["yes"], sampleRate });
    expect(await filtered.classify(new Float32Array(sampleRate))).toBeUndefined();
    // One second at the rate of the network.
    expect(feeds).toHaveLength(Math.ceil(16_000 / 512));
    expect(await filtered.classify(new Float32Array(sampleRate / 2).fill(0.5))).toEqual(answer);
    expect(classifier.classified).toEqual([sampleRate / 2]);
  });
});
