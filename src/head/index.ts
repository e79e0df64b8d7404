/** Public names of the head stage. */

export { computeGram } from "../math/matrix-products.ts";
export {
  type Head,
  type HeadFacts,
  type HeadKind,
  type HeadMeta,
  headKinds,
  type SavedHead,
  type Tensor,
} from "./head.ts";
export { fitLogisticGram, type GramFit } from "./logistic-gram.ts";
export type { MatrixProduct } from "./matrix-product.ts";
export { type ClassWeight, type HeadOptions, type HeadSettings, headDefaults } from "./options.ts";
export { trainHead, trainHeadWithProduct } from "./registry.ts";
export { chooseRidgePenalty, computeRidgeLooScores, type RidgeLooScore } from "./ridge-loo.ts";
export {
  createRidgeProblem,
  createRidgeProblemFromRows,
  type RidgeProblem,
  solveRidge,
} from "./ridge-problem.ts";
export { loadHead, saveHead } from "./saved-head.ts";
export { computeProbabilities } from "./softmax.ts";
export {
  applyStandardisation,
  fitStandardisation,
  type Standardisation,
} from "./standardisation.ts";
export { fitTemperature, type Temperature } from "./temperature.ts";
