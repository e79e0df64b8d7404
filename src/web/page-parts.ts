/**
 * Small parts of the exported page: elements with text, bars.
 *
 * Not its concern: golems.
 */

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

/** 0.1234 as "12 %". */
export function formatShare(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** Creates an empty place for bars. */
export function createBars(tag: "div" | "ul"): HTMLElement {
  return createElement(tag, "", "bars");
}

const svgNamespace = "http://www.w3.org/2000/svg";

/** What one bar shows. */
export interface Bar {
  readonly name: string;
  /** 0 to 1. */
  readonly share: number;
  /** Whether it is the flag for what is unlike all classes, and no class: one may have the same name. */
  readonly isFlag?: boolean;
}

/** Classes and their shares as bars. */
export function listBars(shares: Readonly<Record<string, number>>): Bar[] {
  return Object.entries(shares).map(([name, share]) => ({ name, share }));
}

/** Shows the largest shares as bars, largest first; bars that are there already are used again, so that they move. */
export function showBars(place: HTMLElement, bars: readonly Bar[], most: number): void {
  const largest = [...bars].sort((a, b) => b.share - a.share).slice(0, most);
  while (place.childElementCount > largest.length) place.lastElementChild?.remove();
  while (place.childElementCount < largest.length) {
    place.append(createBar(place.tagName === "UL" ? "li" : "div"));
  }
  for (const [i, { name, share, isFlag = false }] of largest.entries()) {
    const [label, picture, value] = place.children[i]!.children;
    label!.replaceChildren(isFlag ? createTag(name) : name);
    label!.setAttribute("title", isFlag ? "unlike everything it was trained on" : name);
    value!.textContent = formatShare(share);
    picture!.lastElementChild!.setAttribute("width", `${100 * share}%`);
  }
}

/** Width is an attribute of the picture: the page's policy allows no inline styles. */
function createBar(tag: string): HTMLElement {
  const bar = createElement(tag, "", "bar");
  const picture = document.createElementNS(svgNamespace, "svg");
  picture.setAttribute("aria-hidden", "true");
  for (const [className, width] of [
    ["ground", "100%"],
    ["filled", "0"],
  ] as const) {
    const part = document.createElementNS(svgNamespace, "rect");
    part.setAttribute("class", className);
    part.setAttribute("height", "100%");
    part.setAttribute("width", width);
    part.setAttribute("rx", "3");
    picture.append(part);
  }
  bar.append(createElement("span", "", "name"), picture, createElement("span", "", "share"));
  return bar;
}
