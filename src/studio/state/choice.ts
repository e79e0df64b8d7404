/**
 * The class to record and the number of recordings wanted: chosen on one screen, used on another.
 *
 * Not its concern: screens.
 */
import { computed, signal } from "@preact/signals";
import { task } from "./tasks.ts";

/** Recordings per class to aim at. */
export const usualGoal = 8;

const choice = signal<{ readonly name: string; readonly wanted: number } | undefined>(undefined);

/** The chosen class of the open task, by default its first; undefined while it has none. */
export const chosenClass = computed(() => {
  const { classes = [] } = task.value ?? {};
  return classes.find((name) => name === choice.value?.name) ?? classes[0];
});

/** Recordings wanted of the chosen class. */
export const wantedCount = computed(() =>
  choice.value && choice.value.name === chosenClass.value ? choice.value.wanted : usualGoal,
);

/** Chooses a class, and the number of recordings wanted of it. */
export function chooseClass(name: string, wanted = usualGoal): void {
  choice.value = { name, wanted };
}
