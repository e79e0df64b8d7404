#!/usr/bin/env node
/** Entry of the command line. Ctrl-C once stops cleanly, twice at once. */
const { run } = await import("../dist/cli/run.js").catch((error) => {
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  console.error("error [usage]: golem-audio is not built here.\n  Run `npm run build` first.");
  process.exit(2);
});

const args = process.argv.slice(2);
const controller = new AbortController();
process.once("SIGINT", () => {
  // Without a listener the next one ends the process as it would any other.
  controller.abort();
});
process.once("SIGTERM", () => controller.abort());
/** Lines to a reader that has left are dropped. Commands stop that make nothing but lines; others have work to save. */
const makesLines = ["predict", "detect", "listen"].includes(args[0]);
let isDone = false;
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    // What is written to stderr is lost when its disk is full or its reader has left; the work goes on.
    if (stream === process.stderr) return;
    if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") throw error;
    if (!makesLines) return;
    isDone = true;
    controller.abort();
  });
}
const exitCode = await run(args, process, controller.signal);
process.exitCode = isDone ? 0 : exitCode;
