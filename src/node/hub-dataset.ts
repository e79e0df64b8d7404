/**
 * Data sets of the Hugging Face Hub: hf:OWNER/NAME?config=C&split=S.
 *
 * Labels and speakers are read first, alone, and kept in the cache folder with what is known of the files; recordings
 * follow when they are wanted. What was read once for a commit is not asked for again.
 * Must not know: encoders, heads.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { GolemError, throwIfAborted } from "../core/error.ts";
import type { Dataset, Recording, SkippedRecording } from "../dataset/dataset.ts";
import { parseHubAddress } from "../dataset/hub-address.ts";
import {
  findHubConfigs,
  type HubConfig,
  type HubSplit,
  selectConfig,
  selectSplits,
} from "../dataset/hub-splits.ts";
import { type ColumnWish, chooseColumns, readFeatures, readText } from "../dataset/parquet-features.ts";
import { openParquetFile, type ParquetFile } from "../dataset/parquet-file.ts";
import { parseSplit } from "../dataset/split-word.ts";
import { writeFileAtomic } from "./atomic-write.ts";
import { getCacheFolder } from "./cache-folder.ts";
import type { Warning } from "./environment.ts";
import { openHubFile } from "./hub-byte-source.ts";
import { readRef } from "./hub-cache.ts";
import { createCacheError } from "./hub-error.ts";
import { fetchHubRevision, type HubOptions } from "./hub-file.ts";
import { createHubRecordings } from "./hub-recordings.ts";
import type { HubRepo } from "./hub-repo.ts";
import { getHubSettings } from "./hub-settings.ts";
import { parquetCompressors } from "./parquet-compressors.ts";
import type { LoadDatasetOptions } from "./recording-files.ts";

/** Where the Hub keeps what it converted to Parquet itself. */
const convertedRevision = "refs/convert/parquet";
/** Row groups whose labels are asked for at the same time. */
const concurrency = 6;

/** What is known of a data set's files at a commit; kept in the cache folder. */
interface FileList {
  /** Commit that holds the Parquet files: of the revision asked for, or of the converted branch. */
  readonly commit: string;
  readonly configs: readonly HubConfig[];
  readonly card: unknown;
}

/** Labels and speakers of a split's first rows; kept in the cache folder. */
interface RowTable {
  readonly audio: string;
  /** First row of each file; those that were not reached are missing. */
  readonly starts: readonly number[];
  /** [label, speaker] of each row, null where it has none. */
  readonly rows: readonly (readonly [string | null, string | null])[];
  readonly complete: boolean;
}

/**
 * Loads a data set of the Hub. With `limit`, labels are read only until so many recordings are known.
 *
 * @throws GolemError `usage`, `data-not-found` (no such configuration or split), `invalid-data` (no Parquet files, no
 *   column of audio or labels), `no-recordings`, and those of `fetchHubFile`.
 */
export async function loadHubDataset(
  spec: string,
  options: LoadDatasetOptions & HubOptions = {},
): Promise<Dataset> {
  const address = parseHubAddress(spec);
  const { settings = getHubSettings(), cache = getCacheFolder(), labels = "required", limit } = options;
  const warnings: Warning[] = [];
  const hubOptions: HubOptions = { ...options, settings, onWarning: (warning) => warnings.push(warning) };
  const repo: HubRepo = { id: address.id, type: "dataset" };
  const home = join(cache.datasets, "hf", toFolderName(address.id.replaceAll("/", "--")));
  const list = await loadFileList(repo, address.revision, home, hubOptions);
  const config = selectConfig(list.configs, address.config, address.id);
  const splits = selectSplits(config, address.split, address.id);
  const wish: ColumnWish = { label: address.label, speaker: address.speaker, labels };
  const recordings: Recording[] = [];
  const skipped: SkippedRecording[] = [];
  for (const split of splits) {
    const rest = limit === undefined ? undefined : limit - recordings.length;
    if (rest !== undefined && rest <= 0) break;
    if (split.partial) {
      warnings.push({
        code: "invalid-data",
        message: `The Hub has converted only the first part of ${address.id}, split ${split.name}, to Parquet; that part is used.`,
        hint: "",
      });
    }
    const folder = join(home, list.commit, toFolderName(config.name), toFolderName(split.name));
    const openFiles = split.files.map((path) =>
      openOnce({ ...repo, revision: list.commit, path }, hubOptions),
    );
    const table = await loadRows(
      folder,
      { address, config, split, list, wish, openFiles, limit: rest },
      options,
    );
    const rows: (Omit<Recording, "open" | "origin"> & { row: number })[] = [];
    for (const [row, [label, speaker]] of table.rows.entries()) {
      const file = `${config.name}/${split.name}/${row}`;
      if (label === null && labels === "required") {
        const message = `${file}: the row has no label; one was expected.`;
        skipped.push({ file, code: "invalid-data", message, hint: "Leave it out." });
        continue;
      }
      if (rows.length === rest) break;
      rows.push({
        ...{ row, file, label: label ?? "" },
        ...(speaker === null ? {} : { speaker }),
        // A split that was asked for by name is what its user wants it to be.
        split:
          splits.length === 1 && address.split !== undefined ? "none" : (parseSplit(split.name) ?? "none"),
      });
    }
    const files = openFiles.map((open, index) => ({
      start: table.starts[index] ?? Number.POSITIVE_INFINITY,
      open,
    }));
    recordings.push(...createHubRecordings(folder, files, table.audio, rows));
  }
  if (recordings.length === 0) {
    throw new GolemError(
      "no-recordings",
      `${spec} has ${skipped.length === 0 ? "no rows" : `${skipped.length} rows, none with a label`}.`,
      { hint: "Choose another split, or another column with ?label=COLUMN." },
    );
  }
  return { name: spec, recordings, warnings, skipped };
}

/** Which files there are: as the Hub says now; where it cannot be asked, as it said for that commit before. */
async function loadFileList(
  repo: HubRepo,
  revision: string,
  home: string,
  options: HubOptions,
): Promise<FileList> {
  const settings = options.settings!;
  const known = await readRef(settings.cache, repo, revision);
  const kept = known === undefined ? undefined : await readJson<FileList>(join(home, known, "files.json"));
  if (kept && (known === revision || settings.offline)) return kept;
  try {
    const found = await fetchHubRevision(repo, revision, options);
    if (found.commit === known && kept) return kept;
    const list = await findFiles(repo, found, options);
    await writeJson(join(home, found.commit, "files.json"), list);
    return list;
  } catch (error) {
    throwIfAborted(options.signal);
    if (!kept || !(error instanceof GolemError) || error.code !== "fetch-failed") throw error;
    options.onWarning?.({
      code: "fetch-failed",
      message: `${error.message} What was fetched before is used.`,
      hint: "It may be older than what the Hub has now.",
    });
    return kept;
  }
}

async function findFiles(
  repo: HubRepo,
  { commit, files, card }: Awaited<ReturnType<typeof fetchHubRevision>>,
  options: HubOptions,
): Promise<FileList> {
  const configs = findHubConfigs(files, card);
  if (configs.length > 0) return { commit, configs, card };
  const converted = await fetchHubRevision(repo, convertedRevision, options).catch((error: unknown) => {
    if (error instanceof GolemError && error.code === "hub-not-found") return undefined;
    throw error;
  });
  const others = findHubConfigs(converted?.files ?? [], undefined);
  if (converted && others.length > 0) return { commit: converted.commit, configs: others, card };
  throw new GolemError(
    "invalid-data",
    `The data set ${repo.id} has no Parquet files, neither its own nor converted by the Hub (${convertedRevision}); only those can be read.`,
    {
      hint: `Download it (hf download --repo-type dataset ${repo.id}) and name the folder, if it has one a class.`,
    },
  );
}

interface RowsWanted {
  readonly address: { readonly id: string };
  readonly config: HubConfig;
  readonly split: HubSplit;
  readonly list: FileList;
  readonly wish: ColumnWish;
  readonly openFiles: readonly (() => Promise<ParquetFile>)[];
  readonly limit: number | undefined;
}

/** Reads labels and speakers, group by group; from the cache folder when they were read before. */
async function loadRows(folder: string, wanted: RowsWanted, options: LoadDatasetOptions): Promise<RowTable> {
  const { wish, limit, openFiles } = wanted;
  const digest = createHash("sha256")
    .update(JSON.stringify([wish, wanted.split.files]))
    .digest("hex");
  const path = join(folder, `rows-${digest.slice(0, 16)}.json`);
  const kept = await readJson<RowTable>(path);
  if (kept && isEnough(kept, wish, limit)) return kept;
  const stage = "reading labels";
  const starts: number[] = [];
  const rows: [string | null, string | null][] = [];
  let counted = 0;
  let audio = "";
  const table = (complete: boolean): RowTable => ({ audio, starts, rows, complete });
  for (const [index, openFile] of openFiles.entries()) {
    if (isEnough(table(false), wish, limit)) break;
    const parquet = await openFile();
    const name = `The data set ${wanted.address.id}, ${wanted.split.files[index]},`;
    const features = readFeatures(
      ...([parquet.columns, parquet.notes.get("huggingface"), wanted.list.card, wanted.config.name] as const),
    );
    const choice = chooseColumns(features, wish, name);
    if (index > 0 && choice.audio !== audio) {
      throw new GolemError(
        "invalid-data",
        `${name} has its audio in ${choice.audio}, the files before it in ${audio}.`,
      );
    }
    audio = choice.audio;
    starts.push(counted);
    const columns = [...new Set([choice.label, choice.speaker].filter((column) => column !== undefined))];
    const atOnce = limit === undefined ? concurrency : 1;
    for (let first = 0; first < parquet.groups.length; first += atOnce) {
      throwIfAborted(options.signal);
      if (isEnough(table(false), wish, limit)) break;
      options.onProgress?.({ stage, completed: rows.length, total: counted + parquet.rows });
      const parts = await Promise.all(
        parquet.groups
          .slice(first, first + atOnce)
          .map(async ({ start, rows: count }) =>
            columns.length === 0
              ? Array.from({ length: count }, () => ({}) as Record<string, unknown>)
              : parquet.readRows(columns, start, start + count),
          ),
      );
      for (const values of parts.flat()) {
        const read = (column: string | undefined): string | null =>
          column === undefined ? null : (readText(values[column], features.get(column)) ?? null);
        rows.push([read(choice.label), read(choice.speaker)]);
      }
    }
    counted += parquet.rows;
  }
  const result = table(rows.length === counted && starts.length === openFiles.length);
  await writeJson(path, result);
  return result;
}

function isEnough({ rows, complete }: RowTable, { labels }: ColumnWish, limit: number | undefined): boolean {
  if (complete) return true;
  if (limit === undefined) return false;
  const usable = labels === "required" ? rows.filter(([label]) => label !== null).length : rows.length;
  return usable >= limit;
}

/** Opens a file when it is first needed; a failure is not remembered. */
function openOnce(file: Parameters<typeof openHubFile>[0], options: HubOptions): () => Promise<ParquetFile> {
  let opened: Promise<ParquetFile> | undefined;
  return () => {
    opened ??= openHubFile(file, options).then((source) => openParquetFile(source, parquetCompressors));
    opened.catch(() => {
      opened = undefined;
    });
    return opened;
  };
}

/** A name from the Hub as the name of one folder. */
function toFolderName(name: string): string {
  return encodeURIComponent(name.slice(0, 100)).replaceAll("*", "%2A").replace(/^\./, "%2E") || "%";
}

/** What the cache folder holds under a name; undefined when it is not there or was not written by this program. */
async function readJson<T extends object>(path: string): Promise<T | undefined> {
  try {
    const { version, value } = JSON.parse(await readFile(path, "utf8")) as { version: number; value: T };
    return version === 1 ? value : undefined;
  } catch {
    return undefined;
  }
}

async function writeJson(path: string, value: object): Promise<void> {
  await writeFileAtomic(path, JSON.stringify({ version: 1, value })).catch((error: unknown) => {
    throw createCacheError(error, path);
  });
}
