/**
 * Whether files are a golem that this version reads.
 *
 * Must not know: where they come from.
 */
import { GolemError } from "../../core/error.ts";
import { decodeGolemModel, golemFiles } from "../../golem/golem-model.ts";

/** What the shelf has to know of a golem. Throws `golem-damaged` or `golem-version`. */
export function checkGolem(files: Readonly<Record<string, Uint8Array>>): {
  labels: readonly string[];
  score: number | undefined;
} {
  const get = (name: string) => {
    const bytes = files[name];
    if (bytes) return bytes;
    throw new GolemError("golem-damaged", `The golem is damaged: it has no ${name}.`, {
      hint: "Copy the golem's folder again from where it was made.",
    });
  };
  const text = files[golemFiles.text];
  const { document } = decodeGolemModel({
    document: get(golemFiles.document),
    tensors: get(golemFiles.tensors),
    training: get(golemFiles.training),
    ...(text ? { text } : {}),
  });
  return { labels: document.labels, score: document.evaluation?.balancedAccuracy };
}
