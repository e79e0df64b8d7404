/**
 * The valid inputs of an area, in a fixed order, and the plan of an input by its number.
 *
 * Not its concern: processes, findings.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createRandom } from "../src/core/random.ts";
import type { FuzzArea } from "./area.ts";
import { type Corpus, type InputPlan, planInput } from "./mutations.ts";

/** The area's own inputs and the files of a folder. */
export async function loadCorpus(area: FuzzArea, folder?: string | undefined): Promise<Corpus> {
  const entries = Object.entries({ ...(await area.createCorpus()), ...readFiles(folder) });
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Plans the input of a seed with this number. */
export function planNumbered(corpus: Corpus, { rare }: FuzzArea, seed: number, index: number): InputPlan {
  return planInput(corpus, createRandom(seed, index), rare);
}

/** The files of a folder, without its folders, by name. */
export function readFiles(folder: string | undefined): Record<string, Uint8Array> {
  if (folder === undefined) return {};
  const names = readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(names.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]));
}
