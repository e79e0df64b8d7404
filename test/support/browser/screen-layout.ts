/**
 * Whether a page of the studio is laid out soundly: nothing wider than the window, no control covered or cut
 * off.
 */
import type { Page } from "playwright-core";

/**
 * Controls checked of each kind, from the first and from the last; a matrix of thirty classes has hundreds of
 * alike ones.
 */
const maximumAlike = 6;

/** Runs in the page, by itself. */
function readLayoutFaults(maximum: number): string[] {
  const faults: string[] = [];
  const name = (element: Element) =>
    `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""} "${(element.getAttribute("aria-label") ?? element.textContent ?? "").trim().slice(0, 40)}"`;
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) faults.push(`the page is ${root.scrollWidth - innerWidth} px too wide`);
  const dialog = document.querySelector("dialog:modal");
  if (dialog) {
    const { left, right, top, bottom } = dialog.getBoundingClientRect();
    if (left < 0 || right > innerWidth || top < 0 || bottom > innerHeight)
      faults.push("the dialog reaches beyond the window");
  }
  for (const box of document.querySelectorAll(".scroll:not(.large):has(> table)")) {
    const excess = box.scrollWidth - box.clientWidth;
    if (excess > 1) faults.push(`the table ${name(box)} is ${excess} px too wide`);
  }
  const shown = [
    ...(dialog ?? document).querySelectorAll<HTMLElement>(
      "a[href], button, input, select, textarea, summary",
    ),
  ].filter(
    (one) =>
      one.checkVisibility() &&
      !one.closest(".skip, .hidden") &&
      // Sliders that lie on each other take the pointer at their thumbs alone.
      getComputedStyle(one).pointerEvents !== "none",
  );
  const kinds = new Map<string, HTMLElement[]>();
  for (const one of shown) {
    const kind = `${one.tagName} ${one.className} in ${one.parentElement?.className}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), one]);
  }
  const controls = [...kinds.values()].flatMap((alike) =>
    alike.filter((_, i) => i < maximum || i >= alike.length - maximum),
  );
  for (const control of controls) {
    control.scrollIntoView({ block: "center", inline: "center" });
    const { left, right, top, bottom, width, height } = control.getBoundingClientRect();
    if (width < 1 || height < 1) continue;
    if (left < -1 || right > innerWidth + 1) {
      faults.push(`${name(control)} reaches from ${Math.round(left)} to ${Math.round(right)} px`);
      continue;
    }
    if (control.matches(".button") && control.scrollWidth > control.clientWidth + 1) {
      faults.push(`${name(control)} is narrower than its text`);
    }
    const x = (left + right) / 2;
    const y = (Math.max(0, top) + Math.min(innerHeight, bottom)) / 2;
    const found = document.elementFromPoint(x, y);
    const isReached =
      found !== null &&
      (control.contains(found) || found.contains(control) || found.closest("label")?.contains(control));
    if (!isReached) faults.push(`${name(control)} is covered by ${found ? name(found) : "nothing"}`);
  }
  scrollTo(0, 0);
  return [...new Set(faults)];
}

/**
 * What is wrong with the layout of what is shown, in words; empty where nothing is. Controls are scrolled to
 * as a user would scroll, and have to be what is under the pointer at their centre. Marks of drawings are
 * left out: they may overlap. While a modal dialog is open, only its controls are checked, and the dialog has
 * to be within the window. Tables have to fit; a matrix may scroll. Faults that are gone within two seconds do not
 * count: after a change of size the page is drawn anew.
 */
export async function findLayoutFaults(page: Page): Promise<string[]> {
  for (let left = 8; ; left--) {
    const faults = await page.evaluate(readLayoutFaults, maximumAlike);
    if (faults.length === 0 || left === 0) return faults;
    await page.waitForTimeout(250);
  }
}

/** {@link findLayoutFaults} as an expression for other drivers; its value is JSON. */
export const layoutFaultsExpression = `JSON.stringify((${readLayoutFaults})(${maximumAlike}))`;

/** Whether a control can be seen whole without scrolling, above the bar at the foot where there is one. */
export function isAboveFold(page: Page, selector: string): Promise<boolean> {
  return page.evaluate((wanted) => {
    scrollTo(0, 0);
    const foot = document.querySelector(".foot")?.getBoundingClientRect().top ?? innerHeight;
    const { top, bottom } = document.querySelector(wanted)!.getBoundingClientRect();
    return top >= 0 && bottom <= foot;
  }, selector);
}
