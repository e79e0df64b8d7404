/** The detection stage: events of long recordings and of live streams. Runs in Node and in browsers. */

export { type DetectOptions, type DetectSettings, resolveDetectSettings } from "./detect-settings.ts";
export { type DetectSourceOptions, detectSource } from "./detect-source.ts";
export {
  createDetector,
  type DetectedEvent,
  type Detector,
  type DetectorOptions,
  type LiveState,
} from "./detector.ts";
export { createWindowClassifier, type WindowAnswer, type WindowClassifier } from "./window-classifier.ts";
