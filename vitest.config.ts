import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** Test files of `src` that repeat something with random input: `npm run test:slow` runs them again with more input. */
function listRepeatingTests(): string[] {
  return readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((name) => /(?<!\.slow)\.test\.tsx?$/.test(name))
    .map((name) => join("src", name))
    .filter((file) => /fast-check|support\/effort/.test(readFileSync(file, "utf8")))
    .map((file) => file.replaceAll("\\", "/"));
}

/** `vitest run`: what `npm test` runs. `vitest run --mode slow`: `*.slow.test.ts`, and random input at full length. */
export default defineConfig(({ mode }) => ({
  test: {
    include:
      mode === "slow"
        ? ["{src,test}/**/*.slow.test.ts", ...listRepeatingTests()]
        : ["{src,test}/**/!(*.slow).test.{ts,tsx}"],
    setupFiles: ["test/support/matchers.ts", "test/support/property-runs.ts"],
    globalSetup: ["test/support/run-folder.ts"],
    // Test files share their process: modules are loaded, the browser is started and golems are trained once per process, not per file.
    isolate: false,
    pool: "forks",
    maxWorkers: "100%",
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
}));
