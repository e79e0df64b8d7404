/**
 * A review of a folder on disk: kept clips, or any recordings, and the labels given to them.
 *
 * Every answer is written before it is confirmed, so a review can be stopped and continued at any time, and
 * several may be open on one folder. Not its concern: how recordings are shown.
 */
import { access } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { GolemError } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { checkLabel } from "../../dataset/label-limits.ts";
import { isRecordingName } from "../../dataset/recording-name.ts";
import { type ReviewItem, type ReviewState, sortByDoubt } from "../../workflow/review.ts";
import { readListTable } from "../data/read-list.ts";
import { walkFolder } from "../disk/folder-walk.ts";
import type { Golem } from "../golem.ts";
import { type Answer, answersName, readAnswers, writeAnswers } from "./answers.ts";
import { readManifest } from "./kept-manifest.ts";

/** Options of {@link openReview}. */
export interface ReviewOptions extends WorkOptions {
  /** A golem that predicts labels for recordings without a known one. */
  readonly golem?: Pick<Golem, "labels" | "predictFiles"> | undefined;
}

/** A review of one folder. */
export interface ReviewFolder {
  /** Gets the recordings to review now, and the labels given so far. */
  getState(): Promise<Omit<ReviewState, "commands">>;
  /** Finds the absolute path of a recording of the review; undefined for any other name. */
  locate(file: string): string | undefined;
  /**
   * Sets labels of recordings; an empty label removes the recording's label. Either all of them are written,
   * or none. Rejects with `invalid-data` for other files and invalid labels, and with `output-failed`.
   */
  answer(answers: readonly { readonly file: string; readonly label: string }[]): Promise<void>;
}

/**
 * Opens a review. Rejects with `no-recordings` for a folder without any, `output-exists` if its metadata.csv
 * was not written by a review, and with the errors of reading.
 */
export async function openReview(folder: string, options: ReviewOptions = {}): Promise<ReviewFolder> {
  const root = resolve(folder);
  const guesses = new Map<string, ReviewItem["heard"]>();
  let items = new Map<string, ReviewItem>();
  const refresh = async (work: WorkOptions = {}): Promise<Map<string, Answer>> => {
    const found = (await listItems(root, work)).map((item): ReviewItem => {
      const heard = item.heard ?? guesses.get(item.file);
      return heard ? { ...item, heard } : item;
    });
    items = new Map(found.map((item) => [item.file, item]));
    return readAnswers(root);
  };
  await refresh(options);
  if (items.size === 0) {
    throw new GolemError("no-recordings", `${folder} has no recordings; expected some to review.`, {
      hint: "Keep some with golem listen --keep DIR, or name a folder of recordings.",
    });
  }
  const { golem } = options;
  const unnamed = [...items.values()].filter(({ heard }) => !heard).map(({ file }) => file);
  if (golem && unnamed.length > 0) {
    let at = 0;
    for await (const { prediction } of golem.predictFiles(
      unnamed.map((file) => join(root, file)),
      options,
    )) {
      const file = unnamed[at++]!;
      if (!prediction) continue;
      const { label, confidence, unknown } = prediction;
      guesses.set(file, { label, confidence, kind: unknown ? "unknown" : "event" });
    }
  }
  let turn: Promise<unknown> = Promise.resolve();
  const write = async (given: readonly { file: string; label: string }[]): Promise<void> => {
    // Read again, since another review may have changed it.
    const answers = await readAnswers(root);
    for (const { file, label: text } of given) {
      const item = items.get(file);
      if (!item) {
        throw new GolemError("invalid-data", `${file.slice(0, 200)} is not a recording of this review.`, {
          hint: `Name files as in ${answersName}: relative to the reviewed folder.`,
        });
      }
      const label = text.trim().normalize("NFC");
      checkLabel(label, file);
      if (label !== "") await checkExists(root, file);
      if (label === "") answers.delete(file);
      else answers.set(file, { file, label, source: item.source, ...item.segment });
    }
    await writeAnswers(root, answers);
  };
  return {
    async getState() {
      const answers = await refresh();
      const all = sortByDoubt([...items.values()]).map((item) => {
        const label = answers.get(item.file)?.label;
        return label === undefined ? item : { ...item, label };
      });
      const used = all.flatMap(({ heard, label }) => [heard?.label ?? "", label ?? ""]);
      const labels = new Set([...used, ...(golem?.labels ?? [])]);
      return {
        name: basename(root),
        items: all,
        labels: [...labels].filter((label) => label !== "" && !label.startsWith("_")).sort(),
      };
    },
    locate: (file) => (items.has(file) ? join(root, file) : undefined),
    answer(answers) {
      const result = turn.then(() => write(answers));
      turn = result.catch(() => {});
      return result;
    },
  };
}

/** Throws if a clip was deleted since it was listed, to free space for others. */
async function checkExists(root: string, file: string): Promise<void> {
  await access(join(root, file)).catch((cause: unknown) => {
    const message = `${file} no longer exists; expected a recording of this review.`;
    throw new GolemError("data-not-found", message, { hint: "Reload the review.", cause });
  });
}

/** Reads answers from a table with the columns file_name and label. Rejects with `invalid-data`. */
export async function readGivenAnswers(path: string): Promise<{ file: string; label: string }[]> {
  const name = basename(path);
  const { columns, rows } = await readListTable(path, name, {});
  const missing = ["file_name", "label"].filter((column) => !columns.includes(column));
  if (missing.length > 0) {
    throw new GolemError("invalid-data", `${name} has no column ${missing.join(" and no column ")}.`, {
      hint: "Name the columns file_name and label.",
    });
  }
  return rows.map(({ cells }) => ({ file: cells.get("file_name") ?? "", label: cells.get("label") ?? "" }));
}

/** Lists the kept clips that still exist; in a folder without a manifest, all recordings. */
async function listItems(root: string, options: WorkOptions): Promise<ReviewItem[]> {
  const manifest = await readManifest(root);
  const { files } = await walkFolder(root, options);
  if (!manifest) {
    return files.filter((file) => isRecordingName(basename(file))).map((file) => ({ file, source: "" }));
  }
  const existing = new Set(files);
  return manifest
    .filter(({ file_name }) => existing.has(file_name))
    .map(({ file_name, heard: label, confidence, kind, start, end, source }) => ({
      ...{ file: file_name, source },
      heard: { label, confidence, kind },
      segment: { start, end },
    }));
}
