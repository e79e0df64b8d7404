/**
 * The files of a golem over HTTP: only those that prediction needs, with bounded sizes, checked
 * before they are used.
 *
 * training.json may be missing; detection takes the durations of training recordings from it.
 * Not its concern: listening, workers.
 */
import { type ErrorCode, GolemError } from "../core/error.ts";
import { parseGolemDocument } from "../golem/golem-document.ts";
import { decodeGolemModel, type GolemModel, golemFileLimits, golemFiles } from "../golem/golem-model.ts";
import { fetchBytes } from "./fetch-bytes.ts";

/**
 * Fetches a golem. `folder`: address of its folder, with a slash at its end.
 * Rejects with `golem-not-found`, `golem-damaged`, `golem-version`, `fetch-failed` or `aborted`.
 */
export async function fetchGolemModel(
  folder: URL,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<GolemModel> {
  const load = (part: keyof typeof golemFileLimits, missing: ErrorCode = "golem-damaged") =>
    fetchBytes(new URL(golemFiles[part], folder), {
      ...{ maximumBytes: golemFileLimits[part], tooLarge: "golem-damaged", missing, signal: options.signal },
    });
  const [document, tensors, training] = await Promise.all([
    load("document", "golem-not-found"),
    load("tensors"),
    load("training", "golem-not-found").catch(forgiveMissing),
  ]);
  const { views } = parseGolemDocument(new TextDecoder().decode(document));
  const needsText = views.some(({ layer }) => layer === "transcript");
  return decodeGolemModel({
    document,
    tensors,
    training,
    ...(needsText ? { text: await load("text") } : {}),
  });
}

function forgiveMissing(error: unknown): undefined {
  if (!(error instanceof GolemError) || error.code !== "golem-not-found") throw error;
}
