/**
 * Folders that test files share in one run, such as golems: the first test that needs one fills it, tests in other processes wait for it.
 * They are for reading; a test that changes one copies it first.
 */
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { inject } from "vitest";

const known = new Map<string, Promise<string>>();

/** The folder of this name, filled by `fill` if no test of the run has needed it before. */
export function getSharedFolder(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = known.get(name) ?? fillOnce(join(inject("runFolder"), name), fill);
  known.set(name, folder);
  return folder;
}

/** The process that creates the folder fills it, and then marks it as done. */
async function fillOnce(folder: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const done = `${folder}.done`;
  while (!existsSync(done)) {
    const isFirst = await mkdir(folder).then(
      () => true,
      () => false,
    );
    if (!isFirst) {
      await setTimeout(50);
      continue;
    }
    try {
      await fill(folder);
      await writeFile(done, "");
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }
  return folder;
}
