/** `golem listen GOLEM`: events in live sound, from a pipe or the microphone. */
import { throwIfAborted } from "../../core/error.ts";
import { createPcmReader, type PcmFormat } from "../../detect/pcm-reader.ts";
import { findRecordCommand, microphoneRate, record } from "../../node/decode/microphone.ts";
import { openDetector } from "../../node/detect.ts";
import { loadGolem } from "../../node/golem.ts";
import { describeEvent, describeLiveState } from "../describe-event.ts";
import type { ListenOutput } from "../output.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";
import {
  type DetectCommandOptions,
  type KeepCommandOptions,
  noteThresholds,
  toDetectOptions,
  toKeepOptions,
} from "./shared-options.ts";

/** Maximum lag behind the microphone before windows are skipped, in seconds. */
const maximumLagSeconds = 5;

/** Runs the command; resolves with 130 when interrupted; a microphone is recorded until then. */
export async function runCommand(
  [folder]: [string],
  options: CommonOptions &
    DetectCommandOptions &
    KeepCommandOptions & { rate?: number; format?: PcmFormat; device?: string },
  terminal: Terminal,
): Promise<number> {
  const { input, work } = terminal;
  const { signal } = work;
  const { device } = options;
  const golem = await loadGolem(folder, { ...work, encoder: options.encoder });
  const detection = toDetectOptions(options);
  noteThresholds(golem, options, terminal);
  const command = input ? undefined : findRecordCommand(process.platform, process.env.PATH ?? "", device);
  const bytes = input ? readInput(input, signal) : record(command!, signal);
  const detector = await openDetector(golem, {
    ...{ ...work, ...detection, keep: toKeepOptions(options, terminal) },
    // A microphone, unlike a pipe, does not wait for its reader.
    ...(input ? { sampleRate: options.rate } : { sampleRate: microphoneRate, maximumLagSeconds }),
  });
  const reader = createPcmReader(input ? (options.format ?? "s16le") : "s16le");
  const show = async (found: ReturnType<typeof detector.push>): Promise<void> => {
    for (const event of await found) {
      terminal.printJson(event satisfies ListenOutput);
      terminal.printResult(describeEvent(event, terminal.bold));
    }
    terminal.showLive(describeLiveState(detector.getState()));
  };
  try {
    if (command) terminal.note(`Listening with ${command.command}; Ctrl-C stops.`);
    for await (const piece of bytes) await show(detector.push(reader.push(piece)));
    throwIfAborted(signal);
    await show(detector.finish());
    if (reader.getRest() > 0) {
      terminal.warn({
        code: "truncated",
        message: "The input ended in the middle of a sample.",
        hint: "Check --format.",
      });
    }
    return 0;
  } catch (error) {
    if (signal?.aborted) return 130;
    throw error;
  } finally {
    terminal.endProgress();
    await detector.dispose();
  }
}

/** Reads piped input until it ends or the signal is aborted. */
async function* readInput(
  input: NonNullable<Terminal["input"]>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const stop = () => input.destroy();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    for await (const piece of input) yield piece as Uint8Array;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}
