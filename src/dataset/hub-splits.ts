/**
 * Assigns the Parquet files of a data set on the Hub to configurations and splits: by its card, else by the
 * names of its files.
 *
 * Not its concern: the network, the content of the files.
 *
 * Reference: https://huggingface.co/docs/hub/datasets-data-files-configuration.
 */
import { isRecord } from "../core/bounded-json.ts";
import { GolemError } from "../core/error.ts";
import type { Split } from "./dataset.ts";
import { createPathTest } from "./path-pattern.ts";
import { parseSplit } from "./split-name.ts";

interface HubSplit {
  readonly name: string;
  /** Paths in the repository, in the order of their rows. */
  readonly files: readonly string[];
  /** Whether the Hub converted only part of the rows to Parquet. */
  readonly partial: boolean;
}

/** One of the data sets in a repository. */
export interface HubConfig {
  readonly name: string;
  readonly isDefault: boolean;
  readonly splits: readonly HubSplit[];
}

/** Maximum number of steps for matching all patterns of a card: about a second. */
const matchingSteps = 3e8;

/** Finds the configurations that consist of Parquet files; none when there are no such files. */
export function findHubConfigs(files: readonly string[], card: unknown): HubConfig[] {
  const parquet = files.filter((path) => /\.parquet$/i.test(path)).sort();
  if (parquet.length === 0) return [];
  const declared = readDeclaredConfigs(card);
  if (declared.length === 0) return groupByName(parquet);
  const budget = { steps: matchingSteps };
  return declared.flatMap(({ name, isDefault, patterns }) => {
    const splits = new Map<string, Set<string>>();
    for (const { split, pattern } of patterns) {
      const matches = createPathTest(pattern, budget);
      for (const path of parquet.filter(matches)) add(splits, split ?? getSplitName(path), path);
    }
    return splits.size === 0 ? [] : [{ name, isDefault, splits: toSplits(splits) }];
  });
}

/**
 * Selects a configuration by name; without a name, the default or only one.
 *
 * @throws GolemError `data-not-found` with the names of those that exist.
 */
export function selectConfig(configs: readonly HubConfig[], name: string | undefined, id: string): HubConfig {
  const found =
    name === undefined
      ? (configs.find(({ isDefault }) => isDefault) ??
        (configs.length === 1 ? configs[0] : configs.find((config) => config.name === "default")))
      : configs.find((config) => config.name === name);
  if (found) return found;
  const names = configs.map((config) => config.name);
  const problem =
    name === undefined
      ? `has ${names.length} configurations and no default one`
      : `has no configuration ${name}`;
  throw new GolemError(
    "data-not-found",
    `The data set ${id} ${problem}; expected one of ${listSome(names)}.`,
    {
      hint: `Name one: hf:${id}?config=${names[0]}`,
    },
  );
}

/**
 * Selects splits by name ("train", "train+test"), or all.
 *
 * @throws GolemError `data-not-found` with the names of those that exist.
 */
export function selectSplits(config: HubConfig, split: string | undefined, id: string): HubSplit[] {
  if (split === undefined) return [...config.splits];
  return [...new Set(split.split("+"))].map((name) => {
    const found = config.splits.find((candidate) => candidate.name === name);
    if (found) return found;
    const names = config.splits.map((candidate) => candidate.name);
    throw new GolemError(
      "data-not-found",
      `The data set ${id}, configuration ${config.name}, has no split ${name}; expected one of ${listSome(names)}.`,
      { hint: `Name one: hf:${id}?config=${config.name}&split=${names[0]}; or leave it out to take all.` },
    );
  });
}

/** Parses the name of a split, or its first word, as in "test.clean" and "train-other-500". */
export function parseHubSplit(name: string): Split {
  return parseSplit(name) ?? parseSplit(/^[a-z]*/i.exec(name)![0]) ?? "none";
}

function listSome(names: readonly string[]): string {
  return names.slice(0, 30).join(", ") + (names.length > 30 ? ` and ${names.length - 30} more` : "");
}

interface DeclaredConfig {
  readonly name: string;
  readonly isDefault: boolean;
  readonly patterns: readonly { readonly split?: string; readonly pattern: string }[];
}

const toTexts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((entry) => typeof entry === "string");

/** Reads the `configs` of a card; unknown entries are ignored. */
function readDeclaredConfigs(card: unknown): DeclaredConfig[] {
  const configs = isRecord(card) && Array.isArray(card.configs) ? card.configs.filter(isRecord) : [];
  return configs.map(({ config_name, data_files, data_dir, default: isDefault }) => {
    const folder = typeof data_dir === "string" ? `${data_dir.replace(/^\.?\/+|\/+$/g, "")}/` : "";
    const patterns: { split?: string; pattern: string }[] = [];
    const entries = Array.isArray(data_files) ? data_files : [data_files ?? (folder === "" ? [] : "**")];
    for (const entry of entries) {
      if (isRecord(entry) && typeof entry.split === "string") {
        for (const pattern of toTexts(entry.path)) patterns.push({ split: entry.split, pattern });
      } else if (isRecord(entry)) {
        for (const [split, paths] of Object.entries(entry)) {
          for (const pattern of toTexts(paths)) patterns.push({ split, pattern });
        }
      } else for (const pattern of toTexts(entry)) patterns.push({ pattern });
    }
    return {
      name: typeof config_name === "string" ? config_name : "default",
      isDefault: isDefault === true,
      patterns: patterns.map(({ pattern, ...rest }) => ({
        ...rest,
        pattern: folder + pattern.replace(/^\.?\//, ""),
      })),
    };
  });
}

/**
 * Groups files named CONFIG/SPLIT/0000.parquet, CONFIG/SPLIT-00000-of-00001.parquet, data/SPLIT-....parquet,
 * SPLIT.parquet.
 */
function groupByName(paths: readonly string[]): HubConfig[] {
  const configs = new Map<string, Map<string, Set<string>>>();
  for (const path of paths) {
    const folders = path.split("/").slice(0, -1);
    const isNumbered = /^\d+\.parquet$/i.test(path.slice(path.lastIndexOf("/") + 1));
    const outer = (isNumbered ? folders.slice(0, -1) : folders).join("/");
    const name = outer === "" || outer === "data" ? "default" : outer;
    const splits = configs.get(name) ?? new Map<string, Set<string>>();
    configs.set(name, splits);
    add(splits, getSplitName(path), path);
  }
  return [...configs].map(([name, splits]) => ({
    name,
    isDefault: name === "default",
    splits: toSplits(splits),
  }));
}

/** Returns the split in a file's name, else its folder's name; "train" when neither gives one. */
function getSplitName(path: string): string {
  const parts = path.replace(/\.parquet$/i, "").split("/");
  const stem = parts.at(-1)!;
  const numbered = /^(.+?)-\d+(?:-of-\d+)?(?:-[0-9a-f]+)?$/i.exec(stem)?.[1];
  if (/^\d+$/.test(stem)) return parts.at(-2) ?? "train";
  return numbered ?? (/^(train|test|validation|dev|val|eval)/i.exec(stem) ? stem : "train");
}

function add(splits: Map<string, Set<string>>, name: string, path: string): void {
  const files = splits.get(name);
  if (files) files.add(path);
  else splits.set(name, new Set([path]));
}

/** Orders splits: train, others, validation, test, so that the first rows of a data set are for training. */
function toSplits(splits: ReadonlyMap<string, ReadonlySet<string>>): HubSplit[] {
  const order: Split[] = ["train", "none", "validation", "test"];
  return [...splits]
    .map(([name, files]) => ({
      name: name.replace(/^partial-/, ""),
      files: [...files],
      partial: name.startsWith("partial-"),
    }))
    .sort((a, b) => order.indexOf(parseHubSplit(a.name)) - order.indexOf(parseHubSplit(b.name)));
}
