/**
 * Runs the parsers of one area in child processes and watches them: crashes, hangs, errors without a code,
 * peak memory. After a crash or a hang the next child goes on with the next input.
 *
 * Not its concern: which areas there are, what is printed.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FuzzArea } from "./area.ts";
import { loadCorpus, planNumbered } from "./corpus.ts";
import { createInput, type InputPlan, minimise } from "./mutations.ts";

/** An input that failed. */
export interface Finding {
  readonly kind: "crash" | "hang" | "raw error" | "memory";
  /** Number of the input; with the seed it makes the input again. */
  readonly index: number;
  /** What is left of its changes while it still fails; absent if the parent could not find out. */
  readonly plan?: InputPlan | undefined;
  readonly message: string;
  /** The input, in base64. */
  readonly bytes?: string | undefined;
}

/** Messages of the child. */
export type ChildMessage =
  | (Finding & { readonly kind: "raw error" | "memory" })
  | {
      readonly kind: "state";
      /** Since the last message: inputs by outcome, and the slowest in milliseconds. */
      readonly counts: Readonly<Record<string, number>>;
      readonly slowest: number;
      /** Peak memory of the process, in bytes. */
      readonly peak: number;
      readonly isDone: boolean;
    };

/** Argument of the child. */
export interface ChildArgument {
  readonly module: string;
  readonly seed: number;
  readonly from: number;
  readonly count: number;
  readonly progress: string;
  readonly corpus?: string | undefined;
  /** Given in place of what the seed makes. */
  readonly plan?: InputPlan | undefined;
}

/** What became of an area's inputs. */
export interface AreaResult {
  readonly seed: number;
  readonly inputs: number;
  readonly seconds: number;
  /** Inputs by outcome: "accepted" or the code of the error; without those just before a crash or a hang. */
  readonly counts: Readonly<Record<string, number>>;
  readonly slowestMilliseconds: number;
  readonly peakBytes: number;
  readonly findings: readonly Finding[];
}

/** Options of {@link fuzzArea}. */
export interface FuzzOptions {
  /** Address of the area's module. */
  readonly module: string;
  readonly seed: number;
  /** Number of the first input. */
  readonly from?: number | undefined;
  readonly count: number;
  readonly seconds: number;
  readonly corpus?: string | undefined;
  /** Longest time for one input. */
  readonly hangSeconds?: number | undefined;
  /** The run ends after so many findings. */
  readonly maximumFindings?: number | undefined;
}

/** Longest time until the first input. */
const startSeconds = 120;
const pollMilliseconds = 100;
/**
 * Decoders of WebAssembly come and go with every input, and clearing up takes half of the time. `--single-threaded-gc`
 * would save another third, but one process in three then stopped for good before its first input.
 */
const memoryFlags = ["--max-semi-space-size=64"];
const keptOutput = 4000;
const childFile = fileURLToPath(new URL("child.ts", import.meta.url));

/** Fuzzes one area until its inputs or its time are used up. */
export async function fuzzArea(options: FuzzOptions): Promise<AreaResult> {
  const { module, seed, from = 0, count, seconds, corpus, hangSeconds = 5, maximumFindings = 50 } = options;
  const folder = mkdtempSync(join(tmpdir(), "golem-fuzz-"));
  const progress = join(folder, "progress");
  const started = Date.now();
  const deadline = started + 1000 * seconds;
  const findings: Finding[] = [];
  const counts: Record<string, number> = {};
  const totals = { inputs: 0, slowest: 0, peak: 0 };
  const take = (message: ChildMessage): void => {
    if (message.kind !== "state") {
      findings.push(message);
      return;
    }
    for (const [code, n] of Object.entries(message.counts)) counts[code] = (counts[code] ?? 0) + n;
    totals.slowest = Math.max(totals.slowest, message.slowest);
    totals.peak = Math.max(totals.peak, message.peak);
  };
  try {
    let next = from;
    while (next < from + count && Date.now() < deadline && findings.length < maximumFindings) {
      const argument = { module, seed, from: next, count: from + count - next, progress, corpus };
      const end = await runChild(argument, { deadline, hangSeconds, take });
      // Counted here, since a process that dies takes its last counts with it.
      totals.inputs += end.index + 1 - next;
      if (end.kind === "done") break;
      if (end.index < 0) throw new Error(`the parsers could not be started: ${end.message}`);
      const finding = { ...end, kind: end.kind };
      findings.push(
        await minimiseFinding(finding, { ...argument, progress: join(folder, "again") }, hangSeconds),
      );
      next = end.index + 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const { inputs, slowest, peak } = totals;
  return {
    ...{ seed, inputs, seconds: (Date.now() - started) / 1000, counts, findings },
    ...{ slowestMilliseconds: slowest, peakBytes: peak },
  };
}

type ChildEnd =
  | { readonly kind: "done"; readonly index: number }
  | { readonly kind: "crash" | "hang"; readonly index: number; readonly message: string };

/** Runs one child until it is done, hangs, dies, or the time is used up. */
async function runChild(
  argument: ChildArgument,
  {
    deadline,
    hangSeconds,
    take,
  }: {
    readonly deadline: number;
    readonly hangSeconds: number;
    readonly take: (message: ChildMessage) => void;
  },
): Promise<ChildEnd> {
  const start = Buffer.alloc(8);
  start.writeDoubleLE(-1);
  writeFileSync(argument.progress, start);
  const child: ChildProcess = spawn(
    process.execPath,
    [...memoryFlags, "--import", "tsx", childFile, JSON.stringify(argument)],
    { stdio: ["ignore", "pipe", "pipe", "ipc"] },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("latin1").on("data", (text: string) => {
      output = (output + text).slice(-keptOutput);
    });
  }
  let isDone = false;
  child.on("message", (message: ChildMessage) => {
    take(message);
    isDone ||= message.kind === "state" && message.isDone;
  });
  const ended = new Promise<string>((resolve) => {
    child.on("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  const readIndex = (): number => readFileSync(argument.progress).readDoubleLE();
  let [index, since] = [-1, Date.now()];
  let stopped: "hang" | "deadline" | undefined;
  const timer = setInterval(() => {
    const found = readIndex();
    const now = Date.now();
    if (found !== index) [index, since] = [found, now];
    if (isDone) return;
    if (now - since > 1000 * (index < 0 ? startSeconds : hangSeconds)) stopped = "hang";
    else if (now > deadline && index >= 0) stopped = "deadline";
    if (stopped) child.kill("SIGKILL");
  }, pollMilliseconds);
  const how = await ended;
  clearInterval(timer);
  if (isDone || stopped === "deadline") return { kind: "done", index: readIndex() };
  const message = `${stopped === "hang" ? `no result after ${hangSeconds} s` : how}\n${output}`;
  return { kind: stopped === "hang" ? "hang" : "crash", index: readIndex(), message };
}

/** Leaves out changes of an input that killed or stopped its process, each tried in a process of its own. */
async function minimiseFinding(
  finding: Finding,
  argument: ChildArgument,
  hangSeconds: number,
): Promise<Finding> {
  const { area } = (await import(argument.module)) as { readonly area: FuzzArea };
  const corpus = await loadCorpus(area, argument.corpus);
  const plan = planNumbered(corpus, area, argument.seed, finding.index);
  const smallest = await minimise(plan, async (each) => {
    const one = { ...argument, from: finding.index, count: 1, plan: each };
    const deadline = Date.now() + 1000 * (startSeconds + hangSeconds);
    const end = await runChild(one, { deadline, hangSeconds, take: () => undefined });
    return end.kind === finding.kind;
  });
  return { ...finding, plan: smallest, bytes: Buffer.from(createInput(corpus, smallest)).toString("base64") };
}
