/** A data set in MInDS-14's form on a local server that speaks the Hub's protocol, for tests. */
import type { Dataset } from "../../../src/dataset/dataset.ts";
import type { LoadDatasetOptions } from "../../../src/node/data/recording-files.ts";
import { getCacheFolder } from "../../../src/node/disk/cache-folder.ts";
import { loadHubDataset } from "../../../src/node/hub/hub-dataset.ts";
import { type MindsOptions, writeMindsParquet } from "../recordings/minds-parquet.ts";
import { createScratchFolder } from "../scratch-folder.ts";
import { type HubContent, startHubServer } from "./hub-server.ts";

/** Its name. */
export const id = "PolyAI/minds14";
/** What its card says of configurations. */
export const card = {
  configs: [
    { config_name: "en-US", data_files: [{ split: "train", path: "en-US/train-*" }] },
    { config_name: "ko-KR", data_files: [{ split: "train", path: ["ko-KR/train-*.parquet"] }] },
  ],
};

/** Starts a server that has the data set, with a cache of its own. */
export async function start(
  content: Partial<HubContent> = {},
  minds: MindsOptions = { rows: 60, rowsPerGroup: 20 },
) {
  const server = await startHubServer();
  const file = writeMindsParquet(minds);
  const files = {
    "en-US/train-00000-of-00001.parquet": file,
    "ko-KR/train-00000-of-00001.parquet": file,
    "README.md": "",
  };
  const commit = server.put({ id, type: "dataset", files, card, ...content });
  const settings = await server.createSettings();
  const cache = getCacheFolder({ GOLEM_HOME: await createScratchFolder() });
  const load = (spec: string, options: LoadDatasetOptions & { offline?: boolean } = {}): Promise<Dataset> =>
    loadHubDataset(spec, { cache, settings: { ...settings, offline: options.offline ?? false }, ...options });
  const countBytes = (): number => server.log.reduce((sum, entry) => sum + entry.bytes, 0);
  return { server, file, commit, settings, cache, load, countBytes };
}

/** Bytes of one recording. */
export async function readRecording(dataset: Dataset, index: number): Promise<Uint8Array> {
  const source = await dataset.recordings[index]!.open();
  try {
    return await source.read(0, source.byteLength);
  } finally {
    await source.close();
  }
}
