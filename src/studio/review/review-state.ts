/**
 * The state of the page of `golem review`: recordings, the current one, and the labels given.
 *
 * Not its concern: how it is shown, keys.
 */
import { computed, signal } from "@preact/signals";
import type { ReviewItem, ReviewState } from "../../workflow/review.ts";

/** The recordings; undefined until they are loaded. */
export const items = signal<readonly ReviewItem[] | undefined>(undefined);
/** Labels to choose from. */
export const labels = signal<readonly string[]>([]);
/** Name of the reviewed folder. */
export const folderName = signal("");
/** Index of the current recording. */
export const position = signal(0);
/** Commands to run once labels were given. */
export const commands = signal<readonly string[]>([]);
/** Why the last request failed, and whether it was to save a label. */
export const failure = signal<{ readonly reason: string; readonly isSaving?: true } | undefined>(undefined);
/** The current recording. */
export const current = computed(() => items.value?.[position.value]);
/** Number of recordings with a label. */
export const labelled = computed(() => items.value?.filter(({ label }) => label !== undefined).length ?? 0);

async function request(path: string, init?: RequestInit): Promise<unknown> {
  const response = await fetch(path, init);
  const answer = (await response.json()) as { error?: { message: string } };
  if (response.ok) return answer;
  throw new Error(answer.error?.message ?? String(response.status));
}

/** Loads the review, and goes to the first recording without a label. */
export async function loadReview(): Promise<void> {
  try {
    const state = (await request("review/state")) as ReviewState;
    labels.value = state.labels;
    folderName.value = state.name;
    commands.value = state.commands;
    position.value = Math.max(
      0,
      state.items.findIndex(({ label }) => label === undefined),
    );
    items.value = state.items;
  } catch (error) {
    failure.value = { reason: (error as Error).message };
  }
}

/** Moves by recordings, within the first and the last. */
export function move(by: number): void {
  const last = (items.value?.length ?? 1) - 1;
  failure.value = undefined;
  position.value = Math.max(0, Math.min(last, position.value + by));
}

let isSaving = false;

/** Saves a label for the current recording ("" removes it), then goes on to the next without one. */
export async function giveLabel(text: string): Promise<void> {
  const item = current.value;
  const label = text.trim();
  if (!item || isSaving) return;
  isSaving = true;
  try {
    await request("review/answer", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ file: item.file, label }),
    });
    failure.value = undefined;
  } catch (error) {
    failure.value = { reason: (error as Error).message, isSaving: true };
    return;
  } finally {
    isSaving = false;
  }
  const { label: _, ...rest } = item;
  const all: ReviewItem[] = items.value!.map((one) =>
    one === item ? (label === "" ? rest : { ...rest, label }) : one,
  );
  items.value = all;
  if (label === "") return;
  if (!label.startsWith("_") && !labels.value.includes(label)) labels.value = [...labels.value, label].sort();
  const after = all.findIndex((one, i) => i > position.value && one.label === undefined);
  const first = after < 0 ? all.findIndex((one) => one.label === undefined) : after;
  if (first >= 0) position.value = first;
}
