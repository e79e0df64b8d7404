/**
 * Runs the command line inside the test's process and keeps what it writes: the same code as bin/golem.js, without the
 * cost of a process.
 */
import { type Readable, Writable } from "node:stream";
import { run } from "../../src/cli/run.ts";

/** What one run of the command line left behind. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `golem ...args`, with `stdin` piped in if there is one. */
export async function runGolem(
  args: readonly string[],
  signal: AbortSignal = new AbortController().signal,
  stdin?: Readable,
): Promise<CommandResult> {
  const written = { stdout: "", stderr: "" };
  const createStream = (name: "stdout" | "stderr") =>
    new Writable({
      write(chunk, _encoding, done) {
        written[name] += chunk.toString();
        done();
      },
    });
  const streams = {
    ...{ stdout: createStream("stdout"), stderr: createStream("stderr") },
    ...(stdin ? { stdin } : {}),
  };
  const exitCode = await run(args, streams, signal);
  return { exitCode, ...written };
}
