/**
 * From the text of an option to its value; each throws commander's InvalidArgumentError with what was expected.
 *
 * Not its concern: which options there are.
 */
import { InvalidArgumentError } from "commander";

/** A whole number, not below `least`. */
export const integer =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`A whole number from ${least} was expected.`);
  };

/** A number of a TCP port; 0 takes a free one. */
export const port = (text: string): number => {
  const value = integer(0)(text);
  if (value <= 65_535) return value;
  throw new InvalidArgumentError("A whole number from 0 to 65535 was expected.");
};

/** A finite number over 0. */
export const positive = (text: string): number => {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("A number over 0 was expected.");
};

/** One of several words. */
export const oneOf =
  (words: readonly string[]) =>
  (text: string): string => {
    if (words.includes(text)) return text;
    throw new InvalidArgumentError(`One of ${words.join(", ")} was expected.`);
  };

/** Words with commas between them. */
export const list = (text: string): string[] => {
  const words = text.split(",").map((word) => word.trim());
  if (words.every((word) => word !== "")) return words;
  throw new InvalidArgumentError("Words with commas between them were expected.");
};

/** A number over 0, at most 1. */
export const share = (text: string): number => {
  const value = positive(text);
  if (value <= 1) return value;
  throw new InvalidArgumentError("A number over 0, at most 1, was expected.");
};

/** A number of a layer, or `auto` or `last`. */
export const layer = (text: string): number | string =>
  text === "auto" || text === "last" ? text : integer(0)(text);

/** Seconds over 0, at most a day: longer ones overflow what timers hold (24.8 days). */
export const timeLimit = (text: string): number => {
  const value = positive(text);
  if (value <= 86_400) return value;
  throw new InvalidArgumentError("Seconds were expected, at most 86400.");
};
