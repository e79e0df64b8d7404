/**
 * What to label next: files without labels are embedded, and those that the golem would learn most from are
 * listed.
 *
 * Not its concern: how they are chosen (workflow/suggest-recordings.ts), screens.
 */
import { signal } from "@preact/signals";
import { getExtension, isRecordingName } from "../../dataset/recording-name.ts";
import type { Suggestions } from "../../workflow/suggest-recordings.ts";
import type { FoundFile } from "../data/found-files.ts";
import { computeHash, keepFiles } from "./keep.ts";
import { tellError } from "./notice.ts";
import { task } from "./tasks.ts";
import { keepUnowned } from "./tidying.ts";
import { getLearner, shareOut } from "./workers.ts";

/** A file worth labelling, and why. */
export type Suggested = Suggestions["suggestions"][number] & { readonly found: FoundFile };

/** Files embedded and files in all, while a pool is read. */
export const poolProgress = signal<readonly [done: number, all: number] | undefined>(undefined);

/** The suggestions for the task that they were made for, best first. */
export const suggestions = signal<{ readonly task: string; readonly list: readonly Suggested[] } | undefined>(
  undefined,
);

/** Chooses from files; those that cannot be embedded are passed over. */
export function suggestFrom(files: readonly FoundFile[]): Promise<void> {
  return keepUnowned(() => suggestAmong(files));
}

async function suggestAmong(files: readonly FoundFile[]): Promise<void> {
  const open = task.value;
  const sounds = files.filter(({ path }) => isRecordingName(path.split("/").at(-1)!));
  if (!open || poolProgress.value) return;
  suggestions.value = undefined;
  poolProgress.value = [0, sounds.length];
  try {
    const hashes = new Map<string, string>();
    await shareOut(sounds, async (worker, { path, read }) => {
      const bytes = await read();
      const hash = await computeHash(bytes);
      await worker.call("embedFile", { bytes, name: path, hash }).then(
        () => hashes.set(path, hash),
        () => {},
      );
      poolProgress.value = [(poolProgress.value?.[0] ?? 0) + 1, sounds.length];
    });
    const pool = sounds.flatMap(({ path }) => {
      const hash = hashes.get(path);
      return hash === undefined ? [] : [{ file: path, hash }];
    });
    const { suggestions: chosen } = await getLearner().call("suggest", { task: open.id, pool });
    const byPath = new Map(sounds.map((file) => [file.path, file]));
    const list = chosen.map((one) => ({ ...one, found: byPath.get(one.file)! }));
    if (task.value?.id === open.id) suggestions.value = { task: open.id, list };
  } catch (error) {
    tellError(error);
  } finally {
    poolProgress.value = undefined;
  }
}

/** Adds a suggested file to a class of the open task. */
export async function acceptSuggestion({ file, found }: Suggested, label: string): Promise<void> {
  const open = task.value;
  if (!open) return;
  const original = file.split("/").at(-1)!;
  await keepFiles(open, [
    { bytes: await found.read(), label, extension: getExtension(original) || "wav", original },
  ]);
  const { value } = suggestions;
  if (value) suggestions.value = { ...value, list: value.list.filter((one) => one.file !== file) };
}
