import { describe, expect, it } from "vitest";
import { findNameSources } from "./name-sources.ts";

const numbers = (count: number, digits = 2): string[] =>
  Array.from({ length: count }, (_, i) => String(i).padStart(digits, "0"));

/** Combines every stem of every class with every ending. */
function combine(stems: Readonly<Record<string, readonly string[]>>, endings: readonly (string | number)[]) {
  return Object.entries(stems).flatMap(([label, own]) =>
    own.flatMap((stem) => endings.map((ending) => ({ label, file: `${label}/${stem}${ending}.wav` }))),
  );
}

const count = (recordings: Parameters<typeof findNameSources>[0]): [pieces: number, sources: number] => {
  const found = findNameSources(recordings).filter((source) => source !== undefined);
  return [found.length, new Set(found).size];
};

describe("names of pieces of one recording", () => {
  const twice = (first: string, second: string) => ({ dog: [first, second], rain: [first, second] });
  it.each([
    ["numbered recordings", twice("rec0_", "rec1_"), numbers(10), 40, 4],
    ["one numbered recording per class", { dog: ["rec0_"], rain: ["rec1_"] }, numbers(10), 20, 2],
    ["recordings numbered apart", twice("Audio 3 - ", "Audio 4 - "), numbers(3), 12, 4],
    ["parts", twice("x_part", "y_part"), [1, 2, 3], 12, 4],
    ["parts of several", twice("x ", "y "), ["1 of 3", "2 of 3", "3of3"], 12, 4],
    ["segments of the label's name", { dog: ["dog-seg-"], rain: ["rain-seg-"] }, [1, 2, 3], 6, 2],
    ["stretches of time", twice("name-", "other-"), ["0-3.5", "3.5-7", "7-10.5"], 12, 4],
    ["milliseconds", twice("abcdEF_", "xyzAB_"), ["0_10000", "10000_20000", "30000_40000"], 12, 4],
    ["offsets in equal steps", twice("forest_", "park_"), [0, 5, 10, 15], 16, 4],
    ["offsets with decimals", twice("forest_", "park_"), ["0.0", "3.5", "7.0"], 12, 4],
    ["identifiers", { dog: ["1-187207-A_", "2-99012-B_"], rain: ["1-17367-A_"] }, numbers(5), 15, 3],
    ["letters behind identifiers", { dog: ["1-187207-"], rain: ["1-17367-"] }, ["A", "B", "C"], 6, 2],
    [
      "letters and a number of the class",
      { dog: ["1-187207-", "2-99012-"], rain: ["1-17367-"] },
      ["A-0", "B-0", "C-0"],
      9,
      3,
    ],
    [
      "identifiers with occurrences",
      { dog: ["100032-3-0-", "100032-3-1-"], rain: ["14113-4-0-"] },
      [0, 3],
      6,
      2,
    ],
    ["addresses of videos", { a: ["a_1zcIwhmdeo4_"], b: ["b_7w0IBEWc9Qw_"] }, numbers(3, 5), 6, 2],
    ["brackets", { dog: ["bark (", "street ("], rain: ["roof (", "tent ("] }, ["1)", "2)", "3)"], 12, 4],
    ["folders of recordings", { dog: ["street/", "yard/"], rain: ["roof/", "tent/"] }, numbers(4), 16, 4],
    ["folders with one name in all classes", twice("tape1/", "tape2/"), numbers(4), 16, 4],
    ["windows", twice("x_w", "y_w"), numbers(4, 3), 16, 4],
    ["starts and ends", twice("x_", "y_"), ["s0_e1000", "s1000_e2000", "s2000_e3000"], 12, 4],
    ["times of the clock", twice("x_", "y_"), ["00m00s", "00m05s", "01m10s", "01m15s"], 16, 4],
    [
      "the class behind the time",
      { dog: ["x_0.0-", "x_3.0-"], rain: ["y_0.0-", "y_3.0-"] },
      ["9.0s_dog"],
      4,
      2,
    ],
    ["numbered words", { dog: ["morning001_", "morning002_"], rain: ["evening001_"] }, numbers(3, 3), 9, 3],
    ["hashes", { dog: ["3f9a01bc-"], rain: ["77ab09ce-"] }, numbers(4), 8, 2],
  ])("are found: %s", (_, stems, endings, pieces, sources) => {
    expect(count(combine(stems as Record<string, string[]>, endings))).toEqual([pieces, sources]);
  });

  const both = (...stems: string[]) => ({ yes: stems, no: stems });
  it.each([
    ["ordinary numbering", { yes: ["yes_"], no: ["no_"] }, numbers(10)],
    ["numbers alone", both(""), numbers(10)],
    ["takes", both("take "), numbers(10)],
    ["default names of a recorder", both("New Recording "), numbers(10)],
    ["speakers by name", { yes: ["yes_ann_", "yes_bob_"], no: ["no_ann_", "no_bob_"] }, numbers(5)],
    ["digits and speakers", { 7: ["7_george_", "7_theo_"], 8: ["8_george_", "8_theo_"] }, numbers(12, 1)],
    ["speakers by hash", both("0a7c2a8d_nohash_", "3f9a01bc_nohash_"), [0, 1, 2]],
    [
      "speakers by hash in one class each",
      { bed: ["0a7c2a8d_nohash_"], cat: ["3f9a01bc_nohash_"] },
      [0, 1, 2],
    ],
    ["speakers by number", both("10234_", "20345_", "30456_"), numbers(4)],
    [
      "kinds within a class",
      { dog: ["dog_bark_", "dog_growl_"], cat: ["cat_meow_", "cat_purr_"] },
      numbers(5),
    ],
    ["days", { yes: ["20240501_"], no: ["20240502_"] }, numbers(10)],
    [
      "days and times",
      { yes: ["Recording_20240501_"], no: ["Recording_20240502_"] },
      ["101501", "101733", "102204"],
    ],
    ["messages", { yes: ["AUD-20240501-WA00"], no: ["AUD-20240502-WA00"] }, numbers(10)],
    [
      "codes",
      { anger: ["03-01-05-01-01-", "03-01-05-01-02-"], joy: ["03-01-03-01-01-", "03-01-03-01-02-"] },
      numbers(8),
    ],
    ["one name for all", both("rec1_"), numbers(10)],
    ["speakers in folders", both("ann/", "bob/"), numbers(4)],
    ["a folder per class", { yes: ["yeses/"], no: ["noes/"] }, numbers(4)],
    [
      "kinds in folders",
      { dog: ["bark/bark_", "growl/growl_"], cat: ["purr/purr_", "meow/meow_"] },
      numbers(4),
    ],
    ["names given by a file manager", { yes: ["yes ("], no: ["no ("] }, ["1)", "2)", "3)"]],
    ["copies of one name", both("Recording ("), ["2)", "3)", "4)"]],
    ["speakers by numbered words", both("spk01_", "spk02_"), numbers(4)],
    ["days and times in one", { yes: ["20240501T101501_"], no: ["20240502T101502_"] }, numbers(4)],
    ["even numbers", { yes: ["yes_"], no: ["no_"] }, [0, 2, 4, 8]],
  ])("are not found in %s", (_, stems, endings) => {
    expect(count(combine(stems as Record<string, string[]>, endings))).toEqual([0, 0]);
  });
});
