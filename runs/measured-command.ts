/** Runs a command of the built package in a process of its own, and measures it. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a command took, and printed. */
interface MeasuredCommand {
  readonly status: number | null;
  readonly stdout: string;
  /** Of the process, and of the children it waited for (they decode Parquet). */
  readonly processorSeconds: number;
  readonly wallSeconds: number;
  /** Of the process. On Linux its own; elsewhere not less than that of the process that started it. */
  readonly peakMegabytes: number;
}

/** Runs `golem ARGS`; notes are written to the folder `scratch`. Needs Linux's /proc for the children's time. */
export function measureCommand(scratch: string, args: readonly string[]): MeasuredCommand {
  const used = join(scratch, "used.json");
  const hook = join(scratch, "note.cjs");
  // Fields 16 and 17 of proc(5), in hundredths of a second; VmHWM, since maxRSS counts the parent.
  const note = `process.on("exit", () => { const fs = require("node:fs"); const u = process.resourceUsage();
    const ended = fs.readFileSync("/proc/self/stat", "utf8").split(") ").at(-1).split(" ").slice(13, 15);
    const seconds = (u.userCPUTime + u.systemCPUTime) / 1e6 + ended.reduce((sum, ticks) => sum + ticks / 100, 0);
    const [, own] = /VmHWM:\\s+(\\d+) kB/.exec(fs.readFileSync("/proc/self/status", "utf8")) ?? [0, u.maxRSS];
    fs.writeFileSync(${JSON.stringify(used)}, JSON.stringify([seconds, Number(own)])); });`;
  writeFileSync(hook, note);
  const started = performance.now();
  const { status, stdout } = spawnSync(process.execPath, ["--require", hook, "bin/golem.js", ...args], {
    encoding: "utf8",
    maxBuffer: 2 ** 30,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const wallSeconds = (performance.now() - started) / 1000;
  const [processorSeconds, kilobytes] = JSON.parse(readFileSync(used, "utf8")) as [number, number];
  return { status, stdout, processorSeconds, wallSeconds, peakMegabytes: kilobytes / 1024 };
}
