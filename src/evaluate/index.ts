/** The evaluate stage: labels, probabilities, groups in; scores with intervals out. Imports core and math. */

export {
  type Calibration,
  type CalibrationBin,
  type CalibrationInput,
  computeCalibration,
} from "./calibration.ts";
export {
  computeLabelPValues,
  computeNonconformity,
  createLabelCalibration,
  type LabelCalibration,
  selectLabels,
} from "./conformal.ts";
export {
  type CrossValidation,
  type CrossValidationInput,
  crossValidate,
  type FitPredict,
} from "./cross-validate.ts";
export { computeEvaluation, type EvaluationInput } from "./evaluate.ts";
export type { ConfusedPair, Evaluation, SkippedFile } from "./evaluation.ts";
export { createFolds, type Fold, type FoldInput, type FoldPlan } from "./folds.ts";
export { computeInterval, type Interval, type IntervalInput } from "./interval.ts";
export {
  type ClassGain,
  computeLearningCurve,
  type LearningCurve,
  type LearningCurveForecast,
  type LearningCurveInput,
  type LearningCurvePoint,
} from "./learning-curve.ts";
export {
  type ClassScore,
  type Confusion,
  computeConfusion,
  computeLogLoss,
  computeMajority,
  computeScores,
  getPredictions,
  type Scores,
} from "./metrics.ts";
export {
  chooseSimplest,
  type Distance,
  type SimplestChoice,
  type SimplestInput,
} from "./one-standard-error.ts";
