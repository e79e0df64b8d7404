/**
 * Tests paths against patterns: `*` within a name, `**` across folders, `?`, `[a-z]`, `[!a-z]`, `{a,b}`.
 *
 * Each part of a pattern maps the set of positions reached in the path to the next set, so the number of
 * steps is at most the length of the pattern times that of the path. Not its concern: where patterns come
 * from.
 *
 * Reference: R. Cox, "Regular Expression Matching Can Be Simple And Fast" (2007), simulation of sets.
 */
import { GolemError } from "../core/error.ts";

/** Steps left for all patterns of one list; a step is one position of a path. */
interface PatternBudget {
  steps: number;
}

/** Longest pattern; longer ones match no path. */
const maximumPattern = 1000;

/** Maps the positions reached in a path, one byte each, to those reached after one part of a pattern. */
type Part = (path: string, reached: Uint8Array, budget: PatternBudget) => Uint8Array;

/**
 * Creates a test of whether a path matches a pattern.
 *
 * @throws GolemError `invalid-data` from the test when the budget is used up.
 */
export function createPathTest(pattern: string, budget: PatternBudget): (path: string) => boolean {
  if (pattern.length > maximumPattern) return () => false;
  const start = /^[^*?[\]{}]*/.exec(pattern)![0];
  if (start === pattern) return (path) => path === pattern;
  const parts = parseParts(pattern.slice(start.length));
  return (path) => {
    spend(budget, 1);
    if (!path.startsWith(start)) return false;
    const rest = path.slice(start.length);
    const reached = new Uint8Array(rest.length + 1);
    reached[0] = 1;
    return follow(parts, rest, reached, budget)[rest.length] === 1;
  };
}

function spend(budget: PatternBudget, steps: number): void {
  budget.steps -= steps;
  if (budget.steps >= 0) return;
  throw new GolemError(
    "invalid-data",
    "The patterns of files in the data set's card take too long to match with its files.",
    { hint: "List fewer or simpler patterns under `configs` in the card." },
  );
}

function follow(parts: readonly Part[], path: string, start: Uint8Array, budget: PatternBudget): Uint8Array {
  let reached = start;
  for (const part of parts) {
    if (!reached.includes(1)) break;
    spend(budget, path.length + 1);
    reached = part(path, reached, budget);
  }
  return reached;
}

function parseParts(pattern: string): Part[] {
  const tokens = pattern.match(/\*\*\/|\*+|\[[^\]/]+\]|\{[^{}]*\}|./gs) ?? [];
  return tokens.map((token): Part => {
    if (token === "**/") return skipFolders;
    if (token.startsWith("*")) return createSkip(token === "*");
    if (token === "?") return createStep((character) => character !== "/");
    if (token.length > 2 && token.startsWith("[")) return createStep(createClassTest(token.slice(1, -1)));
    if (token.length > 1) return createChoice(token.slice(1, -1).split(",").map(parseParts));
    return createStep((character) => character === token);
  });
}

/** Creates the part for one character that passes a test. */
function createStep(test: (character: string) => boolean): Part {
  return (path, reached) => {
    const next = new Uint8Array(reached.length);
    for (let i = 0; i < path.length; i++) if (reached[i] && test(path[i]!)) next[i + 1] = 1;
    return next;
  };
}

/** Creates the part for any characters, within one name or across folders. */
function createSkip(withinName: boolean): Part {
  return (path, reached) => {
    const next = reached.slice();
    for (let i = 0; i < path.length; i++) {
      if (next[i] && !(withinName && path[i] === "/")) next[i + 1] = 1;
    }
    return next;
  };
}

/** The part for any number of folders, including none. */
const skipFolders: Part = (path, reached) => {
  const next = reached.slice();
  const first = reached.indexOf(1);
  for (let i = first; i < path.length; i++) if (path[i] === "/") next[i + 1] = 1;
  return next;
};

/** Creates the part for one of several sequences. */
function createChoice(choices: readonly (readonly Part[])[]): Part {
  return (path, reached, budget) => {
    const next = new Uint8Array(reached.length);
    for (const parts of choices) {
      const ends = follow(parts, path, reached, budget);
      for (let i = 0; i < next.length; i++) next[i]! |= ends[i]!;
    }
    return next;
  };
}

/** Creates a test for characters of a class such as `a-z_`, or outside it with `!` or `^`; never a slash. */
function createClassTest(text: string): (character: string) => boolean {
  const isNegated = /^[!^]/.test(text);
  const ranges = (isNegated ? text.slice(1) : text).match(/.-.|./gs) ?? [];
  return (character) =>
    character !== "/" &&
    ranges.some((range) => range[0]! <= character && character <= range.at(-1)!) !== isNegated;
}
