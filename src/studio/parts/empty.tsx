/**
 * The placeholder of an empty screen: why it is empty, and what to do.
 *
 * Not its concern: what is missing.
 */
import type { ComponentChildren } from "preact";

/** A title, a sentence, and a way on. */
export function Empty({
  title,
  text,
  isPart = false,
  children,
}: {
  readonly title: string;
  readonly text: string;
  /** Whether it stands for a part of a screen, not for all of it. */
  readonly isPart?: boolean;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      {isPart ? <h2>{title}</h2> : <h1>{title}</h1>}
      <p>{text}</p>
      {children && <div class="actions">{children}</div>}
    </div>
  );
}
