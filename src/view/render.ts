/**
 * Renders components to HTML text: the renderer escapes texts and attributes, this file replaces characters
 * that HTML does not allow.
 *
 * Not its concern: what is rendered.
 */
import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";

/**
 * Control characters and lone surrogates, which HTML does not allow, and controls that change the direction
 * of the surrounding text.
 */
const forbidden = /(?![\t\n\r])\p{Cc}|\p{Cs}|[\u202a-\u202e\u2066-\u2069]/gu;

/** The HTML of a component. The same component gives the same text. */
export function renderMarkup(content: VNode): string {
  return renderToString(content).replace(forbidden, "\ufffd");
}

/** Data as JSON that may stand in a script element: no text in it can close the element. */
export function encodeDataBlock(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
