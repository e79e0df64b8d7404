/**
 * Child processes that run a file of this folder, called by messages.
 *
 * Not its concern: what is sent to them, what they do, their limits.
 */
import { type ChildProcess, fork } from "node:child_process";
import type { CallPort } from "../../core/worker-calls.ts";
import { getModuleUrl, isSource } from "../disk/package-place.ts";

/** Starts a file: the built one, or, when this file is the source, the source through tsx. */
export function startProcess(
  script: string,
  options: { readonly args?: readonly string[]; readonly flags?: readonly string[] } = {},
): ChildProcess {
  const { args = [], flags = [] } = options;
  return fork(getModuleUrl(`node/threads/${script}`), [...args], {
    execArgv: [...flags, ...(isSource ? ["--import", import.meta.resolve("tsx")] : [])],
    serialization: "advanced",
    // What foreign data makes a library or the runtime print is not for the terminal.
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
}

/** A process as the other side of calls. */
export function toPort(child: ChildProcess): CallPort {
  return {
    postMessage(message: unknown): void {
      // After its end, the exit says why.
      if (child.connected) child.send(message as object, () => {});
    },
    on: (_type: "message", listener: (message: unknown) => void) => child.on("message", listener),
  };
}
