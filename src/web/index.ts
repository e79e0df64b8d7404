/** `golem-audio/web`: golems in browsers. */
export { type ErrorCode, type ErrorRecord, GolemError } from "../core/error.ts";
export type { Progress, WorkOptions } from "../core/progress.ts";
export type { DetectedEvent, LiveState } from "../detect/detector.ts";
export type { Evaluation } from "../evaluate/evaluation.ts";
export type { GolemDocument } from "../golem/golem-document.ts";
export type { Prediction } from "../golem/golem-model.ts";
export type { AudioPrediction } from "../golem/predict-embedded.ts";
export {
  type Listening,
  type ListenOptions,
  type LoadWebGolemOptions,
  loadGolem,
  type WebAudioInput,
  type WebGolem,
} from "./golem.ts";
export type { WebGpuOptions, WebGpuTrial } from "./webgpu-trial.ts";
