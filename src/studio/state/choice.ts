/**
 * Which class is being recorded, and how many of it are wanted: chosen on one screen, used on another.
 *
 * Must not know: screens.
 */
import { signal } from "@preact/signals";

/** The class chosen. */
export const chosenClass = signal<string | undefined>(undefined);

/** Recordings of it that are wanted. */
export const wantedCount = signal(8);
