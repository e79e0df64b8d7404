/** The commands that reproduce a golem, and a data set's display name; no paths of this machine. */
import { quoteShellWord } from "../core/shell-word.ts";
import type { Dataset } from "../dataset/dataset.ts";
import { isHubAddress } from "../dataset/hub-address.ts";
import type { GolemDocument } from "../golem/golem-document.ts";
import type { TrainingDocument } from "../golem/training-document.ts";
import type { MeasureOptions } from "./training-options.ts";

const isAbsolute = (path: string): boolean => /^([/\\]|[a-z]:[/\\])/i.test(path);

/** Converts options of training to flags, for the record; a flag without a value is true. */
export function describeAsked(
  options: MeasureOptions & {
    readonly test?: string | Dataset | undefined;
    readonly negatives?: number | undefined;
  },
): Record<string, string | number | boolean> {
  const { encoder, precision, layer, pooling, head, shots, limit, test, transcript, audio, annotations } =
    options;
  const { augment, noise, rooms } = options;
  const flags = {
    ...{ encoder, precision, layer, pooling, head, shots, limit },
    test: typeof test === "object" ? test.name : test,
    "no-transcript": transcript === false ? true : undefined,
    ...{ augment, noise, rooms, negatives: options.negatives },
    "no-trim": audio?.trim === false ? true : undefined,
    "max-seconds": audio?.maximumSeconds,
    ...annotations,
  };
  return Object.fromEntries(
    Object.entries(flags).flatMap(([flag, value]) => (value === undefined ? [] : [[flag, value]])),
  );
}

/** Converts recorded flags to options, to measure training again; without the test set. */
export function readAsked(asked: Readonly<Record<string, unknown>> = {}): MeasureOptions {
  const {
    "no-transcript": noTranscript,
    "no-trim": noTrim,
    "max-seconds": maximumSeconds,
    margin,
    background,
    negatives: _negatives,
    ...flags
  } = asked;
  const { test: _, ...options } = flags as MeasureOptions & { test?: unknown };
  return {
    ...options,
    transcript: noTranscript !== true,
    annotations: {
      ...(typeof margin === "number" ? { margin } : {}),
      ...(background === "none" ? { background } : {}),
    },
    audio: {
      trim: noTrim !== true,
      ...(typeof maximumSeconds === "number" ? { maximumSeconds } : {}),
    },
  };
}

/** Gets the name of a data set for titles: the last part of its path, or its address. */
export function describeDataset(name: string): string {
  if (isHubAddress(name)) return name;
  const parts = name.split(/[\\/]+/).filter((part) => part !== "" && part !== ".");
  return parts.at(-1) ?? name;
}

/** Returns a location as it was given, unless that would reveal folders of the machine. */
export function describePlace(name: string): string {
  const isTelling = isAbsolute(name) || name.startsWith("~") || name.split(/[\\/]/).includes("..");
  return isTelling && !isHubAddress(name) ? describeDataset(name) : name;
}

/** Lists the commands that train the golem and write its report. */
export function listCommands(
  { data, seed }: GolemDocument,
  { asked = {}, withheld }: TrainingDocument,
): string[] {
  if (withheld) {
    return [
      "# This golem was exported without names of recordings, speakers, transcripts and findings.",
      "# With the recordings, the report has sound and a learning curve again:",
      "npx golem report my-golem --data DATA",
    ];
  }
  const flags = Object.entries(asked).flatMap(([flag, value]) =>
    value === true ? [`--${flag}`] : [`--${flag}`, quoteShellWord(describePlace(String(value)))],
  );
  const train = [
    "npx golem train",
    quoteShellWord(describePlace(data.name)),
    "--out my-golem",
    ...flags,
    `--seed ${seed}`,
  ];
  return [train.join(" "), "npx golem report my-golem"];
}

/** Converts a name in the data set to the name in a report. */
export type FileNamer = (file: string) => string;

/**
 * Names recordings in a report by their names in the data set. Names that lead out of its folder (as in lists
 * of absolute paths) are shortened by the folders that all of them share, or else to their last two parts.
 */
export function createFileNamer(files: readonly string[]): FileNamer {
  const leadsOut = (file: string) => file.startsWith("../") || isAbsolute(file) || /^[a-z]:/i.test(file);
  if (!files.some(leadsOut)) return (file) => file;
  const folders = files.map((file) => file.split("/").slice(0, -1));
  const [first = []] = folders;
  let shared = 0;
  while (shared < first.length && folders.every((parts) => parts[shared] === first[shared])) shared++;
  return (file) => {
    const parts = file.split("/");
    const isShared = first.slice(0, shared).every((part, i) => parts[i] === part);
    const rest = isShared ? parts.slice(shared).join("/") : file;
    return leadsOut(rest) ? parts.slice(-2).join("/") : rest;
  };
}
