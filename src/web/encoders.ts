/** `golem-audio/web/encoders`: encoders and transcriber in browsers, for workers of your own. */
export type { LoadedEncoderSet } from "../embed/embed-source.ts";
export { createWebOnnxRuntime, type WebOnnxRuntimeOptions } from "./onnx-runtime-web.ts";
export { loadWebEncoderSet, type WebEncoderSetOptions } from "./web-encoder-set.ts";
export { getWeightUrl, loadWebWeights, type WebWeightOptions, type WebWeightOwner } from "./web-weights.ts";
