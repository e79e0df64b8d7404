/**
 * Where tests find the real recordings, which are not part of this repository: GOLEM_TEST_DATA, else
 * ../shared/data beside the checkout. Tests that need them skip themselves, with the reason in their name.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const folder = resolve(
  process.env.GOLEM_TEST_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url)),
);

/** The folder with the data sets, or undefined when it is not there. */
export const sharedData: string | undefined = existsSync(resolve(folder, "digits")) ? folder : undefined;

/** Appended to the names of tests that need {@link sharedData}. */
export const sharedDataNote = sharedData
  ? ""
  : " (skipped: no recordings in ../shared/data or GOLEM_TEST_DATA)";
