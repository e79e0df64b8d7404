/**
 * The preparation of an encoder's input as nodes of a graph: reflection of short clips, normalisation of
 * loudness, centring in zeros.
 *
 * Used in graphs whose input is a recording; the same steps for samples in JavaScript are in
 * `input-preparation.ts`.
 */
import type { GraphMerge } from "../onnx/graph-merge.ts";

/**
 * Adds an encoder to a graph, given the graph and the name of samples [1, samples]. Returns a function that
 * maps a layer to the name of its pooled tensor [1, 1, 2 x dimensions]. `prefix` begins the names of the
 * added tensors.
 */
export type AddEncoder = (graph: GraphMerge, samples: string, prefix: string) => (layer: number) => string;

/** Adds the number of samples, as a tensor [1]. */
function addLength(graph: GraphMerge, samples: string): string {
  return graph.add("Gather", [graph.add("Shape", [samples]), graph.addConstant([1], [1])], { axis: 0 });
}

/**
 * Adds `reflectToLength` (input-preparation.ts): sample i of the result is the sample at min(i mod p, p - i
 * mod p), p = max(1, 2 (length - 1)).
 */
export function addReflection(graph: GraphMerge, samples: string, minimumSamples: number): string {
  const constant = (value: number) => graph.addConstant([1], [value]);
  const scalar = (tensor: string) => graph.add("Squeeze", [tensor]);
  const length = addLength(graph, samples);
  const target = graph.add("Max", [length, constant(minimumSamples)]);
  const doubled = graph.add("Mul", [graph.add("Sub", [length, constant(1)]), constant(2)]);
  const period = graph.add("Max", [doubled, constant(1)]);
  const [from, step] = [graph.addConstant([], [0]), graph.addConstant([], [1])];
  const places = graph.add("Range", [from, scalar(target), step]);
  const forth = graph.add("Mod", [places, period]);
  const back = graph.add("Sub", [period, forth]);
  return graph.add("Gather", [samples, graph.add("Min", [forth, back])], { axis: 1 });
}

/** Centres clips below `minimumSamples` in that many zeros; an odd zero goes to the end. */
export function addCentring(graph: GraphMerge, samples: string, minimumSamples: number): string {
  const zero = graph.addConstant([1], [0]);
  const short = graph.add("Sub", [graph.addConstant([1], [minimumSamples]), addLength(graph, samples)]);
  const missing = graph.add("Max", [short, zero]);
  const before = graph.add("Div", [missing, graph.addConstant([1], [2])]);
  const behind = graph.add("Sub", [missing, before]);
  return graph.add("Pad", [samples, graph.add("Concat", [zero, before, zero, behind], { axis: 0 })]);
}

/** Adds `normaliseSamples` (input-preparation.ts): (x - mean) / sqrt(variance + 1e-7). */
export function addNormalisation(graph: GraphMerge, samples: string): string {
  const addMean = (tensor: string) => graph.add("ReduceMean", [tensor], { axes: [1], keepdims: 1 });
  const centred = graph.add("Sub", [samples, addMean(samples)]);
  const variance = addMean(graph.add("Mul", [centred, centred]));
  const guarded = graph.add("Add", [variance, graph.addConstant([], Float32Array.of(1e-7))]);
  return graph.add("Div", [centred, graph.add("Sqrt", [guarded])]);
}
