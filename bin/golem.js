#!/usr/bin/env node
/** Entry of the command line. Ctrl-C once stops cleanly, twice at once. */
const { run } = await import("../dist/cli/run.js").catch((error) => {
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  console.error("error [usage]: golem-audio is not built here.\n  Run `npm run build` first.");
  process.exit(2);
});

const controller = new AbortController();
process.once("SIGINT", () => {
  // Without a listener the next one ends the process as it would any other.
  controller.abort();
});
process.once("SIGTERM", () => controller.abort());
let readerGone = false;
process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE") throw error;
  readerGone = true;
  controller.abort();
});
const exitCode = await run(process.argv.slice(2), process, controller.signal);
process.exitCode = readerGone ? 0 : exitCode;
