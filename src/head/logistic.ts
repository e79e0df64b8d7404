/**
 * The head `logistic`: multinomial logistic regression with an L2 penalty, solved to convergence.
 *
 * Objective (scikit-learn's LogisticRegression with multi_class="multinomial"): the sum over rows of the
 * cross-entropy plus |W|^2 / (2 C); the bias is not penalised. With two classes this is scikit-learn's binary
 * problem at twice the C.
 */
import type { Matrix } from "../math/matrix.ts";
import { computeGram, multiplyTransposed } from "../math/matrix-products.ts";
import type { Head } from "./head.ts";
import { fitLogisticGram } from "./logistic-gram.ts";
import { fitLogisticPrimal, type PrimalFit } from "./logistic-primal.ts";
import { computeInLoops, computeWithProduct, type MatrixProduct } from "./matrix-product.ts";
import { createNetworkHead } from "./network-head.ts";
import type { LogisticOptions } from "./options.ts";
import { computeWeightedMean } from "./ridge-problem.ts";
import { applyStandardisation, chooseStandardisation, type Standardisation } from "./standardisation.ts";
import { computeRowWeights, type TrainingSet } from "./training-set.ts";

/** Trains a logistic head; in the span of the rows if there are no more rows than features. */
export function trainLogistic(set: TrainingSet, options: LogisticOptions): Head {
  const { embeddings, labels, classes } = set;
  const { rows, columns: features } = embeddings;
  const standardisation = chooseStandardisation(embeddings, options.standardise);
  const x = applyStandardisation(embeddings, standardisation);
  if (rows <= features) {
    const { coefficients, ...rest } = fitLogisticGram(
      computeGram(x, rows, features),
      labels,
      classes,
      options,
    );
    const weight = multiplyTransposed(coefficients, x, classes, features, rows);
    return createHead(set, standardisation, { weight, ...rest }, options);
  }
  const weights = computeRowWeights(labels, set.counts, options.classWeight);
  const mean = centre(x, features, weights);
  const fit = computeInLoops(fitLogisticPrimal(features, labels, classes, weights, options), x, features);
  return createHead(set, standardisation, uncentre(fit, mean), options);
}

/** Like {@link trainLogistic}, with large products computed by `product`, unless the problem is small. */
export async function trainLogisticWithProduct(
  set: TrainingSet,
  options: LogisticOptions,
  product: MatrixProduct,
): Promise<Head> {
  const { embeddings, labels, classes } = set;
  const { rows, columns: features } = embeddings;
  if (rows <= features || rows * features * classes < 1e6) return trainLogistic(set, options);
  const standardisation = chooseStandardisation(embeddings, options.standardise);
  const weights = computeRowWeights(labels, set.counts, options.classWeight);
  const data = standardiseToFloat32(embeddings, standardisation);
  const mean = centre(data, features, weights);
  const fit = await computeWithProduct(
    fitLogisticPrimal(features, labels, classes, weights, options),
    { rows, columns: features, data },
    product,
  );
  return createHead(set, standardisation, uncentre(fit, mean), options);
}

function standardiseToFloat32({ data, columns }: Matrix, { mean, scale }: Standardisation): Float32Array {
  const result = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += columns) {
    for (let j = 0; j < columns; j++) result[start + j] = (data[start + j]! - mean[j]!) / scale[j]!;
  }
  return result;
}

/** Subtracts the weighted mean of the rows in place and returns it. */
function centre(x: Float64Array | Float32Array, features: number, weights: Float64Array): Float64Array {
  const mean = computeWeightedMean(x, features, weights);
  for (let start = 0; start < x.length; start += features) {
    for (let j = 0; j < features; j++) x[start + j]! -= mean[j]!;
  }
  return mean;
}

function uncentre(fit: PrimalFit, mean: Float64Array): PrimalFit {
  const bias = fit.bias.map((value, k) => {
    for (let j = 0; j < mean.length; j++) value -= fit.weight[k * mean.length + j]! * mean[j]!;
    return value;
  });
  return { ...fit, bias };
}

function createHead(
  set: TrainingSet,
  standardisation: Standardisation,
  fit: PrimalFit,
  options: LogisticOptions,
): Head {
  return createNetworkHead({
    kind: "logistic",
    standardisation,
    layers: [{ inputs: set.embeddings.columns, outputs: set.classes, weight: fit.weight, bias: fit.bias }],
    facts: {
      C: options.C,
      classWeight: options.classWeight,
      standardise: options.standardise,
      objective: fit.objective,
      iterations: fit.iterations,
    },
  });
}
