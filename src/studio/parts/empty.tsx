/**
 * What stands where nothing is there yet: why, and what to do.
 *
 * Must not know: what is missing.
 */
import type { ComponentChildren } from "preact";

/** A title, a sentence, and a way on. */
export function Empty({
  title,
  text,
  children,
}: {
  readonly title: string;
  readonly text: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      <p>{text}</p>
      <div class="actions">{children}</div>
    </div>
  );
}
