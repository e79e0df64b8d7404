/**
 * Finds labels that look the same or nearly so: they differ only by case, Unicode form, invisible characters
 * or spaces.
 *
 * Not its concern: what is done about them.
 */
import type { ErrorRecord } from "../core/error.ts";

/** Control and format characters, variation selectors, fillers: all have no glyph. */
const invisible = /[\p{Cf}\p{Cc}\p{DI}]/gu;

/** Returns a label without invisible characters and differences of Unicode form, for comparison. */
function getLabelShape(label: string): string {
  return label.normalize("NFKC").replaceAll(invisible, "").replaceAll(/\s+/gu, " ").trim();
}

/** Labels that are alike. */
export interface AlikeLabels {
  readonly labels: readonly string[];
  /** Whether some of them look exactly the same. */
  readonly looksSame: boolean;
}

/** Finds groups of labels that are alike, each of two or more different ones. */
export function findAlikeLabels(labels: Iterable<string>): AlikeLabels[] {
  const groups = new Map<string, string[]>();
  for (const label of new Set(labels)) {
    const key = getLabelShape(label).toUpperCase().toLowerCase();
    const group = groups.get(key);
    if (group) group.push(label);
    else groups.set(key, [label]);
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => ({ labels: group, looksSame: new Set(group.map(getLabelShape)).size < group.length }));
}

/** Writes out the invisible characters of a label: "yes<U+200B>". */
function spellLabel(label: string): string {
  const shown = label.replaceAll(invisible, (character) => toCode(character));
  return `"${shown.replaceAll(/[^\S ]/gu, (character) => toCode(character))}"`;
}

/** Lists the spellings of labels, with invisible characters written out if the labels look the same. */
export function spellAlike({ labels, looksSame }: AlikeLabels): string {
  const spelled = labels.map(spellLabel);
  if (!looksSame || new Set(spelled.map((text) => text.normalize("NFKC"))).size === labels.length)
    return spelled.join(", ");
  return labels.map((label, i) => `${spelled[i]} (${[...label].map(toCode).join("")})`).join(", ");
}

const toCode = (character: string): string =>
  `<U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}>`;

const alikeCode = "alike-labels";

/**
 * Creates warnings for labels that are written in several ways but treated as one: with spaces around them,
 * or in another Unicode form.
 */
export function checkAlikeSpellings(
  rows: readonly { readonly file: string; readonly written: string; readonly label: string }[],
): (ErrorRecord & { file: string })[] {
  const ways = new Map<string, Map<string, string>>();
  for (const { file, written, label } of rows) {
    const own = ways.get(label) ?? new Map<string, string>();
    ways.set(label, own);
    if (!own.has(written)) own.set(written, file);
  }
  return [...ways]
    .filter(([, own]) => own.size > 1)
    .map(([label, own]) => ({
      code: alikeCode,
      file: [...own].find(([written]) => written !== label)![1],
      message: `The label ${spellLabel(label)} is written in ${own.size} ways, which differ by spaces around it or by Unicode form; they are treated as one.`,
      hint: "No change is needed for Golem; other programs may treat them as different labels.",
    }));
}

/** Creates warnings for labels that are alike but treated as different classes. */
export function checkAlikeLabels(labels: Iterable<string>): ErrorRecord[] {
  return findAlikeLabels(labels).map((alike) => ({
    code: alikeCode,
    message: `The labels ${spellAlike(alike)} differ only by ${alike.looksSame ? "invisible characters" : "case"} and are treated as different classes.`,
    hint: "If they are one class, use one spelling.",
  }));
}
