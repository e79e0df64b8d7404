/**
 * Finds sound that does not reach the encoders: energy above their band, channels that cancel each other.
 *
 * Not its concern: labels, encoders, wording.
 */
import type { Examination } from "./examination.ts";
import type { FoundFault } from "./finding.ts";

/** Finds recordings with most energy above the encoders' band, and those with only one channel used. */
export function checkMixDown({ recordings, skipped }: Examination): FoundFault[] {
  const list = (code: string): { file: string; message: string }[] => [
    ...skipped.filter((one) => one.code === code),
    ...recordings.flatMap(({ file, facts }) =>
      facts.warnings.filter((one) => one.code === code).map(({ message }) => ({ file, message })),
    ),
  ];
  const describe = (
    code: "ultrasound" | "channels-cancel",
    severity: FoundFault["severity"],
    found: readonly { readonly file: string; readonly message: string }[],
  ): FoundFault[] =>
    found.length === 0
      ? []
      : [
          {
            kind: code,
            severity,
            files: found.map(({ file }) => file),
            reason: { code, count: found.length },
            details: { problem: found[0]!.message },
          },
        ];
  return [
    ...describe("ultrasound", "warning", list("above-8-khz")),
    ...describe("channels-cancel", "note", list("channels-cancel")),
  ];
}
