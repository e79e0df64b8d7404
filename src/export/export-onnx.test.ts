/**
 * Exported golems with a substitute encoder in ONNX Runtime: heads of every kind, fusion and familiarity,
 * compared with the golem's float64 results.
 */
import { describe, expect, it } from "vitest";
import { makeEmbeddings, testEncoder } from "../../test/support/make-embeddings.ts";
import { defaultAudioSettings } from "../audio/audio.ts";
import { describeAudio } from "../audio/audio-description.ts";
import { computeLeastProbability } from "../classifier/label-sets.ts";
import type { AddEncoder } from "../encoder/encoder-graph.ts";
import type { GolemModel } from "../golem/golem-model.ts";
import { headKinds } from "../head/head.ts";
import { createNodeOnnxRuntime } from "../node/models/onnx-runtime-node.ts";
import { type TrainingOptions, trainGolem } from "../workflow/train-golem.ts";
import { createGolemOnnx } from "./export-onnx.ts";

const { layers, dimensions } = testEncoder;
const size = 2 * dimensions;

/** An encoder that passes its samples on as pooled layers. */
const add: AddEncoder = (graph, samples) => {
  const shape = graph.addConstant([3], [1, layers, size]);
  const all = graph.add("Reshape", [samples, shape]);
  return (layer) => graph.add("Gather", [all, graph.addConstant([1], [layer])], { axis: 1 });
};

function train(options: Partial<TrainingOptions>): Promise<GolemModel> {
  const recordings = makeEmbeddings({ classes: 4, shots: 6, seed: 3, separation: [0.3, 0.6, 0.4] });
  return trainGolem(
    {
      ...{ name: "made up", recordings, encoders: [testEncoder], audio: defaultAudioSettings },
      ...{ pipeline: describeAudio(defaultAudioSettings), createdBy: "a test" },
    },
    { seed: 0, repeats: 2, ...options },
  );
}

async function compare(model: GolemModel): Promise<void> {
  const options = { encoders: new Map([["test", { add, licence: "MIT" }]]), licence: "unknown" };
  const session = await createNodeOnnxRuntime({ threads: 1 }).createSession(createGolemOnnx(model, options));
  const least = computeLeastProbability(model.calibration!);
  const fresh = makeEmbeddings({ classes: 4, shots: 5, seed: 9, separation: [0.3, 0.6, 0.4] });
  const far = fresh.map(({ vectors, ...rest }) => ({
    ...rest,
    vectors: vectors.map((v) => v.map((x) => 9 * x)),
  }));
  for (const recording of [...fresh, ...far]) {
    const samples = recording.vectors[0]!;
    const outputs = await session.run({ samples: { dims: [1, samples.length], data: samples } });
    const [expected] = model.predictEmbedded([recording]);
    const scores = Object.values(expected!.scores);
    expect(outputs.probabilities!.data as Float32Array).toBeAllclose(scores, { rtol: 1e-4, atol: 1e-6 });
    const logits = Array.from(outputs.logits!.data, Number);
    const total = logits.reduce((sum, value) => sum + Math.exp(value), 0);
    expect(logits.map((value) => Math.exp(value) / total)).toBeAllclose(scores, { rtol: 1e-4, atol: 1e-6 });
    // Skipped if the result depends on rounding.
    if (scores.every((score) => Math.abs(score - least) > 1e-5)) {
      const { label, labelSet } = expected!;
      const inSet = model.document.labels.filter((name, k) => name === label || scores[k]! >= least);
      expect([...labelSet!].sort()).toEqual(inSet.sort());
    }
    if (expected!.familiarity === undefined) expect(outputs.familiarity).toBeUndefined();
    else {
      const found = outputs.familiarity!.data as Float32Array;
      expect(found).toBeAllclose([expected!.familiarity], { rtol: 1e-3, atol: 1e-3 });
    }
  }
  await session.release();
}

describe("a golem as one graph", () => {
  it("fuses its views", async () => {
    const model = await train({});
    expect(model.document.views.length).toBeGreaterThan(1);
    expect(model.familiarity).toBeDefined();
    await compare(model);
  });

  it.each(headKinds)("answers with a head of kind %s", async (head) => {
    await compare(await train({ head, layer: 1 }));
  });

  it("uses only the means if the golem does", async () => {
    const model = await train({ layer: "last", head: "linear", pooling: "mean" });
    expect(model.document.heads[0]!.features).toBe(dimensions);
    await compare(model);
  });
});
