/** The contents of a review: recordings, the classes detected in them, and the labels given so far. */
import type { ClipKind } from "../detect/clip-cutter.ts";

/** One recording of a review. */
export interface ReviewItem {
  /** Name in the reviewed folder, with forward slashes. */
  readonly file: string;
  /** The best class, its score, and why the clip was kept; absent in a folder of other recordings. */
  readonly heard?: { readonly label: string; readonly confidence: number; readonly kind: ClipKind };
  /** The part that the label applies to, in seconds; absent if it is the whole file. */
  readonly segment?: { readonly start: number; readonly end: number };
  /** Recording or session it comes from, or empty; one source stays on one side of the folds. */
  readonly source: string;
  /** The label that was given. */
  readonly label?: string;
}

/** A review as sent to the page. */
export interface ReviewState {
  readonly name: string;
  /** The recordings, in the order in which to review them. */
  readonly items: readonly ReviewItem[];
  readonly labels: readonly string[];
  /** Commands to run after labels have been given, in order. */
  readonly commands: readonly string[];
}

/** The labels for sound of no class, and for background sound without events. */
export const reviewLabels = { wrong: "_unknown", background: "_background" } as const;

/**
 * Sorts recordings by how useful their labels are for training: those with the least certain class first,
 * those without a prediction last, and otherwise by name.
 */
export function sortByDoubt(items: readonly ReviewItem[]): ReviewItem[] {
  const getDoubt = ({ heard }: ReviewItem): number => heard?.confidence ?? 2;
  return [...items].sort((a, b) => getDoubt(a) - getDoubt(b) || (a.file < b.file ? -1 : 1));
}
