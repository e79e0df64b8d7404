/**
 * Training in Node: from the name of a data set to a golem that can predict.
 *
 * Not its concern: the procedure (see workflow/train.ts), the terminal.
 */
import type { Dataset } from "../dataset/dataset.ts";
import { type TrainingChoices, train as trainIn } from "../workflow/train.ts";
import { getCacheFolder } from "./disk/cache-folder.ts";
import type { EnvironmentOptions } from "./environment.ts";
import { type Golem, wrapTrained } from "./golem.ts";
import { runInNode } from "./node-environment.ts";
import { describeAsked } from "./report/report-commands.ts";

/** Options of {@link train}; all have defaults. */
export interface TrainOptions extends TrainingChoices, EnvironmentOptions {}

/**
 * Trains a golem on a data set: a folder per class, a folder with metadata, a manifest, or a `Dataset`.
 * With `signal` and `onProgress`; errors are GolemErrors whose codes are listed in core/error.ts.
 */
export async function train(data: string | Dataset, options: TrainOptions = {}): Promise<Golem> {
  const { cache = getCacheFolder(), device, onWarning } = options;
  const trained = await runInNode({ cache, device }, (environment) =>
    trainIn(environment, data, { ...options, asked: describeAsked(options) }),
  );
  return wrapTrained(trained, { cache, onWarning });
}
