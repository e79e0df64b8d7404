/** `golem detect GOLEM LONG_FILE`: events in a recording of any length. */
import { GolemError } from "../../core/error.ts";
import { createEventWriter, type EventFormat } from "../../detect/event-formats.ts";
import { detectFile } from "../../node/detect.ts";
import { loadGolem } from "../../node/golem.ts";
import { describeEvent } from "../describe-event.ts";
import type { DetectOutput } from "../output.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";
import {
  type DetectCommandOptions,
  type KeepCommandOptions,
  noteThresholds,
  toDetectOptions,
  toKeepOptions,
} from "./shared-options.ts";

/** Runs the command. */
export async function runCommand(
  [folder, file]: [string, string],
  options: CommonOptions & DetectCommandOptions & KeepCommandOptions & { format?: EventFormat },
  terminal: Terminal,
): Promise<number> {
  const { format } = options;
  if (terminal.json && format !== undefined && format !== "json") {
    throw new GolemError(
      "usage",
      `Both --json and --format ${format} were given; expected only one of them.`,
      {
        hint: "Leave one of them out.",
      },
    );
  }
  const golem = await loadGolem(folder, { ...terminal.work, encoder: options.encoder });
  const writer = format && createEventWriter(format, golem.document.audio.sampleRate / 2);
  if (writer?.header !== undefined) terminal.printResult(writer.header);
  let count = 0;
  const detection = toDetectOptions(options);
  noteThresholds(golem, options, terminal);
  const work = { ...terminal.work, ...detection, keep: toKeepOptions(options, terminal) };
  for await (const event of detectFile(golem, file, work)) {
    count++;
    terminal.printJson(event satisfies DetectOutput);
    terminal.printResult(writer ? writer.write(event) : describeEvent(event, terminal.bold));
  }
  if (!writer && count === 0) terminal.print(`No event was found in ${file}.`);
  return 0;
}
