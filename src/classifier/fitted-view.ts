/**
 * A view with the head that was trained on it: what classifiers are made of.
 *
 * Not its concern: how heads are trained, how views are pooled.
 */
import type { Head } from "../head/head.ts";
import type { View } from "./view.ts";

/** A view with the head trained on it. */
export interface FittedView {
  readonly view: View;
  readonly head: Head;
  /** Factor of its log-probabilities when views are pooled; the view's `weight` is what it decides as a share of all. */
  readonly factor: number;
}
