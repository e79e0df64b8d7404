/** Giants: published checkpoints in, ONNX graphs and encoders out. See `giant-family.ts` for how to add a family. */
export { planGiant } from "./families.ts";
export { createGiantEncoder, createGiantGraph, describeGiant } from "./giant-encoder.ts";
export type { GiantFamily, GiantPlan, GraphOptions } from "./giant-family.ts";
export { createGraphWriter, type GraphSink, type GraphWriter } from "./graph-writer.ts";
export type { Precision } from "./linear.ts";
