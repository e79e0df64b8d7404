/**
 * Advice on what would raise a score most, according to the forecasts of its learning curve.
 *
 * Not its concern: forecasting, wording.
 */

/** What to do next. Plain data; gains are of the balanced accuracy, 0.01 is a point. */
export type Advice =
  /** More recordings of one class. */
  | { readonly kind: "class"; readonly label: string; readonly gain: number }
  /** More recordings of all classes. */
  | { readonly kind: "all"; readonly gain: number }
  /** Recordings like the existing ones would not raise the score. */
  | { readonly kind: "other"; readonly gain: number }
  /** The score is not distinguishable from guessing, so no gain can be forecast. */
  | { readonly kind: "guessing"; readonly gain: number }
  /** No held-out recording was wrong, so no gain can be measured. */
  | { readonly kind: "no-mistake"; readonly gain: 0 };

/** Input of {@link chooseAdvice}. */
export interface AdviceInput {
  readonly balancedAccuracy: number;
  /** Lower end of its interval. */
  readonly low: number;
  readonly chance: number;
  readonly forecasts: readonly { readonly growth: number; readonly gain: number }[];
  /** The largest gain first. */
  readonly classGains: readonly {
    readonly label: string;
    readonly gain: number;
    readonly outgrows?: boolean;
  }[];
}

/**
 * Lists the forecasts to show: those for more recordings, or none if no gain can be forecast because nothing
 * was wrong, guessing is not excluded, or new speakers cannot be measured (`isMeasured`).
 */
export function listForecasts<Forecast extends { readonly growth: number }>(
  { forecasts, advice }: { readonly forecasts: readonly Forecast[]; readonly advice: Advice },
  isMeasured: boolean,
): readonly Forecast[] {
  const isForecast = isMeasured && advice.kind !== "guessing" && advice.kind !== "no-mistake";
  return isForecast ? forecasts.filter(({ growth }) => growth > 1) : [];
}

/** Minimum gain from twice the recordings for which more are advised; below, it is shown as 0. */
const minimumGain = 0.005;
/** Minimum gain for which recording a single class is advised. */
const worthwhile = 0.01;

/** Chooses what to do next. */
export function chooseAdvice(input: AdviceInput): Advice {
  const { balancedAccuracy, low, chance, forecasts, classGains } = input;
  if (balancedAccuracy === 1) return { kind: "no-mistake", gain: 0 };
  const { gain = 0 } = forecasts.find(({ growth }) => growth >= 2) ?? forecasts.at(-1) ?? {};
  if (gain < minimumGain) return { kind: low <= chance ? "guessing" : "other", gain };
  const best = classGains.find(({ outgrows }) => !outgrows);
  if (best && best.gain >= worthwhile && best.gain <= gain) {
    return { kind: "class", label: best.label, gain: best.gain };
  }
  return { kind: "all", gain };
}
