/**
 * The chosen language: the browser's, or the one picked on the page.
 *
 * Not its concern: the texts.
 */
import { computed, effect, signal } from "@preact/signals";
import { keepChoice, readChoice } from "../data/choice.ts";
import { english, type Words } from "./english.ts";
import { russian } from "./russian.ts";

const catalogues = { en: english, ru: russian } as const satisfies Record<string, Words>;

/** Code of a language. */
type Language = keyof typeof catalogues;

/** All languages. */
export const languages = Object.keys(catalogues) as Language[];

function findLanguage(): Language {
  for (const wanted of [readChoice("language"), ...navigator.languages]) {
    const code = wanted?.slice(0, 2) as Language | undefined;
    if (code && languages.includes(code)) return code;
  }
  return "en";
}

/** The current language. */
export const language = signal<Language>(findLanguage());

/** Its texts. */
export const words = computed<Words>(() => catalogues[language.value]);

effect(() => {
  document.documentElement.lang = language.value;
});

/** A language's own name. */
export function getLanguageName(code: Language): string {
  return catalogues[code].language;
}

/** Switches the language, and remembers it for the next visit. */
export function chooseLanguage(code: Language): void {
  language.value = code;
  keepChoice("language", code);
}
