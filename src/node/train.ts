/**
 * Training in Node: from the name of a data set to a golem that can predict.
 *
 * Not its concern: the procedure (see workflow/train.ts), the terminal.
 */
import type { Dataset } from "../dataset/dataset.ts";
import { checkLabels } from "../golem/expected-labels.ts";
import { describeAsked } from "../workflow/report-commands.ts";
import { type TrainingChoices, train as trainIn } from "../workflow/train.ts";
import { getCacheFolder } from "./disk/cache-folder.ts";
import type { EnvironmentOptions } from "./environment.ts";
import { type Golem, wrapTrained } from "./golem.ts";
import { runInNode } from "./node-environment.ts";

/** Options of {@link train}; all have defaults. */
export interface TrainOptions<Label extends string = string> extends TrainingChoices, EnvironmentOptions {
  /** The labels that the recordings must have, in any order; they become the label type of the golem. */
  readonly labels?: readonly Label[] | undefined;
}

/**
 * Trains a golem on a data set: a folder per class, a folder with metadata, a manifest, or a `Dataset`. With
 * `labels`, the golem's predictions have their type; rejects with `invalid-option` if the recordings have
 * other labels. Rejects with GolemErrors; their codes are listed in core/error.ts.
 */
export async function train<const Label extends string = string>(
  data: string | Dataset,
  options: TrainOptions<Label> = {},
): Promise<Golem<Label>> {
  const { cache = getCacheFolder(), device, onWarning } = options;
  const trained = await runInNode({ cache, device }, (environment) =>
    trainIn(environment, data, { ...options, asked: describeAsked(options) }),
  );
  checkLabels(trained.model.document.labels, options.labels);
  return (await wrapTrained(trained, { cache, onWarning })) as Golem<Label>;
}
