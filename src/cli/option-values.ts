/**
 * Parsers of option values. Each throws commander's InvalidArgumentError, stating what was expected.
 *
 * Not its concern: which options exist.
 */
import { InvalidArgumentError } from "commander";

/** Creates the parser of a whole number, at least `minimum`. */
export const integer =
  (minimum: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isSafeInteger(value) && value >= minimum) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${minimum}.`);
  };

/** Parses a TCP port; 0 selects a free one. */
export const port = (text: string): number => {
  const value = integer(0)(text);
  if (value <= 65_535) return value;
  throw new InvalidArgumentError("Expected a whole number from 0 to 65535.");
};

/** Parses a finite number greater than 0. */
export const positive = (text: string): number => {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Expected a number above 0.");
};

/** Parses a finite number, at least 0. */
export const notNegative = (text: string): number => {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Expected a number of at least 0.");
};

/** Parses a number per hour or day, such as 1/h, 10/d or 0.5/h, to a rate per hour. */
export const ratePerHour = (text: string): number => {
  const [, number = "", unit] = /^([\d.]+)\/(h|d|hour|day)$/.exec(text.trim()) ?? [];
  const value = Number(number);
  if (unit !== undefined && value > 0 && Number.isFinite(value)) {
    return unit.startsWith("d") ? value / 24 : value;
  }
  throw new InvalidArgumentError("Expected a number per hour or day, such as 1/h, 10/d or 0.5/h.");
};

/** Creates the parser of one of several words, which are its `choices`. */
export const oneOf = (
  words: readonly string[],
): ((text: string) => string) & { choices: readonly string[] } =>
  Object.assign(
    (text: string): string => {
      if (words.includes(text)) return text;
      throw new InvalidArgumentError(`Expected one of ${words.join(", ")}.`);
    },
    { choices: words },
  );

/** Parses words separated by commas. */
export const list = (text: string): string[] => {
  const words = text.split(",").map((word) => word.trim());
  if (words.every((word) => word !== "")) return words;
  throw new InvalidArgumentError("Expected words separated by commas.");
};

/** Parses a number greater than 0, at most 1. */
export const share = (text: string): number => {
  const value = positive(text);
  if (value <= 1) return value;
  throw new InvalidArgumentError("Expected a number above 0, at most 1.");
};

/** Parses a number from 0 to 1. */
export const shareOrZero = (text: string): number => (Number(text) === 0 && text.trim() ? 0 : share(text));

/** Parses a layer number, `auto` or `last`. */
export const layer = (text: string): number | string =>
  text === "auto" || text === "last" ? text : integer(0)(text);

/** Parses the number of copies per recording: `auto`, `none` or a whole number. */
export const copies = (text: string): number | string =>
  text === "auto" || text === "none" ? text : integer(1)(text);

/** Parses seconds, from 0 to a day. */
export const waitSeconds = (text: string): number =>
  Number(text) === 0 ? notNegative(text) : timeLimit(text);

/** Parses seconds, above 0 and at most a day: timers overflow after 24.8 days. */
export const timeLimit = (text: string): number => {
  const value = positive(text);
  if (value <= 86_400) return value;
  throw new InvalidArgumentError("Expected seconds, at most 86400.");
};
