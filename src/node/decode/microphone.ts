/**
 * The microphone, through an installed program: arecord (ALSA), ffmpeg (PulseAudio, ALSA, AVFoundation,
 * DirectShow) or sox. It writes raw 16-bit samples, mono, 16 kHz, to its standard output.
 *
 * Not its concern: detection.
 */
import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { GolemError, throwIfAborted } from "../../core/error.ts";

/** A program that records, with its arguments. */
interface RecordCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** Sample rate of the microphone, in Hz. */
export const microphoneRate = 16_000;

/** Maximum number of characters kept of a program's messages. */
const messageLength = 4000;

/** Lists the recording programs of a platform, best first. `device`: the microphone's name there. */
export function listRecordCommands(platform: NodeJS.Platform, device?: string): RecordCommand[] {
  const rate = String(microphoneRate);
  const raw = ["-ac", "1", "-ar", rate, "-f", "s16le", "-"];
  const ffmpeg = (input: string, name: string): RecordCommand => ({
    command: "ffmpeg",
    args: ["-nostdin", "-hide_banner", "-loglevel", "error", "-f", input, "-i", name, ...raw],
  });
  const sox: RecordCommand = {
    command: "sox",
    args: [
      ...["-q", ...(device ? ["-t", platform === "darwin" ? "coreaudio" : "alsa", device] : ["-d"])],
      ...["-t", "raw", "-r", rate, "-e", "signed", "-b", "16", "-c", "1", "-L", "-"],
    ],
  };
  switch (platform) {
    case "linux": {
      const args = ["-q", "-t", "raw", "-f", "S16_LE", "-r", rate, "-c", "1"];
      return [
        { command: "arecord", args: [...args, ...(device ? ["-D", device] : [])] },
        ffmpeg("pulse", device ?? "default"),
        sox,
      ];
    }
    case "darwin":
      return [ffmpeg("avfoundation", `:${device ?? "default"}`), sox];
    case "win32":
      return [...(device ? [ffmpeg("dshow", `audio=${device}`)] : []), sox];
    default:
      return [ffmpeg("oss", device ?? "/dev/dsp"), sox];
  }
}

/** Finds the first of the programs on the PATH; throws `no-microphone`, whose hint states what to install. */
export function findRecordCommand(platform: NodeJS.Platform, path: string, device?: string): RecordCommand {
  const commands = listRecordCommands(platform, device);
  const found = commands.find(({ command }) => isOnPath(command, platform, path));
  if (found) return found;
  const names = [...new Set(commands.map(({ command }) => command))].join(", ");
  const advice =
    platform === "linux"
      ? "Install one (Debian: apt install alsa-utils)"
      : platform === "darwin"
        ? "Install one (brew install ffmpeg)"
        : "Install SoX, or name a microphone with --device for ffmpeg";
  throw new GolemError("no-microphone", `No recording program was found; expected one of ${names}.`, {
    hint: `${advice}, or pipe samples in: mono, 16-bit, 16 kHz.`,
  });
}

function isOnPath(command: string, platform: NodeJS.Platform, path: string): boolean {
  const name = platform === "win32" ? `${command}.exe` : command;
  return path.split(delimiter).some((folder) => {
    if (folder === "") return false;
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Records until aborted, or until the program ends; yields bytes as they arrive. The program ends with the
 * generator. Rejects with `no-microphone` if the program fails, and `aborted`.
 */
export async function* record(
  { command, args }: RecordCommand,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  throwIfAborted(signal);
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
  let messages = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    messages = (messages + text).slice(-messageLength);
  });
  const ended = new Promise<string | undefined>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, killed) => resolve(code === 0 || killed ? undefined : `it ended with ${code}`));
  });
  const stop = (): void => {
    child.kill("SIGKILL");
  };
  signal?.addEventListener("abort", stop, { once: true });
  try {
    for await (const bytes of child.stdout) yield bytes as Uint8Array;
    throwIfAborted(signal);
    const failure = await ended;
    if (failure === undefined) return;
    throw new GolemError("no-microphone", `${command} could not record: ${messages.trim() || failure}.`, {
      hint: "Name a microphone with --device, or pipe samples in: mono, 16-bit, 16 kHz.",
    });
  } finally {
    signal?.removeEventListener("abort", stop);
    if (child.exitCode === null && child.signalCode === null) stop();
    await ended;
  }
}
