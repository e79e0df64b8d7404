/** Starts child processes that run a file of this folder and are called by messages. */
import { type ChildProcess, fork } from "node:child_process";
import type { CallPort } from "../../core/worker-calls.ts";
import { getModuleUrl, isSourceUrl } from "../disk/package-place.ts";

/** Starts a file: the built one, or the source through tsx. */
export function startProcess(
  script: string,
  options: { readonly args?: readonly string[]; readonly flags?: readonly string[] } = {},
): ChildProcess {
  const { args = [], flags = [] } = options;
  const url = getModuleUrl(`node/threads/${script}`);
  return fork(url, [...args], {
    execArgv: [...flags, ...(isSourceUrl(url) ? ["--import", import.meta.resolve("tsx")] : [])],
    serialization: "advanced",
    // A library or the runtime may print messages about untrusted data; they must not reach the terminal.
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
}

/** Wraps a process as a port for calls. */
export function toPort(child: ChildProcess): CallPort {
  return {
    postMessage(message: unknown): void {
      // After the process has ended, its exit code gives the reason.
      if (child.connected) child.send(message as object, () => {});
    },
    on: (_type: "message", listener: (message: unknown) => void) => child.on("message", listener),
  };
}
