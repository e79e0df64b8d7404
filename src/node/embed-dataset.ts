/**
 * Embeds the rows of a data set that will be scored or trained on: each recording counts once, oddities are told.
 *
 * Not its concern: heads, the terminal.
 */
import type { Recording, SkippedRecording } from "../dataset/dataset.ts";
import { keepDistinct } from "../embed/distinct-recordings.ts";
import type { EmbeddedRecording } from "../embed/embedded-recording.ts";
import { type EmbedRecordingsOptions, embedRecordings } from "./embed-recordings.ts";
import type { EnvironmentOptions } from "./environment.ts";

/**
 * Embeds recordings. The same audio twice under one label counts once, with a warning; under two labels it is the error
 * `conflicting-labels`.
 */
export async function embedDataset(
  recordings: readonly Recording[],
  options: EmbedRecordingsOptions & Pick<EnvironmentOptions, "onWarning">,
): Promise<{ embedded: EmbeddedRecording[]; skipped: SkippedRecording[] }> {
  const { onWarning } = options;
  const { embedded, skipped, warnings } = await embedRecordings(recordings, options);
  for (const warning of warnings) onWarning?.(warning);
  return { embedded: keepDistinct(embedded, onWarning), skipped };
}
