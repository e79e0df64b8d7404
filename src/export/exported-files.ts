/** The files of an export before they are written, and the check that a golem does not use words. */

import { needsTranscriber, sumShares } from "../classifier/view.ts";
import { GolemError } from "../core/error.ts";
import { formatPercent } from "../core/format.ts";
import type { GolemDocument } from "../golem/golem-document.ts";

/** Files by path in the folder ("/" between folders): contents, or a file of this machine to copy. */
export type ExportedFiles = Readonly<Record<string, Uint8Array | string | { readonly copyOf: string }>>;

/**
 * Checks that a golem does not use words, for formats without a transcriber.
 *
 * @throws GolemError `invalid-option` if views of the golem need a transcriber.
 */
export function checkWordless({ views }: GolemDocument, what: string): void {
  const words = views.filter(needsTranscriber);
  if (words.length === 0) return;
  throw new GolemError(
    "invalid-option",
    `Words have a share of ${formatPercent(sumShares(words), 0)} in this golem's decision; ${what} cannot contain words.`,
    {
      hint: "Add --acoustic-only: the golem is trained again without words, and its new score is printed. Format huggingface supports words.",
    },
  );
}
