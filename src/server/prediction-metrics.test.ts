/** A golem's predictions as metrics for Prometheus: few series for any golem and any recordings. */
import { Registry } from "prom-client";
import { beforeEach, expect, it } from "vitest";
import type { ServedGolem } from "./golem-place.ts";
import { createPredictionMetrics, maximumLabels, type PredictionMetrics } from "./prediction-metrics.ts";

let registry: Registry;
let metrics: PredictionMetrics;
beforeEach(() => {
  registry = new Registry();
  metrics = createPredictionMetrics(registry);
});

const describeGolem = (perClass: Record<string, number>, falseRejectionRate?: number, id = "birds"): void =>
  metrics.describe({
    id,
    document: {
      labels: Object.keys(perClass),
      data: { perClass },
      ...(falseRejectionRate === undefined ? {} : { familiarity: { falseRejectionRate } }),
    },
  } as unknown as ServedGolem);
const predict = (label: string, confidence = 0.8, unknown = false): void =>
  metrics.countPrediction("birds", { label, confidence, unknown });
const read = async (name: string): Promise<Record<string, number>> => {
  const found = (await registry.getMetricsAsJSON()).find((metric) => metric.name === name)!;
  return Object.fromEntries(
    found.values.map(({ value, labels }) => [String(labels.label ?? labels.golem ?? ""), value]),
  );
};

it("counts predictions and events by label, from zero", async () => {
  describeGolem({ wren: 30, 'blackbird "x"\n': 20 });
  predict("wren");
  predict("wren");
  metrics.countEvent("birds", "wren");
  expect(await read("golem_predictions_total")).toEqual({ wren: 2, 'blackbird "x"\n': 0 });
  expect(await read("golem_events_total")).toEqual({ wren: 1, 'blackbird "x"\n': 0 });
  expect(await registry.metrics()).toContain(
    'golem_predictions_total{golem="birds",label="blackbird \\"x\\"\\n"} 0\n',
  );
});

it("has series for the labels with the most training recordings, and one for all others", async () => {
  const perClass = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`class ${i}`, i]));
  describeGolem(perClass);
  for (const label of Object.keys(perClass)) predict(label);
  const counts = await read("golem_predictions_total");
  expect(Object.keys(counts)).toHaveLength(maximumLabels + 1);
  expect(counts).toMatchObject({ "class 4999": 1, "class 4980": 1, other: 4980 });
});

it("removes the series of labels that a replaced golem no longer has, and all series of a removed golem", async () => {
  describeGolem({ wren: 1, robin: 1 }, 0.05);
  predict("wren");
  predict("robin", 0.9, true);
  describeGolem({ wren: 1, tit: 1 });
  predict("tit");
  // A request that began before the golem was replaced.
  predict("robin");
  expect(await read("golem_predictions_total")).toEqual({ wren: 1, tit: 1, other: 1 });
  expect(await read("golem_unknown_expected_ratio")).toEqual({});
  expect(await read("golem_unknown_total")).toEqual({ birds: 1 });
  metrics.forget("birds");
  expect(await registry.metrics()).not.toContain("birds");
});

it("states the share of unknown recordings among the last thousand, and the expected share", async () => {
  describeGolem({ wren: 1, robin: 1 }, 0.05);
  expect(await read("golem_unknown_ratio")).toEqual({});
  for (let i = 0; i < 8; i++) predict("wren", 0.8, i % 4 === 0);
  expect(await read("golem_unknown_ratio")).toEqual({ birds: 0.25 });
  expect(await read("golem_unknown_expected_ratio")).toEqual({ birds: 0.05 });
  for (let i = 0; i < 1000; i++) predict("wren", 0.8, i < 100);
  expect(await read("golem_unknown_ratio")).toEqual({ birds: 0.1 });
  expect(await read("golem_unknown_total")).toEqual({ birds: 102 });
});

it("counts confidences in buckets", async () => {
  describeGolem({ wren: 1, robin: 1 });
  for (const confidence of [0.05, 0.55, 0.97, 1]) predict("wren", confidence);
  const text = await registry.metrics();
  for (const [bound, count] of [
    ["0.1", 1],
    ["0.5", 1],
    ["0.6", 2],
    ["0.95", 2],
    ["0.99", 3],
    ["1", 4],
    ["+Inf", 4],
  ]) {
    expect(text).toContain(`golem_prediction_confidence_bucket{le="${bound}",golem="birds"} ${count}\n`);
  }
});
