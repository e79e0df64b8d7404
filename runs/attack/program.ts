/**
 * Starts, measures and ends the built program, as a user would, for runs that attack it; and makes recordings
 * of tones.
 */
import { type ChildProcess, spawn } from "node:child_process";
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
}

/** Starts the program with a cache folder of its own. */
export function startProgram(args: readonly string[], home: string): ChildProcess {
  return spawn(process.execPath, [program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, GOLEM_HOME: home },
  });
}

/** Runs the program to its end. */
export async function runProgram(args: readonly string[], home: string): Promise<ProgramRun> {
  const child = startProgram(args, home);
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]!.on("data", (data) => {
      texts[name] += data;
    });
  }
  const end = await new Promise<number | string>((resolve) =>
    child.once("close", (code, signal) => resolve(signal ?? code ?? -1)),
  );
  return { end, ...texts };
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
