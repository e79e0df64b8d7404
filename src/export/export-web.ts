/**
 * Export format `web`: a golem as a folder of static files that run in a browser (page, library, networks,
 * golem). This file defines the layout of the folder and the contents of its golem.
 *
 * Not its concern: fetching weights, writing the folder.
 */
import { GolemError } from "../core/error.ts";
import {
  encoderDefinitions,
  getEncoderDefinition,
  getTranscriberDefinition,
  type WeightSource,
} from "../encoder/registry.ts";
import { formatVersion } from "../golem/golem-document.ts";
import { encodeGolem } from "../golem/golem-encoding.ts";
import { type GolemModel, golemFiles } from "../golem/golem-model.ts";
import type { PublicGolem } from "../golem/public-golem.ts";
import type { TrainingDocument } from "../golem/training-document.ts";

/** Files of the built library that belong to the page, and their names at the top of the folder. */
const pageFiles: Readonly<Record<string, string>> = {
  "page.html": "index.html",
  "look.css": "look.css",
  "page.css": "page.css",
};

/** Written in place of hashes, which a public page does not need. */
const noHash = "0".repeat(64);

/** Returns a built file's path in the folder (dist/web); undefined if pages do not need it. */
export function placeLibraryFile(name: string): string | undefined {
  if (name.endsWith(".d.ts")) return undefined;
  return pageFiles[name] ?? `golem-audio/${name}`;
}

/** Returns the path in the folder of the weight file `name` of the encoder `id`. */
export function placeWeightFile(id: string, name: string): string {
  return `golem/weights/${id}/${name}`;
}

/** Creates the golem's own files, by path in the folder, and sentences on what they contain. */
export function createWebGolem({ model, holds }: PublicGolem): {
  readonly files: Readonly<Record<string, Uint8Array | string>>;
  readonly holds: readonly string[];
} {
  const files: Record<string, Uint8Array | string> = {};
  const reduced = { ...model, training: keepDetectionFields(model.training) };
  const { [golemFiles.card]: _, ...encoded } = encodeGolem(reduced);
  for (const [name, bytes] of Object.entries(encoded)) files[`golem/${name}`] = bytes;
  return {
    files,
    holds: [
      holds[0]!,
      "for each recording its label, duration, range of levels and clarity of speech",
      ...holds.slice(2),
    ],
  };
}

/** Keeps only the fields of recordings that detection uses (detect/training-statistics.ts). */
export function keepDetectionFields({ recordings }: TrainingDocument): TrainingDocument {
  return {
    formatVersion,
    withheld: true,
    recordings: recordings.map(({ label, seconds, keptSeconds, dynamicsDb, logprob }, i) => ({
      ...{ file: `recording-${i + 1}`, label, seconds, keptSeconds, dynamicsDb, logprob },
      ...{ fileHash: noHash, audioHash: noHash },
    })),
  };
}

/** Lists the encoders and transcriber whose weights are needed. Throws `unknown-encoder` for others. */
export function listWeightOwners({ encoders, transcriber }: Pick<GolemModel, "encoders" | "transcriber">): {
  readonly info: { readonly id: string; readonly revision: string };
  readonly weights?: WeightSource;
}[] {
  const foreign = encoders.find(({ id }) => !Object.hasOwn(encoderDefinitions, id));
  if (foreign) {
    throw new GolemError(
      "unknown-encoder",
      `The golem uses the encoder ${foreign.id}; browsers run only the built-in encoders ${Object.keys(encoderDefinitions).join(", ")}.`,
      { hint: "Train it with a built-in encoder (no --encoder), or serve it with `golem serve`." },
    );
  }
  const ids = new Set([...encoders.map(({ id }) => id), ...(transcriber ? [transcriber.id] : [])]);
  return [
    ...[...ids].map((id) => getEncoderDefinition(id)),
    ...(transcriber ? [getTranscriberDefinition(transcriber.id)!] : []),
  ];
}
