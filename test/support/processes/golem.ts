/** The command line as a process of its own, from the source: for tests that kill or interrupt it. */
import { run } from "../../../src/cli/run.ts";

const controller = new AbortController();
process.on("SIGINT", () => controller.abort());
process.exitCode = await run(process.argv.slice(2), process, controller.signal);
