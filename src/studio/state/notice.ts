/**
 * One short message at the foot of the page, with an optional action.
 *
 * Not its concern: what happened.
 */
import { signal } from "@preact/signals";
import { describeError } from "../words/failures.ts";

/** A message. */
interface Notice {
  /** In the language chosen at the time it is shown. */
  text(): string;
  readonly isError?: boolean;
  readonly action?: { name(): string; run(): void };
}

/** The current message. */
export const notice = signal<Notice | undefined>(undefined);

let timer: ReturnType<typeof setTimeout> | undefined;
const milliseconds = 8000;

/** Shows a message for 8 s; errors stay until they are closed. */
export function tell(message: Notice): void {
  clearTimeout(timer);
  notice.value = message;
  if (!message.isError) timer = setTimeout(() => hush(), milliseconds);
}

/** Shows an error in words. */
export function tellError(error: unknown): void {
  tell({ text: () => describeError(error), isError: true });
}

/** Removes the message. */
export function hush(): void {
  clearTimeout(timer);
  notice.value = undefined;
}
