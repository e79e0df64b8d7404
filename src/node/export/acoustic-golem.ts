/**
 * Trains a golem again without transcripts, on the same recordings with the same seed and settings. It uses
 * stored embeddings, so only heads are fitted and scored again. The recordings themselves must be found,
 * since their hashes are checked.
 */
import { GolemError } from "../../core/error.ts";
import type { GolemModel } from "../../golem/golem-model.ts";
import { readAsked } from "../../workflow/report-commands.ts";
import type { EnvironmentOptions } from "../environment.ts";
import type { Golem } from "../golem.ts";
import { train } from "../train.ts";

/** The location of the recordings, and the environment. */
interface AcousticOptions extends EnvironmentOptions {
  /** Location of the training data; default: the location at training time. */
  readonly data?: string | undefined;
  /** The test data, likewise. */
  readonly test?: string | undefined;
}

/**
 * Trains `model` again without transcripts.
 *
 * @throws GolemError `data-not-found` if the recordings are not found, `invalid-data` if they are not those
 *   it was trained on.
 */
export async function trainWithoutWords(
  { document, training }: GolemModel,
  { data, test, ...environment }: AcousticOptions,
): Promise<Golem> {
  if (data === undefined && training.withheld) {
    throw new GolemError(
      "data-not-found",
      "This golem was passed on without the location of its recordings; they are needed to train it without words.",
      { hint: "Name their location with --data." },
    );
  }
  const askedTest = training.asked?.test;
  const testData = test ?? (typeof askedTest === "string" ? askedTest : undefined);
  const golem = await train(data ?? document.data.name, {
    ...readAsked(training.asked),
    ...environment,
    ...{ seed: document.seed, transcript: false },
    ...(testData === undefined ? {} : { test: testData }),
  }).catch((error: unknown) => {
    if (!(error instanceof GolemError) || error.code !== "data-not-found") throw error;
    throw new GolemError(
      "data-not-found",
      `To train without words, the recordings are needed: ${error.message}`,
      {
        hint: "Name their present location with --data.",
        cause: error,
      },
    );
  });
  if (golem.document.data.fingerprint !== document.data.fingerprint) {
    throw new GolemError(
      "invalid-data",
      `The golem was trained on ${document.data.recordings} recordings; those in ${data ?? document.data.name} are not the same (${golem.document.data.recordings} of them), so the scores could not be compared.`,
      {
        hint: "Name the location of the unchanged recordings with --data, or train again with --no-transcript.",
      },
    );
  }
  return golem;
}
