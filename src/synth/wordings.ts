/** Parses the texts to speak: labels and their wordings. */
import { GolemError } from "../core/error.ts";

/** One wording of a label. */
export interface Wording {
  readonly label: string;
  readonly text: string;
}

const maximumCharacters = 500;

/** "yes,no,stop": each word is a label, spoken as it is written. Throws as {@link parseWordings}. */
export function listWords(words: string): Wording[] {
  return parseWordings(words.split(",").join("\n"));
}

/**
 * One line per wording: the label, a tab or a comma, the wording; without either, the line is the label and
 * its wording. Underscores in labels are spoken as spaces. Throws `invalid-data` for fewer than one word and
 * for wordings of more than 500 characters.
 */
export function parseWordings(text: string): Wording[] {
  const wordings = new Map<string, Wording>();
  for (const [i, line] of text
    .replace(/^\ufeff/, "")
    .normalize("NFC")
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === "") continue;
    const [, first, rest] = /^([^\t,]*)[\t,](.*)$/s.exec(line) ?? [undefined, line, ""];
    const label = first!.trim();
    const spoken = rest!.trim() === "" ? label.replace(/[_\s]+/g, " ").trim() : rest!.trim();
    if (label === "" || spoken.length > maximumCharacters || !/[\p{L}\p{N}]/u.test(spoken)) {
      throw new GolemError(
        "invalid-data",
        `Line ${i + 1} of the words is "${line.slice(0, 60)}"; expected a label, or a label, a comma and a wording of at most ${maximumCharacters} characters.`,
        { hint: "For example: balance,how much money do I have" },
      );
    }
    wordings.set(`${label}\t${spoken}`, { label, text: spoken });
  }
  if (wordings.size > 0) return [...wordings.values()];
  throw new GolemError("invalid-data", "There are no words to speak; expected at least one.", {
    hint: 'For example: golem synth "yes,no,stop" --out DATA',
  });
}
