/**
 * Options that several commands have, turned into what the library takes.
 *
 * Must not know: any one command.
 */
import type { AudioSettings } from "../../audio/audio.ts";

/** `--no-trim` and `--max-seconds` as commander gives them. */
export interface AudioOptions {
  readonly trim: boolean;
  readonly maxSeconds?: number;
}

/** Audio settings for the library. */
export function toAudioSettings({
  trim,
  maxSeconds,
}: AudioOptions): Partial<Omit<AudioSettings, "sampleRate">> {
  return { trim, ...(maxSeconds === undefined ? {} : { maximumSeconds: maxSeconds }) };
}
