/**
 * The part of an ONNX graph that follows the pooled layers: heads, their fusion into probabilities, and
 * familiarity.
 *
 * It computes the same as head/network-head.ts, classifier/fusion/fusion.ts and
 * classifier/novelty/familiarity.ts, in float32 instead of float64.
 */

import type { FittedView } from "../classifier/fusion/fusion.ts";
import { type Familiarity, getRule, getUnits, isUsedForNearness } from "../classifier/novelty/familiarity.ts";
import type { EncoderSetInfo, VectorView } from "../classifier/view.ts";
import type { Tensor } from "../head/head.ts";
import type { GraphMerge } from "../onnx/graph-merge.ts";

/** Returns the name of the tensor with a view's features [1, features]. */
type GetFeatures = (view: VectorView) => string;

const row = (values: ArrayLike<number>) => ({ shape: [1, values.length], data: Float32Array.from(values) });
const scalar = (value: number) => ({ shape: [], data: Float32Array.of(value) });
const addTensor = (graph: GraphMerge, { shape, data }: Tensor) => graph.addConstant(shape, data);

/** Adds a head; returns the name of its logits [1, classes]. */
function addHead(graph: GraphMerge, { head }: FittedView, features: string): string {
  const { tensors, meta } = head.saved;
  const take = (name: string) => addTensor(graph, tensors[name]!);
  let x = addStandardised(graph, features, tensors.mean!.data, tensors.scale!.data);
  if (meta.normalise) {
    const norm = graph.add("ReduceL2", [x], { axes: [1], keepdims: 1 });
    x = graph.add("Div", [x, graph.add("Max", [norm, addTensor(graph, scalar(1e-30))])]);
  }
  const depths = Object.keys(tensors).flatMap((name) => /^(\d+)\.weight$/.exec(name)?.[1] ?? []);
  const steps = depths.map(Number).sort((a, b) => a - b);
  for (const [i, step] of (tensors.weight ? [""] : steps.map((depth) => `${depth}.`)).entries()) {
    if (i > 0) x = graph.add("Relu", [x]);
    x = graph.add("Gemm", [x, take(`${step}weight`), take(`${step}bias`)], { transB: 1 });
  }
  return x;
}

function addStandardised(
  graph: GraphMerge,
  features: string,
  mean: Float32Array,
  scale: Float32Array,
): string {
  const centred = graph.add("Sub", [features, addTensor(graph, row(mean))]);
  return graph.add("Div", [centred, addTensor(graph, row(scale))]);
}

/** Adds heads and fusion: the outputs `logits` and `probabilities`, both [1, classes]. */
export function addDecision(
  graph: GraphMerge,
  fitted: readonly FittedView[],
  getFeatures: GetFeatures,
): void {
  const logits = fitted.map((view) => addHead(graph, view, getFeatures(view.view as VectorView)));
  if (logits.length === 1) graph.add("Identity", [logits[0]!], {}, "logits");
  else {
    const weighted = logits.map((tensor, i) =>
      graph.add("Mul", [
        graph.add("LogSoftmax", [tensor], { axis: 1 }),
        addTensor(graph, scalar(Math.fround(fitted[i]!.factor))),
      ]),
    );
    graph.add("Sum", weighted, {}, "logits");
  }
  graph.add("Softmax", ["logits"], { axis: 1 }, "probabilities");
}

/** Adds the output `familiarity` [1, 1]: about 0 for a typical recording of a class, else lower. */
export function addFamiliarity(
  graph: GraphMerge,
  familiarity: Familiarity,
  encoderSet: EncoderSetInfo,
  getFeatures: GetFeatures,
): void {
  const constant = (value: number) => addTensor(graph, scalar(value));
  const sum = (parts: readonly string[]) => (parts.length === 1 ? parts[0]! : graph.add("Sum", parts));
  const addSquares = (x: string) => graph.add("ReduceSumSquare", [x], { axes: [1], keepdims: 1 });
  const multiply = (x: string, rows: Float32Array, features: number) =>
    graph.add("Gemm", [x, graph.addConstant([rows.length / features, features], rows)], { transB: 1 });
  const resemblances: string[] = [];
  const distances: string[] = [];
  const { plainShare, nearnessFactor } = getRule(familiarity.rule);
  let nearnessLayers = 0;
  for (const { view, origin, scale, templates, norms, subspace } of familiarity.layers) {
    const features = origin.length;
    const x = addStandardised(graph, getFeatures(view), origin, scale);
    const products = multiply(x, templates, features);
    const plainSquare = addSquares(x);
    const left = graph.add("Sub", [plainSquare, addSquares(multiply(x, subspace, features))]);
    const square = graph.add("Max", [left, constant(1e-12)]);
    if (view.weight > 0) {
      const units = getUnits(norms, familiarity.rule).map((unit) => unit / view.weight);
      const length = graph.add("Mul", [graph.add("Sqrt", [square]), addTensor(graph, row(units))]);
      resemblances.push(graph.add("Div", [products, length]));
    }
    if (!isUsedForNearness(view, encoderSet)) continue;
    const offsets = graph.add("Sub", [
      addTensor(graph, row(norms.map((norm) => norm ** 2))),
      graph.add("Mul", [products, constant(2)]),
    ]);
    const least = graph.add("ReduceMin", [graph.add("Add", [square, offsets])], { axes: [1], keepdims: 1 });
    for (const [distance, share] of [
      [least, 1 - plainShare],
      [plainSquare, plainShare],
    ] as const) {
      if (share === 0) continue;
      const relative = graph.add("Div", [graph.add("Max", [distance, constant(1e-9)]), constant(features)]);
      distances.push(graph.add("Mul", [graph.add("Log", [relative]), constant(share)]));
    }
    nearnessLayers++;
  }
  const scale = (value: string, factor: number, offset: number) =>
    graph.add("Add", [graph.add("Mul", [value, constant(factor)]), constant(offset)]);
  const { resemblance, nearness } = familiarity;
  const best =
    resemblances.length === 0
      ? constantRow(graph)
      : graph.add("ReduceMax", [sum(resemblances)], { axes: [1], keepdims: 1 });
  const resemblanceScore = scale(best, 1 / resemblance.deviation, -resemblance.mean / resemblance.deviation);
  const factor = nearnessFactor / nearness.deviation;
  const total = distances.length === 0 ? constantRow(graph) : sum(distances);
  const nearnessScore = scale(total, -factor / (2 * Math.max(nearnessLayers, 1)), -factor * nearness.mean);
  graph.add("Min", [resemblanceScore, nearnessScore], {}, "familiarity");
}

const constantRow = (graph: GraphMerge) => addTensor(graph, { shape: [1, 1], data: new Float32Array(1) });
