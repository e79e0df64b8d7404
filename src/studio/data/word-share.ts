/**
 * How much the words of transcripts decide in a golem.
 *
 * Not its concern: how views are weighted.
 */
import type { GolemDocument } from "../../golem/golem-document.ts";

/** Share of the transcript's words in a golem's answers, 0 to 1. */
export function getWordShare({ views, transcriber }: GolemDocument): number {
  return views
    .filter(({ layer, encoder }) => typeof layer !== "number" && encoder === transcriber?.id)
    .reduce((sum, { weight }) => sum + weight, 0);
}
