#!/usr/bin/env node
/** Entry of the command line. Ctrl-C once stops cleanly, twice at once. */
const { run } = await import("../dist/cli/run.js").catch((error) => {
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  console.error("error [usage]: golem-audio is not built here.\n  Run `npm run build` first.");
  process.exit(2);
});

const controller = new AbortController();
process.on("SIGINT", () => {
  if (controller.signal.aborted) process.exit(130);
  controller.abort();
});
process.on("SIGTERM", () => controller.abort());
process.stdout.on("error", (error) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
process.exitCode = await run(process.argv.slice(2), process, controller.signal);
