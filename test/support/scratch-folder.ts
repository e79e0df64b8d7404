/** Temporary folders for tests, deleted when the test is over. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Creates an empty folder that goes away with the test. */
export async function createScratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "golem-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
