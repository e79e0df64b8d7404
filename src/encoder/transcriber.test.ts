import { expect, it } from "vitest";
import { createStepPool } from "./pooling.ts";
import { joinTranscripts } from "./transcriber.ts";

const info = {
  vectors: [
    { name: "context", size: 8 },
    { name: "start", size: 2 },
  ],
} as const;

const pool = (steps: readonly (readonly [number, number])[]) => {
  const pool = createStepPool(2);
  for (const step of steps) pool.add(Float32Array.from(step));
  return pool.compute();
};

const steps: [number, number][] = [
  [1, -2],
  [3, 0],
  [-8, 5],
  [2, 2],
];
const windows = [
  { text: "Pay the bill", logprob: -0.2, tokens: 3, taken: steps.slice(0, 1) },
  { text: "", logprob: -4, tokens: 1, taken: steps.slice(1, 2) },
  { text: "today.", logprob: -1, tokens: 1, taken: steps.slice(2) },
].map(({ taken, ...window }) => {
  const pooled = pool(taken);
  return { ...window, steps: pooled.steps, vectors: [pooled.vector, Float32Array.from(taken[0]!)] };
});

it("joins the windows of a recording, weighted by their tokens and steps", () => {
  const { vectors, ...joined } = joinTranscripts(info, windows);
  expect(joined).toEqual({
    text: "Pay the bill today.",
    logprob: expect.closeTo((-0.2 * 3 - 4 - 1) / 5),
    tokens: 5,
    steps: 4,
  });
  expect(vectors[0]).toBeAllclose(pool(steps).vector, { rtol: 1e-6 });
  expect(vectors[1]).toEqual(Float32Array.of(1, -2));
});

it("returns a single window unchanged, and rejects an empty list", () => {
  expect(joinTranscripts(info, windows.slice(0, 1))).toBe(windows[0]);
  expect(() => joinTranscripts(info, [])).toThrow(expect.objectContaining({ code: "too-short" }));
});

it("joins transcripts without vectors", () => {
  const plain = windows.map((window) => ({ ...window, vectors: [] }));
  expect(joinTranscripts({ vectors: [] }, plain)).toMatchObject({ tokens: 5, vectors: [] });
});
