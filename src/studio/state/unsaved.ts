/**
 * Recordings that the browser had no room for: they stay in memory until they are saved or discarded.
 *
 * Not its concern: how they are saved, how the page shows them.
 */
import { computed, signal } from "@preact/signals";
import { GolemError } from "../../core/error.ts";
import { hush, notice, tellError } from "./notice.ts";

/** Recordings to save, and how. */
interface Unsaved {
  /** Id of the task that they belong to. */
  readonly owner: string;
  /** How many are not saved yet. */
  count(): number;
  /** Saves them; what an earlier attempt has saved is not saved again. */
  save(): Promise<void>;
}

const held = signal<readonly Unsaved[]>([]);

/** Recordings in memory that are not saved. */
export const unsavedCount = computed(() => held.value.reduce((sum, one) => sum + one.count(), 0));

/** `saving` while they are tried again, `full` when there was still no room. */
export const retryState = signal<"saving" | "full" | undefined>(undefined);

/** Whether an error says that the browser's storage is full. */
export const isStorageFull = (error: unknown): boolean =>
  error instanceof GolemError && error.code === "store-failed";

/** Saves recordings; if there is no room, they are held in memory. Resolves with whether they are saved. */
export async function saveOrHold(one: Unsaved): Promise<boolean> {
  try {
    await one.save();
    return true;
  } catch (error) {
    if (!isStorageFull(error)) throw error;
    held.value = [...held.value, one];
    // An earlier message about what was added would cover, with this one, half of a phone.
    if (!notice.value?.isError && !notice.value?.action) hush();
    return false;
  }
}

/** Tries again to save what is held, in its order; what there is no room for stays. */
export async function saveHeld(): Promise<void> {
  if (retryState.value === "saving") return;
  retryState.value = "saving";
  let isFull = false;
  for (const one of held.value) {
    // Its task may have been deleted meanwhile.
    if (!held.value.includes(one)) continue;
    try {
      await one.save();
    } catch (error) {
      isFull ||= isStorageFull(error);
      if (!isStorageFull(error)) tellError(error);
      // Some may have been saved, so they are counted again.
      held.value = [...held.value];
      continue;
    }
    held.value = held.value.filter((other) => other !== one);
  }
  retryState.value = isFull ? "full" : undefined;
}

/** Discards what is held, or only what belongs to a task that was deleted. */
export function discardHeld(owner?: string): void {
  held.value = owner === undefined ? [] : held.value.filter((one) => one.owner !== owner);
  if (held.value.length === 0 && retryState.value === "full") retryState.value = undefined;
}

addEventListener("beforeunload", (event) => {
  if (held.value.length > 0) event.preventDefault();
});

// Changes of names, classes and settings are not held; that they were not saved is shown.
addEventListener("unhandledrejection", ({ reason }) => {
  if (isStorageFull(reason)) tellError(reason);
});
