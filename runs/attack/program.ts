/**
 * Starts, measures and ends the built program, as a user would, for runs that attack it; and makes recordings
 * of tones.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeWav } from "../../src/audio/wav-writer.ts";

const program = fileURLToPath(new URL("../../bin/golem.js", import.meta.url));

/** The result of one run of the program. */
export interface ProgramRun {
  /** The exit code, or the name of the signal that ended it. */
  readonly end: number | string;
  readonly stdout: string;
  readonly stderr: string;
  /** From its start to its end. */
  readonly seconds: number;
  /** Processor time of the process itself in seconds, as far as it was seen; 0 where the system does not say. */
  readonly processorSeconds: number;
  /** Most memory of the process itself, in megabytes; 0 where the system does not say (/proc). */
  readonly megabytes: number;
}

/** Starts the program with a cache folder of its own. */
export function startProgram(
  args: readonly string[],
  home: string,
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(process.execPath, [program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env, GOLEM_HOME: home },
  });
}

/** Ticks of processor time per second, on all systems with /proc. */
const ticks = 100;

/** Peak of a process's memory in megabytes, and its processor time in seconds; 0 where they are not known. */
function readCosts(pid: number | undefined): { megabytes: number; processorSeconds: number } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
      .replace(/^.*\) /, "")
      .split(" ");
    return {
      megabytes: Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024),
      processorSeconds: (Number(fields[11]) + Number(fields[12])) / ticks,
    };
  } catch {
    return { megabytes: 0, processorSeconds: 0 };
  }
}

/** Runs the program to its end. */
export async function runProgram(
  args: readonly string[],
  home: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ProgramRun> {
  const started = performance.now();
  const child = startProgram(args, home, env);
  let costs = { megabytes: 0, processorSeconds: 0 };
  const timer = setInterval(() => {
    const now = readCosts(child.pid);
    if (now.processorSeconds >= costs.processorSeconds && now.megabytes > 0) costs = now;
  }, 50);
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]!.on("data", (data) => {
      texts[name] += data;
    });
  }
  const end = await new Promise<number | string>((resolve) =>
    child.once("close", (code, signal) => resolve(signal ?? code ?? -1)),
  );
  clearInterval(timer);
  return { end, ...texts, seconds: (performance.now() - started) / 1000, ...costs };
}

/** Writes `count` recordings of a second per class, low and high tones. */
export async function writeTones(folder: string, count: number): Promise<void> {
  for (const [label, base] of [
    ["low", 300],
    ["high", 1800],
  ] as const) {
    await mkdir(join(folder, label), { recursive: true });
    for (let i = 0; i < count; i++) {
      const step = (2 * Math.PI * (base + 5 * i)) / 16_000;
      const samples = Float32Array.from({ length: 16_000 }, (_, n) => 0.4 * Math.sin(step * n));
      await writeFile(join(folder, label, `${i}.wav`), encodeWav(samples, 16_000, "pcm16"));
    }
  }
}
