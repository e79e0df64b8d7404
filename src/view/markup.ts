/**
 * HTML and SVG as text that is safe to put together: whatever is interpolated is escaped unless it is markup already.
 *
 * Not its concern: what is written.
 */

/** A piece of HTML or SVG; only {@link html} and {@link trust} make it. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand between pieces of markup; nothing comes of undefined and false. */
export type Content = Markup | string | number | undefined | false | readonly Content[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Controls and halves of characters, which HTML does not allow, and what turns the direction of the text around it. */
const forbidden = /(?![\t\n\r])\p{Cc}|\p{Cs}|[\u202a-\u202e\u2066-\u2069]/gu;

/** Text for any place in HTML: content, or an attribute in quotes. */
export function escapeText(text: string): string {
  return text.replace(forbidden, "\ufffd").replace(/[&<>"']/g, (sign) => entities[sign]!);
}

/** Template tag: escapes what is interpolated; attributes have to stand in double quotes. */
export function html(pieces: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(pieces.map((piece, i) => (i === 0 ? piece : write(contents[i - 1]) + piece)).join(""));
}

/** Declares a text of this program, never of the data, to be markup. */
export function trust(text: string): Markup {
  return new Markup(text);
}

function write(content: Content): string {
  if (content === undefined || content === false) return "";
  if (content instanceof Markup) return content.text;
  if (typeof content === "string" || typeof content === "number") return escapeText(String(content));
  return content.map(write).join("");
}

/** Data for a script of the page, in a block that no browser runs and no text can leave. */
export function writeDataBlock(id: string, value: unknown): Markup {
  const json = JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return html`<script type="application/json" id="${id}">${trust(json)}</script>`;
}
