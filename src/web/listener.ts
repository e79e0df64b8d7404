/** `golem-audio/web/listener`: encoders and transcriber in browsers, for those who bring their own worker. */
export type { LoadedListener } from "../embed/hear-source.ts";
export { createWebOnnxRuntime, type WebOnnxRuntimeOptions } from "./onnx-runtime-web.ts";
export { loadWebListener, type WebListenerOptions } from "./web-listener.ts";
export { getWeightUrl, loadWebWeights, type WebWeightOptions, type WebWeightOwner } from "./web-weights.ts";
