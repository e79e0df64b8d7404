/** The built program where the system gives out: no descriptors, a full disk or no reader behind standard output. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { createScratchFolder } from "../support/scratch-folder.ts";

const program = fileURLToPath(new URL("../../bin/golem.js", import.meta.url));
const isLinux = process.platform === "linux";

/** Runs a line of shell in which `golem` is the program. */
async function runShell(line: string): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const script = `golem() { "${process.execPath}" "${program}" "$@"; }; ${line}`;
  const env = { ...process.env, GOLEM_HOME: await createScratchFolder() };
  return spawnSync("bash", ["-c", script], { encoding: "utf8", env });
}

it.runIf(isLinux).each([22, 24, 28, 32, 40])("says so with %i descriptors", async (count) => {
  const { status, stderr } = await runShell(`ulimit -n ${count}; golem doctor /nowhere`);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error \[[a-z-]+\]: /);
  expect(stderr).not.toMatch(/\n {4}at /);
});

it.runIf(isLinux)("says so when standard output is on a full disk", async () => {
  const { status, stderr } = await runShell("golem encoders > /dev/full");
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error \[output-failed\]: Standard output/);
});

it.runIf(isLinux)("goes on without standard error, and ends quietly when its reader has left", async () => {
  const { stdout, stderr } = await runShell("golem encoders 2> /dev/full | head -1; echo $PIPESTATUS");
  expect(stdout).toMatch(/^moonshine-tiny.*\n0\n$/);
  expect(stderr).toBe("");
});
