/**
 * One short message at the foot of the page, with something that can be done about it.
 *
 * Not its concern: what happened.
 */
import { signal } from "@preact/signals";

/** What is told. */
export interface Notice {
  /** In the language that is spoken when it is shown. */
  text(): string;
  readonly isError?: boolean;
  readonly action?: { name(): string; run(): void };
}

/** What is told now. */
export const notice = signal<Notice | undefined>(undefined);

let timer: ReturnType<typeof setTimeout> | undefined;
const milliseconds = 8000;

/** Tells something for a while; errors stay until they are closed. */
export function tell(message: Notice): void {
  clearTimeout(timer);
  notice.value = message;
  if (!message.isError) timer = setTimeout(() => hush(), milliseconds);
}

/** Takes the message away. */
export function hush(): void {
  clearTimeout(timer);
  notice.value = undefined;
}
