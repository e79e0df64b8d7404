/** Training options of each kind of head: types, all defaults, and range checks. */
import { GolemError } from "../core/error.ts";
import type { HeadKind } from "./head.ts";

/** "balanced" weights each row by rows / (classes x rows of its class); "none": equal weights. */
export type ClassWeight = "balanced" | "none";

/** Settings that all heads have. */
interface CommonOptions {
  /** The same seed gives the same head, byte for byte. */
  readonly seed: number;
  /** Subtract the training mean and divide by the training standard deviation of each feature. */
  readonly standardise: boolean;
}

/** Settings of `linear`: torch.nn.Linear, CrossEntropyLoss, torch.optim.Adam. */
export interface LinearOptions extends CommonOptions {
  readonly epochs: number;
  readonly learningRate: number;
  /** L2 penalty, added to the gradient as in torch.optim.Adam(weight_decay), bias included. */
  readonly weightDecay: number;
  /** Rows per step; 0 means all rows. */
  readonly batchRows: number;
  readonly classWeight: ClassWeight;
}

/** Settings of `mlp`: Linear, ReLU, Dropout ... Linear, CrossEntropyLoss, torch.optim.AdamW. */
export interface MlpOptions extends CommonOptions {
  /** Units of each hidden layer. */
  readonly hidden: readonly number[];
  /** Share of hidden units dropped in each training step (inverted dropout). */
  readonly dropout: number;
  /** Maximum number of epochs; exactly this many when early stopping is off or impossible. */
  readonly epochs: number;
  readonly learningRate: number;
  /** Decoupled from the gradient, as in torch.optim.AdamW(weight_decay), bias included. */
  readonly weightDecay: number;
  /** Rows per step; 0 means all rows. */
  readonly batchRows: number;
  /** Choose the number of epochs on a validation split, then train on all rows for that many. */
  readonly earlyStopping: boolean;
  /** The search ends after this many epochs without a lower validation loss. */
  readonly patience: number;
  /** Share of each class set aside for validation, at least one row per class. */
  readonly validationShare: number;
  readonly classWeight: ClassWeight;
}

/** Settings of `logistic`: minimises the sum of cross-entropies + |W|^2 / (2 C), bias not penalised. */
export interface LogisticOptions extends CommonOptions {
  /** Inverse strength of the penalty, as scikit-learn defines it. */
  readonly C: number;
  /** The fit ends at this estimated distance from the minimum, relative to the objective. */
  readonly tolerance: number;
  /** Maximum number of Newton steps. */
  readonly maximumIterations: number;
  readonly classWeight: ClassWeight;
}

/** Settings of `ridge`: least squares on targets of +1 and -1, one column per class, bias not penalised. */
export interface RidgeOptions extends CommonOptions {
  /**
   * Penalties to choose from by leave-one-out, relative to the mean squared norm of the (centred) training
   * rows. With one value there is no choice.
   */
  readonly penalties: readonly number[];
  /** Divide each standardised row by its Euclidean norm first, so that size has no effect. */
  readonly normalise: boolean;
  readonly classWeight: ClassWeight;
}

/** Settings of `centroid`: nearest class mean. */
export interface CentroidOptions extends CommonOptions {
  /** Divide each standardised row by its Euclidean norm first (cosine geometry). */
  readonly normalise: boolean;
}

/** All settings of each kind of head. */
export interface HeadSettings {
  readonly linear: LinearOptions;
  readonly mlp: MlpOptions;
  readonly logistic: LogisticOptions;
  readonly ridge: RidgeOptions;
  readonly centroid: CentroidOptions;
}

/** Options a caller passes: the seed, and any overrides of {@link headDefaults}. */
export type HeadOptions<K extends HeadKind> = Partial<HeadSettings[K]> & { readonly seed: number };

/**
 * Defaults of every head.
 *
 * linear: Adam's own default learning rate. In 200 full-batch steps a weight moves by at most about 0.2,
 * which over hundreds of standardised features is far more than fifty rows need.
 * logistic: C = 0.03 suits hundreds of features and tens of rows.
 */
export const headDefaults: HeadSettings = {
  linear: {
    seed: 0,
    standardise: true,
    epochs: 200,
    learningRate: 1e-3,
    weightDecay: 0,
    batchRows: 0,
    classWeight: "none",
  },
  mlp: {
    seed: 0,
    standardise: true,
    hidden: [64],
    dropout: 0.3,
    epochs: 200,
    learningRate: 1e-3,
    weightDecay: 0.01,
    batchRows: 0,
    earlyStopping: true,
    patience: 20,
    validationShare: 0.2,
    classWeight: "none",
  },
  logistic: {
    seed: 0,
    standardise: true,
    C: 0.03,
    tolerance: 1e-8,
    maximumIterations: 200,
    classWeight: "none",
  },
  ridge: {
    seed: 0,
    standardise: true,
    penalties: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    normalise: false,
    classWeight: "none",
  },
  centroid: { seed: 0, standardise: true, normalise: true },
};

/**
 * Smallest and largest value of each numeric option (of each element, for lists). `whole`: whole numbers
 * only; `open`: the smallest value itself is excluded.
 */
const ranges: Readonly<Record<string, { from: number; to: number; whole?: boolean; open?: boolean }>> = {
  seed: { from: Number.MIN_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER, whole: true },
  epochs: { from: 1, to: 1e6, whole: true },
  learningRate: { from: 0, to: 1e3, open: true },
  weightDecay: { from: 0, to: 1e6 },
  batchRows: { from: 0, to: 1e9, whole: true },
  hidden: { from: 1, to: 65_536, whole: true },
  dropout: { from: 0, to: 0.95 },
  patience: { from: 1, to: 1e6, whole: true },
  validationShare: { from: 0, to: 0.9, open: true },
  C: { from: 0, to: 1e12, open: true },
  tolerance: { from: 0, to: 1, open: true },
  maximumIterations: { from: 1, to: 1e6, whole: true },
  penalties: { from: 0, to: 1e12, open: true },
};

/** Applies `options` to the defaults; throws `invalid-option` for unknown names and values out of range. */
export function resolveOptions<K extends HeadKind>(kind: K, options: HeadOptions<K>): HeadSettings[K] {
  const defaults: Readonly<Record<string, unknown>> = { ...headDefaults[kind] };
  const result: Record<string, unknown> = { ...defaults };
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(defaults, name)) {
      throw new GolemError("invalid-option", `The head ${kind} has no option ${name}.`, {
        hint: `Use one of ${Object.keys(defaults).join(", ")}.`,
      });
    }
    if (value === undefined) continue;
    checkOption(kind, name, value, defaults[name]);
    result[name] = value;
  }
  return result as unknown as HeadSettings[K];
}

function checkOption(kind: HeadKind, name: string, value: unknown, example: unknown): void {
  const fail = (expected: string): never => {
    throw new GolemError(
      "invalid-option",
      `Option ${name} of the head ${kind} is ${JSON.stringify(value)}; expected ${expected}.`,
    );
  };
  if (name === "classWeight") {
    if (value !== "balanced" && value !== "none") fail('"balanced" or "none"');
    return;
  }
  if (typeof example === "boolean") {
    if (typeof value !== "boolean") fail("true or false");
    return;
  }
  const { from, to, whole, open } = ranges[name]!;
  const isValid = (x: unknown): boolean =>
    typeof x === "number" && (open ? x > from : x >= from) && x <= to && (!whole || Number.isInteger(x));
  const what = `${whole ? "a whole number" : "a number"} ${open ? "over" : "from"} ${from} up to ${to}`;
  if (Array.isArray(example)) {
    if (!Array.isArray(value) || !value.every(isValid) || (name === "penalties" && value.length === 0)) {
      fail(`a list, each element ${what}`);
    }
  } else if (!isValid(value)) fail(what);
}
