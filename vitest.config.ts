import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { isBuiltFresh } from "./test/support/built-threads.ts";

/** Tests that try random input, which `npm run test:slow` runs again with more of it. */
const repeats = /fast-check|support\/effort/;
/** Tests that need a process of their own: they replace modules or globals, or measure memory. */
const isolates = /vi\.(mock|doMock|stubGlobal|resetModules)|studio-state|support\/long-recording/;

/** Test files of one kind of run. */
function listTests(isSlow: boolean): { readonly shared: string[]; readonly isolated: string[] } {
  const shared: string[] = [];
  const isolated: string[] = [];
  for (const folder of ["src", "test"]) {
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      if (!/\.test\.tsx?$/.test(name)) continue;
      const file = join(folder, name).replaceAll("\\", "/");
      const text = readFileSync(file, "utf8");
      const isSlowFile = name.includes(".slow.");
      if (isSlow ? !isSlowFile && !(folder === "src" && repeats.test(text)) : isSlowFile) continue;
      (isolates.test(text) ? isolated : shared).push(file);
    }
  }
  return { shared, isolated };
}

/** `vitest run`: what `npm test` runs. `vitest run --mode slow`: `*.slow.test.ts`, and random input at full length. */
export default defineConfig(({ mode }) => {
  const { shared, isolated } = listTests(mode === "slow");
  // Loading fast-check takes most of the time in which a process starts; isolated tests do without.
  const setupFiles = ["test/support/matchers.ts", "test/support/property-runs.ts"];
  const common = {
    globalSetup: ["test/support/run-folder.ts"],
    // Threads from `dist` start with an eighth of the processor time that sources take.
    env: isBuiltFresh() ? { GOLEM_BUILT_THREADS: "1" } : {},
    pool: "forks" as const,
    testTimeout: 120_000,
    hookTimeout: 240_000,
    // Polls end as soon as they succeed; a busy machine takes longer.
    expect: { poll: { timeout: 60_000 } },
  };
  return {
    test: {
      maxWorkers: "100%",
      projects: [
        { test: { ...common, name: "isolated", include: isolated, isolate: true } },
        // Test files share their process: modules are loaded, the browser is started and golems are trained once per
        // process, not per file. A group of their own, since vitest ends a shared process where an isolated file is next.
        {
          test: {
            ...{ ...common, setupFiles, name: "shared", include: shared, isolate: false },
            sequence: { groupOrder: 1 },
          },
        },
      ],
    },
  };
});
