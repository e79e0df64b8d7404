/**
 * The files of a golem over HTTP: what prediction needs of them and no more, with bounded sizes, checked before they are used.
 *
 * training.json is not fetched: it tells of the recordings, and answers nothing.
 * Must not know: who listens, workers.
 */
import { formatVersion, parseGolemDocument } from "../golem/golem-document.ts";
import { decodeGolemModel, type GolemModel, golemFileLimits, golemFiles } from "../golem/golem-model.ts";
import { fetchBytes } from "./fetch-bytes.ts";

/**
 * Fetches a golem. `folder`: address of its folder, with a slash at its end. The model has no training recordings.
 * Rejects with `golem-not-found`, `golem-damaged`, `golem-version`, `fetch-failed` or `aborted`.
 */
export async function fetchGolemModel(
  folder: URL,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<GolemModel> {
  const load = (part: keyof typeof golemFileLimits): Promise<Uint8Array> =>
    fetchBytes(new URL(golemFiles[part], folder), {
      maximumBytes: golemFileLimits[part],
      missing: part === "document" ? "golem-not-found" : "golem-damaged",
      tooLarge: "golem-damaged",
      signal: options.signal,
    });
  const [document, tensors] = await Promise.all([load("document"), load("tensors")]);
  const { views } = parseGolemDocument(new TextDecoder().decode(document));
  const needsText = views.some(({ layer }) => layer === "transcript");
  const training = new TextEncoder().encode(JSON.stringify({ formatVersion, recordings: [] }));
  return decodeGolemModel({
    document,
    tensors,
    training,
    ...(needsText ? { text: await load("text") } : {}),
  });
}
