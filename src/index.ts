/**
 * golem-audio in Node: train a classifier from about fifty recordings, load it, predict, evaluate, save.
 * The stages have entries of their own: golem-audio/audio, /dataset, /encoder, /evaluate, /head, /store.
 */
export type { AudioSettings } from "./audio/audio.ts";
export { type ErrorCode, type ErrorRecord, GolemError } from "./core/error.ts";
export type { Progress, WorkOptions } from "./core/progress.ts";
export type { Dataset, Recording, SkippedRecording, Split } from "./dataset/dataset.ts";
export type { DetectOptions } from "./detect/detect-settings.ts";
export type { DetectedEvent, LiveState } from "./detect/detector.ts";
export { diagnose, pickTopFindings } from "./doctor/diagnose.ts";
export type { Examination, ExaminedRecording, Opinion } from "./doctor/examination.ts";
export type { Finding, FindingKind, LabelSuspicion, Severity } from "./doctor/finding.ts";
export type { ResolvedEncoder, ResolvedEncoderSet } from "./encoder/resolved-encoder.ts";
export type { Evaluation } from "./evaluate/evaluation.ts";
export type { GolemDocument } from "./golem/golem-document.ts";
export type { GolemModel, Prediction } from "./golem/golem-model.ts";
export type { AudioPrediction } from "./golem/predict-embedded.ts";
export type { TrainingDocument } from "./golem/training-document.ts";
export {
  type CompareEncodersOptions,
  type CompareOptions,
  compareEncoders,
  compareHeads,
} from "./node/compare-heads.ts";
export { type CurveOptions, computeCurve } from "./node/compute-curve.ts";
export { loadDataset } from "./node/data/dataset-files.ts";
export {
  type DetectWork,
  detectFile,
  type OpenDetector,
  type OpenDetectorOptions,
  openDetector,
} from "./node/detect.ts";
export { type DiffOptions, diffGolems, type GolemDiff } from "./node/diff.ts";
export { type CacheFolder, getCacheFolder } from "./node/disk/cache-folder.ts";
export { type DoctorOptions, examineDataset } from "./node/doctor.ts";
export type { EnvironmentOptions, Warning } from "./node/environment.ts";
export { type EvaluateEventsOptions, evaluateEvents } from "./node/evaluate-events.ts";
export { type ExportOptions, type ExportResult, exportGolem } from "./node/export/export-golem.ts";
export {
  type AudioInput,
  type Golem,
  type LoadGolemOptions,
  loadGolem,
  type UpdatedGolem,
} from "./node/golem.ts";
export type { KeepOptions } from "./node/keep/clip-keeper.ts";
export { loadEncoder } from "./node/models/load-encoder.ts";
export { type LoadTranscriberOptions, loadTranscriber } from "./node/models/load-transcriber.ts";
export { type ResolveOptions, resolveEncoder } from "./node/models/resolve-encoder.ts";
export { type SuggestOptions, suggest } from "./node/suggest.ts";
export { type SynthesizedData, type SynthesizeOptions, synthesize } from "./node/synthesize.ts";
export type { FilePrediction } from "./node/threads/predict-files.ts";
export { type TrainOptions, train } from "./node/train.ts";
export type { RetrainOptions } from "./node/update.ts";
export type { Wording } from "./synth/wordings.ts";
export type { DatasetComparison } from "./workflow/compare-heads.ts";
export type { Diagnosis } from "./workflow/examine-recordings.ts";
export type { DatasetCurve } from "./workflow/measure-curve.ts";
export type { Suggestion, Suggestions } from "./workflow/suggest-recordings.ts";
