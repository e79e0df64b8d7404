/**
 * `golem export --format web`: a folder of static files that runs the golem in a browser: page, library, networks, golem.
 *
 * Must not know: the terminal, what is on the page.
 */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GolemError } from "../core/error.ts";
import {
  defaultEncoderId,
  encoderDefinitions,
  getEncoderDefinition,
  getTranscriberDefinition,
} from "../encoder/registry.ts";
import type { ExportedFiles } from "../export/exported-files.ts";
import { formatVersion, type TrainingDocument } from "../golem/golem-document.ts";
import { type GolemModel, golemFiles } from "../golem/golem-model.ts";
import { getWeightsFolder, pullWeights, type WeightOwner } from "./encoder-weights.ts";
import type { EnvironmentOptions } from "./environment.ts";
import type { Exported, ExportInput } from "./export-format.ts";

/** Files of the built library that are the page's and lie at the top. */
const pageFiles: Readonly<Record<string, string>> = { "page.html": "index.html", "page.css": "page.css" };

/** Stands for a hash that is nobody's business on a public page. */
const noHash = "0".repeat(64);

/** Makes the folder's files. Rejects with `unknown-encoder` for a golem whose encoder is not built in, and the errors of `pullWeights`. */
export async function exportWeb({ golem, ...environment }: ExportInput): Promise<Exported> {
  const { model, holds } = golem;
  const owners = findOwners(model);
  const files: Record<string, Uint8Array | string | { readonly copyOf: string }> = {};
  const library = await findLibrary();
  for (const name of await readdir(library)) {
    if (name.endsWith(".d.ts")) continue;
    files[pageFiles[name] ?? `golem-audio/${name}`] = { copyOf: join(library, name) };
  }
  const { [golemFiles.card]: _, ...encoded } = model.encode();
  for (const [name, bytes] of Object.entries(encoded)) files[`golem/${name}`] = bytes;
  files[`golem/${golemFiles.training}`] = JSON.stringify(keepHabits(model.training));
  Object.assign(files, await gatherWeights(owners, environment));
  return {
    files,
    holds: [
      holds[0]!,
      "of each recording its label, length, range of levels and how clear its words were",
      ...holds.slice(2),
    ],
    notes: [
      "Put the folder on any server of static files; to try it here: npx http-server FOLDER, or python3 -m http.server -d FOLDER",
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

function findOwners({ encoders, transcriber }: GolemModel): WeightOwner[] {
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
    ...(transcriber ? [getTranscriberDefinition(defaultEncoderId)!] : []),
  ];
}

async function gatherWeights(
  owners: readonly WeightOwner[],
  environment: EnvironmentOptions,
): Promise<ExportedFiles> {
  const files: Record<string, { readonly copyOf: string }> = {};
  for (const owner of owners) {
    await pullWeights(owner, environment);
    for (const { name } of owner.weights?.files ?? []) {
      files[`golem/weights/${owner.info.id}/${name}`] = {
        copyOf: join(getWeightsFolder(owner, environment.cache), name),
      };
    }
  }
  return files;
}

/** The library for browsers as it was built: beside this module's folder, or, where the sources run, in dist. */
async function findLibrary(): Promise<string> {
  for (const place of ["../web/", "../../dist/web/"]) {
    const folder = fileURLToPath(new URL(place, import.meta.url));
    if (await stat(join(folder, "hearing-worker.js")).catch(() => undefined)) return folder;
  }
  throw new GolemError("unexpected", "The library for browsers (dist/web) is not built here.", {
    hint: "Run `npm run build` first.",
  });
}
