/** Loads a data set with one folder per class. */

import type { ErrorRecord } from "../../core/error.ts";
import { GolemError } from "../../core/error.ts";
import { formatNumberOf } from "../../core/format.ts";
import { quoteShellWord } from "../../core/shell-word.ts";
import { describeUnpacking, isArchiveName } from "../../dataset/archive-name.ts";
import type { Dataset, Recording, SkippedRecording } from "../../dataset/dataset.ts";
import type { FolderLayout } from "../../dataset/folder-layout.ts";
import { checkLabel, checkLabelCount } from "../../dataset/label-limits.ts";
import { getExtension, isRecordingName } from "../../dataset/recording-name.ts";
import type { WalkedFolder } from "../disk/folder-walk.ts";
import { createRecording, type LoadDatasetOptions } from "./recording-files.ts";

const arrangement =
  "Make one folder per class and put its recordings into it (DATA/yes/1.wav, DATA/no/1.wav), " +
  "or add a metadata.csv with the columns file_name and label.";

/** A folder's files, and its layout. */
interface ReadFolder extends LoadDatasetOptions {
  readonly walked: WalkedFolder;
  readonly layout: FolderLayout;
}

/** Loads a folder per class; see `loadDataset`. */
export async function loadClassFolders(
  spec: string,
  folder: string,
  { walked, layout, ...options }: ReadFolder,
): Promise<Dataset> {
  const paths = walked.files.filter((path) => isRecordingName(getName(path)));
  const others = walked.files.filter((path) => !isRecordingName(getName(path)));
  const optional = options.labels === "optional";
  if (paths.length === 0) throw createNothingError(spec, others, walked);
  if (layout.problem && !optional) {
    throw new GolemError("invalid-data", `${spec}: ${layout.problem.message}`, { hint: layout.problem.hint });
  }
  const placed = layout.recordings;
  const loose = layout.problem ? paths : layout.loose;
  for (const { path, label } of placed) checkLabel(label, `The folder of ${JSON.stringify(path)}`);
  checkLabelCount(
    placed.map(({ label }) => label),
    spec,
  );
  if (placed.length === 0 && !optional) {
    throw new GolemError(
      "too-few-classes",
      `${spec} contains ${formatNumberOf(loose.length, "recording")} but no folders of classes and no metadata.csv, ` +
        "so the recordings have no labels.",
      { hint: arrangement },
    );
  }
  const recordings: Recording[] = placed.map(({ path, label, split }) =>
    createRecording(folder, { file: path, label, split }),
  );
  const warnings: (ErrorRecord & { file?: string })[] = [];
  if (layout.root !== "" && !optional) {
    warnings.push({
      code: "invalid-data",
      message: `${spec} contains only the folder ${layout.root}; the folders in it are used as classes (${describeSome([...new Set(placed.map(({ label }) => label))])}).`,
      hint: `If ${layout.root} is a class itself, put it next to the folders of the other classes.`,
    });
  }
  if (optional) {
    recordings.push(...loose.map((file) => createRecording(folder, { file, label: "", split: "none" })));
  } else if (loose.length > 0) {
    warnings.push({
      code: "invalid-data",
      message: `${loose.length} recordings are not in a class folder and are left out (${describeSome(loose)}).`,
      hint: arrangement,
    });
  }
  const filled = new Set(paths.map((path) => path.split("/")[0]));
  const empty = walked.folders.filter((name) => !filled.has(name));
  if (empty.length > 0) {
    warnings.push({
      code: "no-recordings",
      message: `No recordings in ${empty.length === 1 ? "the folder" : "the folders"} ${describeSome(empty)}.`,
      hint: "Add some, or delete it.",
    });
  }
  if (others.length > 0) {
    warnings.push({
      code: "not-audio",
      message: `${others.length} files do not have names of recordings and are left out (${countExtensions(others)}).`,
      hint: "",
    });
  }
  const skipped: SkippedRecording[] = walked.broken.map((file) => ({
    file,
    code: "data-not-found",
    message: `${file} is a link to a file that does not exist.`,
    hint: "Restore the file, or delete the link.",
  }));
  skipped.push(...walked.undecodable.map(({ name, bytes }) => describeUndecodable(name, bytes)));
  return { name: spec, recordings, warnings, skipped };
}

/** Describes why a file cannot be opened by its name. */
function describeUndecodable(file: string, bytes: string): SkippedRecording {
  return {
    file,
    code: "unreadable",
    message: `The name of ${file} is not UTF-8 (its bytes are ${bytes}), so it cannot be opened and is left out.`,
    hint: "Rename it; convmv -f latin1 -t utf8 -r --notest FOLDER does so for all names of a folder that are in Latin-1.",
  };
}

function createNothingError(
  spec: string,
  others: readonly string[],
  { undecodable }: Pick<WalkedFolder, "undecodable">,
): GolemError {
  const [broken] = undecodable;
  if (broken) {
    const { message, hint } = describeUndecodable(broken.name, broken.bytes);
    const more = undecodable.length > 1 ? ` ${undecodable.length - 1} more likewise.` : "";
    return new GolemError(
      "no-recordings",
      `${spec} contains no recordings that can be opened. ${message}${more}`,
      { hint },
    );
  }
  const archive = others.find(isArchiveName);
  if (archive !== undefined) {
    const { command, folder } = describeUnpacking(`${spec.replace(/\/+$/, "")}/${archive}`);
    return new GolemError(
      "no-recordings",
      `${spec} contains the archive ${archive} but no recordings; expected a folder of recordings per class.`,
      { hint: `Unpack it, and name the folder: ${command} && golem train ${quoteShellWord(folder)}` },
    );
  }
  const found = others.length === 0 ? "is empty" : `contains no recordings (only ${countExtensions(others)})`;
  return new GolemError("no-recordings", `${spec} ${found}; expected a folder of recordings per class.`, {
    hint: arrangement,
  });
}

function getName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function describeSome(names: readonly string[]): string {
  const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
  return names.slice(0, 5).join(", ") + more;
}

/** Counts the most frequent file extensions: ".txt 3, .csv 1". */
function countExtensions(paths: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const extension = `.${getExtension(getName(path))}`;
    counts.set(extension, (counts.get(extension) ?? 0) + 1);
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 5);
  return sorted.map(([extension, count]) => `${extension} ${count}`).join(", ");
}
