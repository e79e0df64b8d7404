/** Records of the pretrained graphs in the cache folder, one next to each graph, for `golem encoders`. */

import { readdir, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { parseBoundedJson } from "../../core/bounded-json.ts";
import type { EncoderInfo } from "../../encoder/encoder.ts";
import type { ResolvedEncoder } from "../../encoder/resolved-encoder.ts";
import { writeFileAtomic } from "../disk/atomic-write.ts";
import { type CacheFolder, getCacheFolder } from "../disk/cache-folder.ts";
import { computeFileHash } from "../disk/file-hash.ts";
import { readRegularFile } from "../disk/regular-file.ts";
import type { FileState } from "./package-files.ts";
import { checkPretrainedGraph, getGraphHashPath } from "./pretrained-graph.ts";

/** Maximum size of a record, in bytes. */
const maximumRecordBytes = 1 << 20;

/** A pretrained model with a graph in the cache folder. */
export interface PretrainedRecord {
  readonly info: EncoderInfo;
  readonly description: string;
  readonly licence: string;
  /** Folder of the checkpoint; it may have been deleted. */
  readonly folder: string;
  readonly graph: string;
  readonly bytes: number;
}

/** Records the encoder of a graph. */
export async function recordPretrained(
  { info, description, licence, source }: ResolvedEncoder,
  graph: string,
) {
  if (source.kind !== "pretrained") return;
  const record = { info, description, licence, folder: source.folder, bytes: (await stat(graph)).size };
  const json = `${JSON.stringify(record, null, 2)}\n`;
  const path = `${graph}.json`;
  if ((await readRegularFile(path, maximumRecordBytes).catch(() => "")).toString() !== json)
    await writeFileAtomic(path, json);
}

/** Lists the pretrained models with graphs, by name; `id` limits the list to one name, at any commit. */
export async function listPretrained(
  id?: string,
  cache: CacheFolder = getCacheFolder(),
): Promise<PretrainedRecord[]> {
  const root = join(cache.encoders, "pretrained encoders");
  const records: PretrainedRecord[] = [];
  for (const name of await readdir(root, { recursive: true }).catch(() => [])) {
    if (!name.endsWith(".onnx.json")) continue;
    const path = join(root, name);
    const graph = path.slice(0, -".json".length);
    try {
      const record = parseBoundedJson(await readRegularFile(path, maximumRecordBytes), Error) as Omit<
        PretrainedRecord,
        "graph"
      >;
      const isThere = (await stat(graph)).isFile() && typeof record.info.id === "string";
      if (isThere && (id === undefined || matches(record.info, id))) records.push({ ...record, graph });
    } catch {
      // A record without its graph, or an unreadable one: ignored.
    }
  }
  const sortKey = ({ info }: PretrainedRecord) =>
    `${info.id} ${info.revision} ${info.precision} ${info.layers}`;
  return records.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function matches({ id, revision }: EncoderInfo, wanted: string): boolean {
  return id === wanted || `${id}@${revision}` === wanted || id === resolve(wanted);
}

/** Checks the checkpoint's files and the graph by hash. */
export async function verifyPretrained({
  info,
  folder,
  graph,
}: PretrainedRecord): Promise<{ state: FileState; files: { name: string; state: FileState }[] }> {
  const files: { name: string; state: FileState }[] = [];
  for (const [name, expected] of Object.entries(info.sha256)) {
    const found = await computeFileHash(join(folder, name)).catch(() => undefined);
    files.push({ name, state: found === undefined ? "missing" : found === expected ? "present" : "damaged" });
  }
  const state = await checkPretrainedGraph(graph);
  files.push({ name: basename(graph), state: state === "present" ? state : "damaged" });
  const worst =
    files.find(({ state }) => state === "damaged") ?? files.find(({ state }) => state === "missing");
  return { state: worst?.state ?? "present", files };
}

/** Removes graphs, but not their checkpoints. Returns the number of freed bytes. */
export async function removePretrained(records: readonly PretrainedRecord[]): Promise<number> {
  for (const { graph } of records) {
    await rm(`${graph}.json`, { force: true });
    await rm(getGraphHashPath(graph), { force: true });
    await rm(graph, { force: true });
    const folder = dirname(graph);
    if ((await readdir(folder).catch(() => [""])).length === 0)
      await rm(folder, { recursive: true, force: true });
  }
  return records.reduce((sum, { bytes }) => sum + bytes, 0);
}
