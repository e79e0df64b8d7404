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

/** A small mark with a word in it. */
export function createTag(text: string): HTMLElement {
  return createElement("span", text, "tag");
}

/** What one bar shows. */
interface Bar {
  readonly name: string;
  /** 0 to 1. */
  readonly share: number;
  /** Whether it is the flag for sounds unlike all classes; a class may have the same name. */
  readonly isFlag?: boolean;
}

/** Classes and their shares as bars. */
export function listBars(shares: Readonly<Record<string, number>>): Bar[] {
  return Object.entries(shares).map(([name, share]) => ({ name, share }));
}

/**
 * Shows the largest shares as bars in a list, largest first; existing bars are reused, so that their changes
 * are animated.
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
