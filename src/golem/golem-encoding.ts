/** Encodes a golem as the files of its folder; `decodeGolemModel` is the reverse. */
import { formatVersion } from "./golem-document.ts";
import { golemFiles, hashFiles, reportFile } from "./golem-files.ts";
import type { GolemModel } from "./golem-model.ts";
import { writeModelCard } from "./model-card.ts";
import { packTensors } from "./packed-tensors.ts";
import { encodeSafetensors } from "./safetensors.ts";

/** The parts of a golem that are in its files. */
export type EncodableGolem = Pick<
  GolemModel,
  "document" | "training" | "classifier" | "familiarity" | "calibration"
>;

/**
 * Encodes a golem as files, by name; the same golem gives the same bytes. golem.json is the last one and
 * lists the hashes of the others, including `report` (HTML) if it is given.
 */
export function encodeGolem(
  { document, training, classifier, familiarity, calibration }: EncodableGolem,
  { report }: { readonly report?: string | undefined } = {},
): Record<string, Uint8Array> {
  const encode = (text: string) => new TextEncoder().encode(text);
  const { fitted, vocabulary } = classifier;
  const bound = {
    [golemFiles.tensors]: encodeSafetensors(packTensors({ fitted, familiarity, calibration })),
    [golemFiles.training]: encode(`${JSON.stringify(training, null, 2)}\n`),
    ...(vocabulary
      ? { [golemFiles.text]: encode(`${JSON.stringify({ formatVersion, ...vocabulary }, null, 1)}\n`) }
      : {}),
    ...(report === undefined ? {} : { [reportFile]: encode(report) }),
  };
  return {
    ...bound,
    [golemFiles.card]: encode(writeModelCard(document)),
    [golemFiles.document]: encode(`${JSON.stringify({ ...document, files: hashFiles(bound) }, null, 2)}\n`),
  };
}
