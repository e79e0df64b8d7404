/**
 * The frame of every section of the report: title, one sentence, content; a drawing in two widths, for wide
 * and narrow screens.
 */
import type { ComponentChildren } from "preact";

/** Width of a drawing on a wide and on a narrow screen, in CSS pixels. */
const drawingWidths = { wide: 1000, narrow: 344 } as const;

/** The same drawing in both widths; the style sheet shows one of them. */
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

/** A section of the page: title, one sentence, content. */
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

/** A list of numbers with their names. */
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
