/** Small parts of the exported page: elements with text, bars. */
import { render } from "preact";
import { formatShare } from "../view/format.ts";
import { ShareBar } from "../view/share-bar.tsx";

/** Creates an element with text in it. */
export function createElement(tag: string, text: string, className = ""): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

/** Creates a small label with text. */
export function createTag(text: string): HTMLElement {
  return createElement("span", text, "tag");
}

interface Bar {
  readonly name: string;
  /** 0 to 1. */
  readonly share: number;
  /** Whether it is the flag for sounds unlike all classes; a class may have the same name. */
  readonly isFlag?: boolean;
}

/** Converts classes and their shares to bars. */
export function listBars(shares: Readonly<Record<string, number>>): Bar[] {
  return Object.entries(shares).map(([name, share]) => ({ name, share }));
}

/**
 * Shows the `most` largest shares as bars in a list, in descending order; existing bars are reused, so that
 * changes are animated.
 */
export function showBars(list: HTMLElement, bars: readonly Bar[], most: number): void {
  const largest = [...bars].sort((a, b) => b.share - a.share).slice(0, most);
  render(
    largest.map(({ name, share, isFlag }, i) => (
      <li key={i} class="bar">
        <span class="name" title={isFlag ? "unlike everything it was trained on" : name}>
          {isFlag ? <span class="tag">{name}</span> : name}
        </span>
        <ShareBar share={share} />
        <span class="share">{formatShare(share)}</span>
      </li>
    )),
    list,
  );
}
