/**
 * What an export consists of, before anything is written.
 *
 * Not its concern: the file system.
 */

import { needsTranscriber, sumShares } from "../classifier/view.ts";
import { GolemError } from "../core/error.ts";
import type { GolemDocument } from "../golem/golem-document.ts";

/** Files by their names in the folder (with "/" between folders); contents, or a file of this machine to be copied. */
export type ExportedFiles = Readonly<Record<string, Uint8Array | string | { readonly copyOf: string }>>;

/**
 * Formats that only carry what hears cannot carry words.
 *
 * @throws GolemError `invalid-option` where transcript or decoder have a say in the golem.
 */
export function checkWordless({ views }: GolemDocument, what: string): void {
  const words = views.filter(needsTranscriber);
  if (words.length === 0) return;
  throw new GolemError(
    "invalid-option",
    `Words have ${Math.round(100 * sumShares(words))} % of this golem's decision; ${what} was expected to decide by sound alone.`,
    {
      hint: "Add --acoustic-only: the golem is trained again without words, and the score that it has then is told. Format huggingface carries words.",
    },
  );
}
