/** `golem doctor DATA`: findings in a data set, their effect on the score, and advice. */
import { examineDataset } from "../../node/doctor.ts";
import { describeDiagnosis } from "../describe-findings.ts";
import type { DoctorOutput } from "../output.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";
import { type AnnotationCommandOptions, type AudioOptions, toAudioSettings } from "./shared-options.ts";

interface DoctorOptions extends CommonOptions, AudioOptions, AnnotationCommandOptions {
  readonly encoder?: string;
  readonly precision?: string;
  readonly limit?: number;
  readonly transcript: boolean;
  readonly strict?: boolean;
}

/** Runs the command; resolves with the exit code: 1 on a severe finding. */
export async function runCommand(
  [data]: [string],
  options: DoctorOptions,
  terminal: Terminal,
): Promise<number> {
  const { encoder, precision, limit, transcript, seed, strict } = options;
  const diagnosis = await examineDataset(data, {
    ...{ encoder, precision, limit, transcript, seed },
    audio: toAudioSettings(options),
    annotations: options,
    ...terminal.work,
  });
  const { recordings, findings, skipped } = diagnosis;
  terminal.printJson({ recordings, findings, skipped } satisfies DoctorOutput);
  for (const line of describeDiagnosis(diagnosis, terminal)) terminal.printResult(line);
  if (findings.some(({ severity }) => severity === "severe")) return 1;
  return strict && skipped.length > 0 ? 1 : 0;
}
