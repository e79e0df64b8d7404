#!/usr/bin/env node
/** Entry of the command line. Ctrl-C once stops cleanly, twice at once. */
const { run } = await import("../dist/cli/run.js").catch((error) => {
  if (error.code === "EMFILE" || error.code === "ENFILE") {
    console.error("error [unreadable]: The program could not be loaded: too many files are open.");
    console.error("  Raise the limit, for example with `ulimit -n 1024`.");
    process.exit(1);
  }
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  console.error("error [usage]: golem-audio is not built here.\n  Run `npm run build` first.");
  process.exit(2);
});

/** Exit codes after a signal: 128 and its number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 };
/** Time for an orderly end; longer where sound that was heard has to be written. */
const orderlyMilliseconds = process.argv.some((text) => /^--keep(=|$)/.test(text)) ? 6000 : 1500;
/** They finish what they have accepted, within limits of their own. */
const finishes = ["serve", "work"];
/** Lines to a reader that has left are dropped. Commands stop that make nothing but lines; others have work to save. */
const makesLines = ["predict", "detect", "listen"];

const args = process.argv.slice(2);
const controller = new AbortController();
let received;
for (const signal of Object.keys(exitCodes)) {
  process.on(signal, () => {
    received = signal;
    controller.abort();
    // Without a listener the next signal ends the process as it would any other, whatever its threads are doing.
    for (const other of Object.keys(exitCodes)) process.removeAllListeners(other);
    if (!finishes.includes(args[0])) {
      setTimeout(() => process.kill(process.pid, signal), orderlyMilliseconds).unref();
    }
  });
}
let isDone = false;
let lost;
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    // What is written to stderr is lost when its disk is full or its reader has left; the work goes on.
    if (stream === process.stderr) return;
    const hasLeft = error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED";
    if (hasLeft && !makesLines.includes(args[0])) return;
    if (hasLeft) isDone = true;
    else lost ??= error;
    controller.abort();
  });
}
const exitCode = await run(args, process, controller.signal);
if (lost) {
  console.error(`error [output-failed]: Standard output could not be written: ${lost.code ?? lost.message}.`);
  console.error("  Free space there, or write to another place.");
}
process.exitCode = lost ? 1 : isDone ? 0 : exitCode === 130 && received ? exitCodes[received] : exitCode;
