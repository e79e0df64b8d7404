/**
 * Preloaded into a measured process: writes its peak memory, in bytes, to the file named by
 * GOLEM_BENCH_MEMORY.
 */
const { writeFileSync } = require("node:fs");
const { isMainThread } = require("node:worker_threads");

if (isMainThread && process.env.GOLEM_BENCH_MEMORY) {
  process.on("exit", () =>
    writeFileSync(process.env.GOLEM_BENCH_MEMORY, String(process.resourceUsage().maxRSS * 1024)),
  );
}
