/**
 * Preloaded into a measured process: writes its peak memory, in bytes, to the file named by
 * GOLEM_BENCH_MEMORY. Linux counts the parent of a process in `maxRSS`, so there its own peak is read.
 */
const { existsSync, readFileSync, writeFileSync } = require("node:fs");
const { isMainThread } = require("node:worker_threads");

function getPeak() {
  const status = existsSync("/proc/self/status") ? readFileSync("/proc/self/status", "utf8") : "";
  const own = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
  return 1024 * (own === undefined ? process.resourceUsage().maxRSS : Number(own));
}

if (isMainThread && process.env.GOLEM_BENCH_MEMORY) {
  process.on("exit", () => writeFileSync(process.env.GOLEM_BENCH_MEMORY, String(getPeak())));
}
