/**
 * What is reviewed: recordings, what was heard in them, and the labels given so far.
 *
 * Not its concern: files, the page.
 */
import type { ClipKind } from "../detect/clip-cutter.ts";

/** One recording of a review. */
export interface ReviewItem {
  /** Name in the reviewed folder, with forward slashes. */
  readonly file: string;
  /** The best class, its score, and why the clip was kept; absent in a folder of other recordings. */
  readonly heard?: { readonly label: string; readonly confidence: number; readonly kind: ClipKind };
  /** The stretch that the label is about, in seconds; absent if it is the whole file. */
  readonly segment?: { readonly start: number; readonly end: number };
  /** What it was heard in; files of one source stay on one side of the folds. Empty if it is not known. */
  readonly source: string;
  /** The label given. */
  readonly label?: string;
}

/** A review as the page gets it. */
export interface ReviewState {
  /** Name of the folder. */
  readonly name: string;
  /** In the order in which to review them. */
  readonly items: readonly ReviewItem[];
  /** Labels to choose from. */
  readonly labels: readonly string[];
  /** Commands to run once labels were given, in order. */
  readonly commands: readonly string[];
}

/** The label of what is no class, and of sound in which nothing is to be found. */
export const reviewLabels = { wrong: "_unknown", background: "_background" } as const;

/**
 * Sorts recordings by what their labels would teach: those whose class was least sure first, those of which
 * nothing is known last, and otherwise by name.
 */
export function sortByDoubt(items: readonly ReviewItem[]): ReviewItem[] {
  const getDoubt = ({ heard }: ReviewItem): number => heard?.confidence ?? 2;
  return [...items].sort((a, b) => getDoubt(a) - getDoubt(b) || (a.file < b.file ? -1 : 1));
}
