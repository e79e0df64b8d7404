/**
 * Which class is being recorded, and how many of it are wanted: chosen on one screen, used on another.
 *
 * Not its concern: screens.
 */
import { computed, signal } from "@preact/signals";
import { task } from "./tasks.ts";

/** Recordings of each class that are aimed at. */
export const usualGoal = 8;

const choice = signal<{ readonly name: string; readonly wanted: number } | undefined>(undefined);

/** The class of the open task that is chosen, else its first; undefined while it has none. */
export const chosenClass = computed(() => {
  const { classes = [] } = task.value ?? {};
  return classes.find((name) => name === choice.value?.name) ?? classes[0];
});

/** Recordings of it that are wanted. */
export const wantedCount = computed(() =>
  choice.value && choice.value.name === chosenClass.value ? choice.value.wanted : usualGoal,
);

/** Chooses a class, of which `wanted` recordings are wanted. */
export function chooseClass(name: string, wanted = usualGoal): void {
  choice.value = { name, wanted };
}
