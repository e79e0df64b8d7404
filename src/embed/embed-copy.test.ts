/** Copies of recordings: their hashes, and that encoders get the varied samples. */
import { expect, it } from "vitest";
import { encodeWav } from "../audio/wav-writer.ts";
import { listVariations } from "../augment/variation.ts";
import { createMemorySource } from "../core/byte-source.ts";
import type { Encoder } from "../encoder/encoder.ts";
import { embedCopy, planCopy } from "./embed-copy.ts";
import { embedSource } from "./embed-source.ts";
import { parseFacts, stringifyFacts } from "./stored-facts.ts";

const hash = "0123456789abcdef".repeat(4);

it("are identified by recording, kind, turn and the sounds in them", () => {
  const variations = listVariations(6);
  const plans = [
    ...variations.map((variation) => planCopy(hash, variation)),
    ...variations.map((variation) => planCopy(hash, variation, ["noise"])),
    ...variations.map((variation) => planCopy(hash.replace("0", "1"), variation)),
  ];
  expect(new Set(plans.map(({ copyHash }) => copyHash)).size).toBe(plans.length);
  expect(planCopy(hash, variations[0]!)).toEqual(planCopy(hash, variations[0]!));
  for (const { copyHash } of plans) expect(copyHash).toMatch(/^[0-9a-f]{64}$/);
});

/** An encoder whose output is the samples' level, length and number of windows. */
function createLevelEncoder(): Encoder {
  return {
    info: {
      ...{ id: "level", revision: "1", sha256: {}, sampleRate: 16_000, layers: 1, dimensions: 1 },
      ...{ precision: "fp32", recipe: "none" },
    },
    async encode(samples) {
      const power = samples.reduce((sum, value) => sum + value * value, 0) / samples.length;
      return { frames: samples.length, vector: Float32Array.of(Math.sqrt(power), 0) };
    },
    async dispose() {},
  };
}

it("are embedded varied, the same each time, with facts that can be stored", async () => {
  const samples = Float32Array.from({ length: 16_000 }, (_, i) => 0.3 * Math.sin(0.1 * i));
  const source = createMemorySource(encodeWav(samples, 16_000, "pcm16"), "tone.wav");
  const encoderSet = { encoders: [createLevelEncoder()] };
  const original = await embedSource(source, encoderSet);
  for (const variation of listVariations(3)) {
    const plan = planCopy(hash, variation);
    const copy = await embedCopy(source, encoderSet, plan);
    expect(await embedCopy(source, encoderSet, plan)).toEqual(copy);
    expect(copy.embeddings).not.toEqual(original.embeddings);
    expect(copy.facts.audioHash).toBe(plan.copyHash);
    expect(parseFacts(stringifyFacts(copy.facts))).toEqual(copy.facts);
  }
});
