/** Public names of detection: events in long recordings and in live streams, in Node and in browsers. */

export type { ClipKeeping, ClipKind, HeardClip, KeepSettings } from "./clip-cutter.ts";
export { type DetectOptions, type DetectSettings, resolveDetectSettings } from "./detect-settings.ts";
export { type DetectSourceOptions, detectSource } from "./detect-source.ts";
export {
  createDetector,
  type DetectedEvent,
  type Detector,
  type DetectorOptions,
  type LiveState,
} from "./detector.ts";
export { createEventWriter, type EventFormat, type EventWriter, eventFormats } from "./event-formats.ts";
export { createPcmReader, type PcmFormat, type PcmReader, pcmFormats } from "./pcm-reader.ts";
export { createWindowClassifier, type WindowClassifier } from "./window-classifier.ts";
export { createWindowJudge, type WindowAnswer, type WindowJudge } from "./window-judge.ts";
