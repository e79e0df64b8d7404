/**
 * What all sections of the report share: title, one sentence, content; one drawing for wide and one for
 * narrow screens.
 *
 * Not its concern: what is shown.
 */
import type { ComponentChildren } from "preact";

/** Width of a drawing on a wide and on a narrow screen, in CSS pixels. */
const drawingWidths = { wide: 1000, narrow: 344 } as const;

/** The same drawing for both widths of screen; the style sheet shows one of them. */
export function BothWidths(props: {
  readonly draw: (width: number) => ComponentChildren;
  readonly widths?: { readonly wide: number; readonly narrow: number };
}) {
  const { draw, widths = drawingWidths } = props;
  return (
    <>
      <div class="wide">{draw(widths.wide)}</div>
      <div class="narrow">{draw(widths.narrow)}</div>
    </>
  );
}

/** A section of the page: what it shows, what it says in one sentence, and the picture. */
export function Section(props: {
  readonly id: string;
  readonly title: string;
  readonly sentence: ComponentChildren;
  readonly children?: ComponentChildren;
}) {
  const { id, title, sentence, children } = props;
  return (
    <section id={id} aria-labelledby={`${id}-title`}>
      <header>
        <h2 id={`${id}-title`}>{title}</h2>
        <p class="lead">{sentence}</p>
      </header>
      {children}
    </section>
  );
}

/** Numbers with their names. */
export function Facts({ facts }: { readonly facts: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
