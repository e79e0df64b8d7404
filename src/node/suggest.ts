/**
 * What to label next, in Node: a golem chooses from a pool of recordings on disk or on the Hub.
 *
 * Not its concern: the procedure (see workflow/suggest-recordings.ts), the terminal.
 */
import {
  type SuggestChoices,
  type Suggestions,
  suggest as suggestIn,
} from "../workflow/suggest-recordings.ts";
import { openPool } from "./data/recording-pool.ts";
import type { EnvironmentOptions } from "./environment.ts";
import type { Golem } from "./golem.ts";
import { runInNode } from "./node-environment.ts";

/** Options of {@link suggest}. */
export interface SuggestOptions extends SuggestChoices, EnvironmentOptions {}

/**
 * Chooses which recordings of a pool to label next. `pool`: folders of any depth, data sets in any form
 * (labels are ignored), files. The `file` of a suggestion is a path that can be opened. Rejects with the
 * errors of `loadDataset`, `invalid-option`, and `no-recordings` when nothing is left to choose from.
 */
export function suggest(
  golem: Pick<Golem, "model" | "encoderSet">,
  pool: string | readonly string[],
  options: SuggestOptions = {},
): Promise<Suggestions> {
  return runInNode(options, async (environment) => {
    const recordings = await openPool(typeof pool === "string" ? [pool] : pool, options);
    return suggestIn(environment, golem, recordings, options);
  });
}
