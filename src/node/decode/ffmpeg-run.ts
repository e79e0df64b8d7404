/**
 * One run of ffmpeg, with back-pressure, a stall timeout and abort.
 *
 * The file name is passed to ffmpeg as one argument after `file:`, never through a shell; only the file,
 * subfile and pipe protocols are allowed. Other sources are written to its standard input; it may then open
 * no files.
 * Not its concern: samples.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import type { ByteSource } from "../../core/byte-source.ts";
import { blockBytes } from "../../core/byte-source.ts";
import { GolemError, throwIfAborted } from "../../core/error.ts";

/** A run whose standard output is WAV with 32-bit float samples. */
export interface FfmpegRun {
  /** Reads the next `count` bytes, fewer at the end. Rejects: `aborted`, `needs-ffmpeg`, `corrupt-audio`. */
  read(count: number): Promise<Uint8Array>;
  /** Resolves with its messages once they describe input and output; to be called when there is output. */
  waitForHeader(): Promise<string>;
  /** Gets why it failed, in one line; undefined after success. */
  getFailure(): Promise<string | undefined>;
  /** Gets the error to throw if there was no output. */
  explain(): Promise<GolemError>;
  stop(): void;
}

/** Maximum characters of messages kept. */
const messageLength = 16_384;

/**
 * Starts `command` on a file, or on bytes that can be read from start to end; `format`: ffmpeg's name for it,
 * if it cannot be recognised.
 */
export function startFfmpeg(
  command: string,
  source: ByteSource,
  timeoutSeconds: number,
  signal: AbortSignal | undefined,
  { format }: { readonly format?: string | undefined } = {},
): FfmpegRun {
  const { name } = source;
  const child = spawnFfmpeg(command, source, format);
  if (child.stdin) feed(source, child.stdin);
  let messages = "";
  let startError: Error | undefined;
  let stopped: "aborted" | "timeout" | undefined;
  const stop = (): void => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    child.stdin?.destroy();
    child.stdout.destroy();
    signal?.removeEventListener("abort", abort);
  };
  const abort = (): void => {
    stopped = "aborted";
    stop();
  };
  signal?.addEventListener("abort", abort, { once: true });
  child.on("error", (error) => {
    startError = error;
  });
  const closed = new Promise<number | null>((done) => {
    child.on("close", (code) => done(code));
    child.on("error", () => done(null));
  });
  child.stderr.setEncoding("utf8");
  child.stderr.on("data", (text: string) => {
    // The first messages describe the input; later ones repeat its faults.
    messages = (messages + text).slice(0, messageLength);
  });
  child.stderr.on("error", () => {});
  child.stdout.on("error", () => {});
  const output = child.stdout.iterator({ destroyOnReturn: false });

  const throwIfStopped = (): void => {
    if (stopped === "aborted") throwIfAborted(signal);
    if (stopped === "timeout") {
      throw new GolemError(
        "corrupt-audio",
        `ffmpeg produced no output for ${timeoutSeconds} s while decoding ${name}.`,
        {
          hint: "The file is probably damaged; convert it to WAV with ffmpeg to see where it stops.",
        },
      );
    }
  };

  const readMore = async (): Promise<Uint8Array | undefined> => {
    const timer = setTimeout(() => {
      stopped = "timeout";
      stop();
    }, timeoutSeconds * 1000);
    let more: Uint8Array | undefined;
    try {
      const next = await output.next();
      more = next.done ? undefined : (next.value as Uint8Array);
    } catch {
      // Destroyed; the reason follows.
    } finally {
      clearTimeout(timer);
    }
    throwIfStopped();
    return more;
  };

  const getFailure = async (): Promise<string | undefined> => {
    const code = await closed;
    return code === 0 ? undefined : findFailure(messages, source, code);
  };

  return {
    read: createReader(readMore),
    waitForHeader: async () => {
      // Messages are written before output, but may arrive after it.
      for (let tries = 0; tries < 100 && !messages.includes("Output #0"); tries++) {
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      return messages;
    },
    getFailure,
    explain: async () => {
      const failure = await getFailure();
      return startError
        ? createStartError(name, command, startError)
        : createOutputError(name, messages, failure);
    },
    stop,
  };
}

function spawnFfmpeg(
  command: string,
  source: ByteSource,
  format: string | undefined,
): ChildProcessByStdio<Writable | null, Readable, Readable> {
  const input = getInput(source);
  const isFile = input !== undefined;
  return spawn(
    command,
    [
      ...["-nostdin", "-hide_banner", "-nostats", "-loglevel", "info"],
      ...(format === undefined ? [] : ["-f", format]),
      ...["-protocol_whitelist", isFile ? "file,subfile,pipe" : "pipe", "-i", input ?? "pipe:0"],
      ...["-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1"],
      ...["-bitexact", "-c:a", "pcm_f32le", "-f", "wav", "pipe:1"],
    ],
    { stdio: [isFile ? "ignore" : "pipe", "pipe", "pipe"], windowsHide: true },
  ) as ChildProcessByStdio<Writable | null, Readable, Readable>;
}

/** Gets the address of a file, or of a part of one, for ffmpeg. */
function getInput({ path, part }: ByteSource): string | undefined {
  if (path !== undefined) return `file:${path}`;
  return part && `subfile,,start,${part.start},end,${part.end},,:file:${part.path}`;
}

/** Creates a reader of given numbers of bytes from the chunks of `readMore`; undefined is the end. */
function createReader(readMore: () => Promise<Uint8Array | undefined>): FfmpegRun["read"] {
  let pending: Uint8Array = new Uint8Array(0);
  return async (count) => {
    const bytes = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      if (pending.length === 0) {
        const more = await readMore();
        if (!more) break;
        pending = more;
      }
      const taken = Math.min(pending.length, count - filled);
      bytes.set(pending.subarray(0, taken), filled);
      pending = pending.subarray(taken);
      filled += taken;
    }
    return bytes.subarray(0, filled);
  };
}

/** Finds the first message that names an error, without the parts that differ between runs. */
function findFailure(messages: string, source: ByteSource, code: number | null): string {
  const { name } = source;
  const line = messages
    .split("\n")
    .find((text) => /error|invalid|not found|matches no|does not contain/i.test(text));
  return (line ?? `exit code ${code}`)
    .replace(/^\[[^\]]*\]\s*/, "")
    .replaceAll(getInput(source) ?? "pipe:0", name)
    .replaceAll(source.path ?? "pipe:0", name)
    .replace(`${name}: `, "");
}

function createStartError(name: string, command: string, cause: Error): GolemError {
  return new GolemError(
    "needs-ffmpeg",
    `${name} can only be decoded by ffmpeg, and "${command}" could not be started.`,
    {
      hint: "Install ffmpeg, or convert the file to WAV, FLAC, MP3, Ogg Vorbis or Opus.",
      cause,
    },
  );
}

function createOutputError(name: string, messages: string, failure: string | undefined): GolemError {
  if (/matches no streams|does not contain any stream/.test(messages)) {
    return new GolemError("no-samples", `${name} has no audio track; expected one.`, {
      hint: "Leave the file out.",
    });
  }
  return new GolemError(
    "corrupt-audio",
    `ffmpeg could not decode ${name}: ${failure ?? "it returned no samples"}.`,
    {
      hint: "The file is damaged or incomplete; copy or record it again.",
    },
  );
}

/** Writes bytes to a program with back-pressure; the program may stop reading at any time. */
function feed(source: ByteSource, input: Writable): void {
  input.on("error", () => {});
  const isOpen = (): boolean => !input.destroyed && !input.writableEnded;
  const write = async (): Promise<void> => {
    for (let offset = 0; offset < source.byteLength && isOpen(); ) {
      const bytes = await source.read(offset, blockBytes);
      if (bytes.length === 0 || !isOpen()) break;
      offset += bytes.length;
      if (input.write(bytes)) continue;
      await new Promise<void>((resolve) => {
        const go = (): void => {
          input.off("drain", go).off("close", go);
          resolve();
        };
        input.on("drain", go).on("close", go);
      });
    }
    if (isOpen()) input.end();
  };
  void write().catch(() => input.destroy());
}
