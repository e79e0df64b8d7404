/**
 * What would raise a score most, as the forecasts of its learning curve say.
 *
 * Not its concern: how forecasts are made, words.
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
  /** No held-out recording was wrong, so there is nothing to gain that can be measured. */
  | { readonly kind: "no-mistake"; readonly gain: 0 };

/** What advice depends on. */
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
 * The forecasts to show: those for more recordings, and none where no gain can be forecast, because nothing was wrong,
 * guessing is not excluded, or new speakers cannot be measured (`isMeasured`).
 */
export function listForecasts<Forecast extends { readonly growth: number }>(
  { forecasts, advice }: { readonly forecasts: readonly Forecast[]; readonly advice: Advice },
  isMeasured: boolean,
): readonly Forecast[] {
  const isForecast = isMeasured && advice.kind !== "guessing" && advice.kind !== "no-mistake";
  return isForecast ? forecasts.filter(({ growth }) => growth > 1) : [];
}

/** Gain of twice the recordings below which more of the same kind is not advised: it is shown as 0. */
const leastGain = 0.005;
/** Gain from which on one class is worth recording. */
const worthwhile = 0.01;

/** Chooses what to do next. */
export function chooseAdvice(input: AdviceInput): Advice {
  const { balancedAccuracy, low, chance, forecasts, classGains } = input;
  if (balancedAccuracy === 1) return { kind: "no-mistake", gain: 0 };
  const { gain = 0 } = forecasts.find(({ growth }) => growth >= 2) ?? forecasts.at(-1) ?? {};
  if (gain < leastGain) return { kind: low <= chance ? "guessing" : "other", gain };
  const best = classGains.find(({ outgrows }) => !outgrows);
  if (best && best.gain >= worthwhile && best.gain <= gain) {
    return { kind: "class", label: best.label, gain: best.gain };
  }
  return { kind: "all", gain };
}
