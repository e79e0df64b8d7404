/**
 * Adam and AdamW as torch.optim defines them.
 * References: Kingma and Ba 2015, Adam; Loshchilov and Hutter 2019, Decoupled weight decay regularization.
 */

/** An optimiser: `init` creates its state; `update` changes parameters in place, returns the next state. */
export interface Optimiser<State> {
  init(parameters: readonly Float64Array[]): State;
  update(state: State, parameters: readonly Float64Array[], gradients: readonly Float64Array[]): State;
}

/** Settings of Adam; defaults are PyTorch's. */
interface AdamOptions {
  readonly learningRate: number;
  /** Decay rates of the running means of the gradient and of its square. */
  readonly betas?: readonly [number, number];
  readonly epsilon?: number;
  readonly weightDecay?: number;
  /** False: weight decay is added to the gradient (Adam). True: it shrinks parameters directly (AdamW). */
  readonly decoupled?: boolean;
}

/** Number of steps taken, and the running means: one array per parameter. */
export interface AdamState {
  readonly steps: number;
  readonly means: readonly Float64Array[];
  readonly squares: readonly Float64Array[];
}

/** Creates an Adam optimiser. */
export function createAdam({
  learningRate,
  betas: [beta1, beta2] = [0.9, 0.999],
  epsilon = 1e-8,
  weightDecay = 0,
  decoupled = false,
}: AdamOptions): Optimiser<AdamState> {
  return {
    init: (parameters) => ({
      steps: 0,
      means: parameters.map((values) => new Float64Array(values.length)),
      squares: parameters.map((values) => new Float64Array(values.length)),
    }),
    update({ steps, means, squares }, parameters, gradients) {
      const step = steps + 1;
      const stepSize = learningRate / (1 - beta1 ** step);
      const root = Math.sqrt(1 - beta2 ** step);
      const decay = decoupled ? 0 : weightDecay;
      const shrink = decoupled ? 1 - learningRate * weightDecay : 1;
      for (const [p, values] of parameters.entries()) {
        const gradient = gradients[p]!;
        const mean = means[p]!;
        const square = squares[p]!;
        for (let i = 0; i < values.length; i++) {
          const value = values[i]! * shrink;
          const slope = gradient[i]! + decay * value;
          const m = beta1 * mean[i]! + (1 - beta1) * slope;
          const v = beta2 * square[i]! + (1 - beta2) * slope * slope;
          mean[i] = m;
          square[i] = v;
          values[i] = value - (stepSize * m) / (Math.sqrt(v) / root + epsilon);
        }
      }
      return { steps: step, means, squares };
    },
  };
}
