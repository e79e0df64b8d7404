/**
 * One run of ffmpeg: started, read from under back-pressure, watched by a clock, stopped on abort.
 *
 * The file name reaches ffmpeg as one argument behind `file:`, never through a shell; no protocol but files and pipes is
 * allowed to it.
 * Must not know: samples.
 */
import { spawn } from "node:child_process";
import { GolemError, throwIfAborted } from "../core/error.ts";

/** A run whose standard output is WAV with 32-bit float samples. */
export interface FfmpegRun {
  /** The next `count` bytes; fewer only at the end. Rejects with `aborted`, `needs-ffmpeg` or `corrupt-audio`. */
  read(count: number): Promise<Uint8Array>;
  /** What it wrote to standard error so far. */
  getMessages(): string;
  /** Why it failed, in one line; undefined when it ended well. */
  getFailure(): Promise<string | undefined>;
  /** The error to throw when nothing came out. */
  explain(): Promise<GolemError>;
  stop(): void;
}

/** Characters of messages kept. */
const messageLength = 16_384;

/** Starts `command` on the file at `path`; `name` is what messages call it. */
export function startFfmpeg(
  command: string,
  path: string,
  name: string,
  timeoutSeconds: number,
  signal: AbortSignal | undefined,
): FfmpegRun {
  const child = spawn(
    command,
    [
      ...["-nostdin", "-hide_banner", "-nostats", "-loglevel", "info", "-protocol_whitelist", "file,pipe"],
      ...["-i", `file:${path}`, "-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1"],
      ...["-bitexact", "-c:a", "pcm_f32le", "-f", "wav", "pipe:1"],
    ],
    { stdio: ["ignore", "pipe", "pipe"], windowsHide: true },
  );
  let messages = "";
  let startError: Error | undefined;
  let stopped: "aborted" | "timeout" | undefined;
  const stop = (): void => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
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
    messages = (messages + text).slice(-messageLength);
  });
  child.stderr.on("error", () => {});
  child.stdout.on("error", () => {});
  const output = child.stdout.iterator({ destroyOnReturn: false });
  let pending: Uint8Array = new Uint8Array(0);

  const throwIfStopped = (): void => {
    if (stopped === "aborted") throwIfAborted(signal);
    if (stopped === "timeout") {
      throw new GolemError(
        "corrupt-audio",
        `ffmpeg gave nothing for ${timeoutSeconds} s while decoding ${name}.`,
        {
          hint: "The file is probably damaged; convert it to WAV by hand to see where it stops.",
        },
      );
    }
  };

  const readMore = async (): Promise<Uint8Array | undefined> => {
    const timer = setTimeout(() => {
      stopped = "timeout";
      stop();
    }, timeoutSeconds * 1000);
    try {
      const next = await output.next();
      return next.done ? undefined : (next.value as Uint8Array);
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  };

  const getFailure = async (): Promise<string | undefined> => {
    const code = await closed;
    const lines = messages
      .split("\n")
      .filter((line) => /error|invalid|not found|matches no|does not contain/i.test(line));
    return code === 0
      ? undefined
      : (lines[0] ?? `exit code ${code}`).replace(/^\[[^\]]*\]\s*/, "").replaceAll(path, name);
  };

  return {
    read: async (count) => {
      const bytes = new Uint8Array(count);
      let filled = 0;
      while (filled < count) {
        if (pending.length === 0) {
          const more = await readMore();
          throwIfStopped();
          if (!more) break;
          pending = more;
        }
        const taken = Math.min(pending.length, count - filled);
        bytes.set(pending.subarray(0, taken), filled);
        pending = pending.subarray(taken);
        filled += taken;
      }
      return bytes.subarray(0, filled);
    },
    getMessages: () => messages,
    getFailure,
    explain: async () => {
      const failure = await getFailure();
      if (startError) {
        return new GolemError(
          "needs-ffmpeg",
          `${name} can only be decoded by ffmpeg, and "${command}" could not be started.`,
          {
            hint: "Install ffmpeg, or convert the file to WAV, FLAC, MP3, Ogg Vorbis or Opus.",
            cause: startError,
          },
        );
      }
      if (/matches no streams|does not contain any stream/.test(messages)) {
        return new GolemError("no-samples", `${name} has no audio track; expected one.`, {
          hint: "It holds pictures only; leave it out.",
        });
      }
      return new GolemError(
        "corrupt-audio",
        `ffmpeg could not decode ${name}: ${failure ?? "no samples came out"}.`,
        {
          hint: "The file is damaged or was never finished; copy or record it again.",
        },
      );
    },
    stop,
  };
}
