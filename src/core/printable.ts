/**
 * Removes from untrusted text (labels, file names, transcripts) characters that control a terminal or change
 * the order in which text is displayed.
 *
 * Not its concern: JSON, which has escapes of its own; the quoting of tables.
 */

/** C0, DEL and C1 controls, line and paragraph separators, marks and overrides of direction. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression searches for them
const controls = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Escapes, as JSON does, the controls that JSON allows in strings. */
export function makeJsonPrintable(json: string): string {
  return json.replace(controls, (character) =>
    // Between values, line ends and tabs are white space.
    "\n\t\r".includes(character) ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Escapes controls as `\x1b` or `\u202e`; those in `kept` stay. */
export function makePrintable(text: string, kept = ""): string {
  return text.replace(controls, (character) => {
    if (kept.includes(character)) return character;
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
  });
}
