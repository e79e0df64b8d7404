/**
 * Output of the commands: results on stdout, progress and warnings on stderr, JSON with --json.
 *
 * Not its concern: what commands do.
 */
import type { Readable } from "node:stream";
import { GolemError, toErrorRecord } from "../core/error.ts";
import { makeJsonPrintable, makePrintable } from "../core/printable.ts";
import type { Progress, WorkOptions } from "../core/progress.ts";
import { describeDiskReason } from "../node/disk/disk-error.ts";
import type { EnvironmentOptions, Warning } from "../node/environment.ts";
import type { ErrorOutput } from "./output.ts";
import { wrapIndented } from "./text-table.ts";

/** Options of every command. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly seed: number;
}

/** The streams and environment of a process; tests pass their own. */
export interface Streams {
  readonly stdout: NodeJS.WriteStream | NodeJS.WritableStream;
  readonly stderr: (NodeJS.WriteStream | NodeJS.WritableStream) & { isTTY?: boolean };
  readonly stdin?: Readable & { isTTY?: boolean };
}

/** Output and input of a command. */
export interface Terminal {
  /** Prints text; silent with --json or --quiet. */
  print(text: string): void;
  /** Prints one line of JSON; only with --json. */
  printJson(value: unknown): void;
  /** Prints lines of a command whose text output is its result (predict, lists); silent with --json only. */
  printResult(text: string): void;
  warn(warning: Warning): void;
  /** Prints text for the user while a command runs: to stderr, only if it is a terminal. */
  note(text: string): void;
  /** Shows one line that replaces the previous one, if progress is drawn; removed by the next text. */
  showLive(text: string): void;
  /** Whether live lines are drawn. */
  readonly hasLive: boolean;
  /** Piped standard input; undefined if it is a terminal. */
  readonly input: Readable | undefined;
  /** Options for library calls: cancellation, progress bar, warnings. */
  readonly work: EnvironmentOptions & WorkOptions;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Whether details are requested. */
  readonly verbose: boolean;
  /** Columns of the terminal; undefined if the output is not a terminal: it is then not wrapped. */
  readonly width: number | undefined;
  /** Stream for progress, warnings and logs. */
  readonly stderr: NodeJS.WritableStream;
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  /** Removes the progress bar, if one is drawn. */
  endProgress(): void;
}

/** Minimum time between two updates of a live line, in milliseconds. */
const liveMilliseconds = 80;

/** The escape sequences of `bold`, `dim`, `red` and `yellow`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape of a style
const styles = /(\u001b\[(?:0|1|2|31|33)m)/;

/** Maximum number of warnings shown per code. */
const warningsShown = 10;

/** Creates the terminal of one command run. */
export function createTerminal(options: CommonOptions, streams: Streams, signal: AbortSignal): Terminal {
  const { stdout, stderr, stdin } = streams;
  const json = options.json ?? false;
  const quiet = options.quiet ?? false;
  const isTty = (stream: { isTTY?: boolean }) => stream.isTTY === true;
  const coloured = isTty(stdout as { isTTY?: boolean }) && !process.env.NO_COLOR;
  const style = (code: number) => (text: string) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);
  const drawn = isTty(stderr) && !quiet ? createBar(stderr) : undefined;
  const showProgress = drawn?.show ?? (quiet ? undefined : createProgressLines(stderr));
  let liveSince: number | undefined;
  const bar = drawn && {
    show: drawn.show,
    end: () => {
      drawn.end();
      if (liveSince !== undefined) stderr.write("\r\u001b[K");
      liveSince = undefined;
    },
  };
  const show = (text: string) => makeShown(text, coloured);
  const warned = new Map<string, number>();
  const warn = (warning: Warning) => {
    bar?.end();
    const count = (warned.get(warning.code) ?? 0) + 1;
    warned.set(warning.code, count);
    if (quiet || count > warningsShown) return;
    stderr.write(`${formatError("warning", warning, getColumns(stderr))}\n`);
    if (count === warningsShown) stderr.write(`  (further warnings [${warning.code}] are not shown)\n`);
  };
  return {
    print: (text) => {
      bar?.end();
      if (!json && !quiet) stdout.write(`${show(text)}\n`);
    },
    printJson: (value) => {
      bar?.end();
      if (json) stdout.write(`${makeJsonPrintable(JSON.stringify(value))}\n`);
    },
    printResult: (text) => {
      bar?.end();
      if (!json) stdout.write(`${show(text)}\n`);
    },
    warn,
    note: (text) => {
      bar?.end();
      if (bar) stderr.write(`${show(text)}\n`);
    },
    showLive: (text) => {
      if (!bar || (liveSince !== undefined && performance.now() - liveSince < liveMilliseconds)) return;
      bar.end();
      liveSince = performance.now();
      const width = (stderr as { columns?: number }).columns ?? 80;
      stderr.write(makePrintable(text.slice(0, width - 1)));
    },
    hasLive: bar !== undefined,
    input: stdin && !isTty(stdin) ? stdin : undefined,
    work: { signal, onWarning: warn, ...(showProgress ? { onProgress: showProgress } : {}) },
    json,
    quiet,
    verbose: options.verbose ?? false,
    width: getColumns(stdout),
    stderr,
    bold: style(1),
    dim: style(2),
    red: style(31),
    yellow: style(33),
    endProgress: () => bar?.end(),
  };
}

/** Removes control characters from text, except line ends, tabs and the styles of this terminal. */
function makeShown(text: string, coloured: boolean): string {
  if (!coloured) return makePrintable(text, "\n\t");
  return text
    .split(styles)
    .map((part, i) => (i % 2 === 0 ? makePrintable(part, "\n\t") : part))
    .join("");
}

/** Gets the columns of a stream that is a terminal; otherwise undefined. */
function getColumns(
  stream: NodeJS.WritableStream & { isTTY?: boolean; columns?: number },
): number | undefined {
  return stream.isTTY ? stream.columns : undefined;
}

/** Formats "error [code]: message", with the hint on its own line; wrapped if `width` is given. */
export function formatError(
  kind: "error" | "warning",
  { code, message, hint }: Warning,
  width?: number,
): string {
  // The hint names the option of the library; predict and evaluate use the golem's limit.
  const words = hint.replace("maximumSeconds", "--max-seconds, when training or embedding");
  const wrap = (text: string, indent: number) =>
    text.split("\n").flatMap((line) => wrapIndented(line, indent, width));
  const lines = [...wrap(`${kind} [${code}]: ${message}`, 0), ...(words ? wrap(words, 2) : [])];
  return makePrintable(lines.join("\n"), "\n\t");
}

/** Prints an error and returns the exit code: 2 for wrong usage, 130 for an interruption, else 1. */
export function reportError(found: unknown, json: boolean, streams: Streams): number {
  const error = describeSystemError(found);
  const record = toErrorRecord(error, "unexpected");
  const output = { error: record as ErrorOutput["error"] } satisfies ErrorOutput;
  if (json) streams.stdout.write(`${makeJsonPrintable(JSON.stringify(output))}\n`);
  streams.stderr.write(`${formatError("error", record, getColumns(streams.stderr))}\n`);
  if (!(error instanceof GolemError)) {
    const trace = error instanceof Error ? error.stack : undefined;
    streams.stderr.write(`${makePrintable(trace ?? String(error), "\n\t")}\n`);
    return 1;
  }
  return error.code === "usage" ? 2 : error.code === "aborted" ? 130 : 1;
}

/** Maximum and minimum width of the bar, and width of the text after it, in characters. */
const [largestBar, smallestBar, amountSize] = [30, 8, 26];
/** Totals up to this are shown as counts; larger ones are bytes and shown as a percentage. */
const maximumCounted = 100_000;

/** Formats "embedding ████░░░░ 12/50, 8 s left"; "estimating" before an estimate is possible. */
export function formatProgress(
  stage: string,
  progress: number,
  value: number,
  total: number,
  etaSeconds: number,
  columns = Number.POSITIVE_INFINITY,
): string {
  const barSize = Math.max(smallestBar, Math.min(largestBar, columns - stage.length - amountSize));
  const full = Math.round(barSize * Math.min(1, Math.max(0, progress)));
  const amount = total > maximumCounted ? `${Math.floor(100 * progress)} %` : `${value}/${total}`;
  const isKnown = value > 0 && Number.isFinite(etaSeconds);
  const left = isKnown ? `${formatDuration(etaSeconds)} left` : "estimating";
  return `${stage} ${"█".repeat(full)}${"░".repeat(barSize - full)} ${amount}, ${left}`;
}

function formatDuration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/**
 * Converts a system error that no other part has described, such as a lack of file descriptors for loading a
 * part of this program.
 */
function describeSystemError(error: unknown): unknown {
  const { code, syscall, path } = (error ?? {}) as NodeJS.ErrnoException;
  if (error instanceof GolemError || code === undefined || syscall === undefined) return error;
  const isReading = /^(open|read|stat|lstat|scandir|realpath)$/.test(syscall);
  const what = `${path ?? "A file"} could not be ${isReading ? "opened" : "written"}`;
  return new GolemError(
    isReading ? "unreadable" : "output-failed",
    `${what}: ${describeDiskReason(error)}.`,
    {
      hint: /^E[MN]FILE$/.test(code)
        ? "Raise the limit, for example with `ulimit -n 1024`."
        : "Check the disk and its permissions.",
      cause: error,
    },
  );
}

/** Time between lines of progress without a terminal, and before the first, in milliseconds. */
const lineMilliseconds = 5000;
const quietMilliseconds = 15_000;

/** Creates a function that writes progress as a line every few seconds, for logs; none for shorter work. */
function createProgressLines(stderr: Streams["stderr"]): (progress: Progress) => void {
  let due = performance.now() + quietMilliseconds;
  return ({ stage, completed, total }) => {
    if (performance.now() < due) return;
    due = performance.now() + lineMilliseconds;
    const share = total ? ` (${Math.floor((100 * completed) / total)} %)` : "";
    stderr.write(`${makePrintable(stage)} ${completed}${total === undefined ? "" : `/${total}`}${share}\n`);
  };
}

/** Creates a progress bar on a terminal, drawn by cli-progress, which is loaded at the first report. */
function createBar(stream: Streams["stderr"]): { show(progress: Progress): void; end(): void } {
  type Bar = import("cli-progress").SingleBar;
  let bar: Bar | undefined;
  let stage: string | undefined;
  let latest: Progress | undefined;
  let library: typeof import("cli-progress") | undefined;
  const end = () => {
    bar?.stop();
    bar = undefined;
    stage = undefined;
    latest = undefined;
  };
  const draw = () => {
    if (!library || !latest) return;
    const { completed, total } = latest;
    if (latest.stage !== stage) {
      bar?.stop();
      stage = latest.stage;
      bar = new library.SingleBar({
        stream: stream as NodeJS.WritableStream,
        format: (_options, { progress, value, total, eta }) =>
          formatProgress(stage!, progress, value, total, eta, (stream as { columns?: number }).columns),
        clearOnComplete: true,
        hideCursor: true,
      });
      bar.start(total ?? 1, completed);
    }
    bar?.update(completed);
    if (total !== undefined && completed >= total) end();
  };
  return {
    show(progress) {
      latest = progress;
      if (library) return draw();
      void import("cli-progress").then((module) => {
        library = module.default ?? module;
        draw();
      });
    },
    end,
  };
}
