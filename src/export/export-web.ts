/**
 * A golem as a folder of static files that runs in a browser: page, library, networks, golem. What lies where, and what the golem still tells.
 *
 * Not its concern: where the library and the networks' weights are, who writes the folder.
 */
import { GolemError } from "../core/error.ts";
import {
  encoderDefinitions,
  getEncoderDefinition,
  getTranscriberDefinition,
  type WeightSource,
} from "../encoder/registry.ts";
import { formatVersion, type TrainingDocument } from "../golem/golem-document.ts";
import { type GolemModel, golemFiles } from "../golem/golem-model.ts";
import type { PublicGolem } from "../golem/public-golem.ts";

/** Files of the built library that are the page's and lie at the top. */
const pageFiles: Readonly<Record<string, string>> = { "page.html": "index.html", "page.css": "page.css" };

/** Stands for a hash that is nobody's business on a public page. */
const noHash = "0".repeat(64);

/** Where a file of the built library (dist/web) lies in the folder; undefined for one that pages do not need. */
export function placeLibraryFile(name: string): string | undefined {
  if (name.endsWith(".d.ts")) return undefined;
  return pageFiles[name] ?? `golem-audio/${name}`;
}

/** Where the weight file `name` of the encoder `id` lies in the folder. */
export function placeWeightFile(id: string, name: string): string {
  return `golem/weights/${id}/${name}`;
}

/** The golem's own files, by their names in the folder, and what they still hold of the recordings. */
export function createWebGolem({ model, holds }: PublicGolem): {
  readonly files: Readonly<Record<string, Uint8Array | string>>;
  readonly holds: readonly string[];
} {
  const files: Record<string, Uint8Array | string> = {};
  const { [golemFiles.card]: _, ...encoded } = model.encode();
  for (const [name, bytes] of Object.entries(encoded)) files[`golem/${name}`] = bytes;
  files[`golem/${golemFiles.training}`] = JSON.stringify(keepHabits(model.training));
  return {
    files,
    holds: [
      holds[0]!,
      "of each recording its label, length, range of levels and how clear its words were",
      ...holds.slice(2),
    ],
  };
}

/** What listening to a stream goes by (detect/training-habits.ts); nothing else of the recordings. */
export function keepHabits({ recordings }: TrainingDocument): TrainingDocument {
  return {
    formatVersion,
    withheld: true,
    recordings: recordings.map(({ label, seconds, keptSeconds, dynamicsDb, logprob }, i) => ({
      ...{ file: `recording-${i + 1}`, label, seconds, keptSeconds, dynamicsDb, logprob },
      ...{ fileHash: noHash, audioHash: noHash },
    })),
  };
}

/** Whose weights the golem needs. Throws `unknown-encoder` where one is not built in. */
export function listWeightOwners({ encoders, transcriber }: Pick<GolemModel, "encoders" | "transcriber">): {
  readonly info: { readonly id: string; readonly revision: string };
  readonly weights?: WeightSource;
}[] {
  const foreign = encoders.find(({ id }) => !Object.hasOwn(encoderDefinitions, id));
  if (foreign) {
    throw new GolemError(
      "unknown-encoder",
      `The golem listens with ${foreign.id}; browsers run the built-in encoders ${Object.keys(encoderDefinitions).join(", ")} only.`,
      { hint: "Train it with a built-in encoder (no --encoder), or serve it with `golem serve`." },
    );
  }
  const ids = new Set([...encoders.map(({ id }) => id), ...(transcriber ? [transcriber.id] : [])]);
  return [
    ...[...ids].map((id) => getEncoderDefinition(id)),
    ...(transcriber ? [getTranscriberDefinition(transcriber.id)!] : []),
  ];
}
