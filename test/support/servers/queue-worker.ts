/** Workers of a queue as processes of the built program, and runs for them. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { createTone, createWav } from "../audio-files.ts";
import { runGolem } from "../command-line.ts";
import { getSharedFolder } from "../shared-folder.ts";
import { endChild } from "./redis-server.ts";

/** The built program. */
export const program = fileURLToPath(new URL("../../../bin/golem.js", import.meta.url));

/** Runs a command in this process, and parses what it prints. */
export async function runJson(...args: string[]) {
  const { exitCode, stdout, stderr } = await runGolem([...args, "--json", "--quiet"]);
  return { exitCode, stderr, document: stdout === "" ? undefined : JSON.parse(stdout) };
}

/** A worker, and the events that it prints. */
export function startWorker(url: string, ...args: string[]) {
  const child = spawn(
    process.execPath,
    [program, "work", "--queue", url, "--json", "--concurrency", "1", ...args],
    {
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  onTestFinished(() => endChild(child, "SIGKILL"));
  const events: { event: string; shard?: number; reason?: string; metrics?: string; clips?: number }[] = [];
  let left = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (left + text).split("\n");
    left = lines.pop()!;
    for (const line of lines) events.push(JSON.parse(line));
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const waitFor = async (isIt: (event: (typeof events)[number]) => boolean) => {
    for (;;) {
      const found = events.find(isIt);
      if (found) return found;
      if (child.exitCode !== null) throw new Error(`the worker ended with ${child.exitCode}: ${errors}`);
      await pause(20);
    }
  };
  return { child, events, waitFor, getErrors: () => errors };
}

/** Waits for the end of a process. */
export const waitForExit = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    else child.once("exit", (code) => resolve(code));
  });

/** Tones, and three files that are no recordings. */
export const getData = () =>
  getSharedFolder("tones-for-queues", async (folder) => {
    await mkdir(join(folder, "tone"), { recursive: true });
    for (let n = 0; n < 13; n++) {
      const wave = createWav(createTone(16_000, 0.3, 1, 200 + 100 * n), 16_000);
      await writeFile(join(folder, "tone", `${String(n).padStart(2, "0")}.wav`), wave);
    }
    for (const name of ["x", "y", "z"])
      await writeFile(join(folder, "tone", `${name}.wav`), `garbage ${name}`);
  });

/** Plans a run over them, in eight shards. */
export const plan = async (run: string) =>
  runJson("plan", await getData(), "--out", run, "--shard-size", "2", "--encoder", "google-speech-embedding");
