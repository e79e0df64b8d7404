/**
 * Data sets of the Hugging Face Hub: hf:OWNER/NAME?config=C&split=S.
 *
 * Labels and speakers are read first and cached with the file list; recordings are read when needed. Nothing
 * is requested twice for the same commit.
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { GolemError } from "../../core/error.ts";
import type { Dataset, Recording, SkippedRecording } from "../../dataset/dataset.ts";
import { parseHubAddress } from "../../dataset/hub-address.ts";
import { parseHubSplit, selectConfig, selectSplits } from "../../dataset/hub-splits.ts";
import { checkLabel, checkLabelCount } from "../../dataset/label-limits.ts";
import type { ColumnOptions } from "../../dataset/parquet-features.ts";
import { openParquetFile, type ParquetFile } from "../../dataset/parquet-file.ts";
import type { LoadDatasetOptions } from "../data/recording-files.ts";
import { getCacheFolder } from "../disk/cache-folder.ts";
import type { Warning } from "../environment.ts";
import { openHubFile } from "./hub-byte-source.ts";
import type { HubOptions } from "./hub-file.ts";
import { loadFileList } from "./hub-file-list.ts";
import { createHubRecordings } from "./hub-recordings.ts";
import type { HubRepo } from "./hub-repo.ts";
import { loadRows } from "./hub-rows.ts";
import { getHubSettings } from "./hub-settings.ts";
import { createIsolatedReader } from "./parquet-process.ts";

/**
 * Loads a data set of the Hub. With `limit`, labels are read only until that many recordings are found.
 *
 * @throws GolemError `usage`, `data-not-found` (no such configuration or split), `invalid-data` (no Parquet
 *   files, no column of audio or labels), `no-recordings`, and those of `fetchHubFile`.
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
  const wish: ColumnOptions = { label: address.label, speaker: address.speaker, labels };
  const recordings: Recording[] = [];
  const skipped: SkippedRecording[] = [];
  for (const split of splits) {
    const rest = limit === undefined ? undefined : limit - recordings.length;
    if (rest !== undefined && rest <= 0) break;
    if (split.partial) {
      warnings.push({
        code: "invalid-data",
        message: `The Hub has converted only the first part of ${address.id}, split ${split.name}, to Parquet; only that part is used.`,
        hint: "",
      });
    }
    const folder = join(home, list.commit, toFolderName(config.name), toFolderName(split.name));
    const openFiles = split.files.map((path) =>
      openOnce({ ...repo, revision: list.commit, path }, hubOptions),
    );
    const named = { id: address.id, config: config.name, paths: split.files, card: list.card };
    const table = await loadRows(folder, { ...named, wish, openFiles, limit: rest }, options);
    warnings.push(...(table.warnings ?? []));
    const rows: (Omit<Recording, "open" | "origin"> & { row: number })[] = [];
    for (const [row, [label, speaker]] of table.rows.entries()) {
      const file = `${config.name}/${split.name}/${row}`;
      if (label === null && labels === "required") {
        const message = `${file}: the row has no label; expected one.`;
        skipped.push({ file, code: "invalid-data", message, hint: "Leave it out." });
        continue;
      }
      if (rows.length === rest) break;
      checkLabel(label ?? "", file);
      rows.push({
        ...{ row, file, label: label ?? "" },
        ...(speaker === null ? {} : { speaker }),
        // The name of a single requested split has no meaning.
        split: splits.length === 1 && address.split !== undefined ? "none" : parseHubSplit(split.name),
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
  checkLabelCount(
    recordings.map(({ label }) => label),
    spec,
  );
  return { name: spec, isPublic: list.isPublic === true, recordings, warnings, skipped };
}

/** Returns a function that opens a file on first use; a failure is not cached. */
function openOnce(file: Parameters<typeof openHubFile>[0], options: HubOptions): () => Promise<ParquetFile> {
  let opened: Promise<ParquetFile> | undefined;
  return () => {
    opened ??= openHubFile(file, options).then((source) =>
      openParquetFile(source, createIsolatedReader(options)),
    );
    opened.catch(() => {
      opened = undefined;
    });
    return opened;
  };
}

/** Converts a Hub name to a folder name that is valid on any system. */
function toFolderName(name: string): string {
  if (/^[A-Za-z0-9][\w.-]{0,79}$/.test(name)) return name;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 12);
  return `${name.replaceAll(/[^\w-]/g, "_").slice(0, 60)}-${digest}`;
}
