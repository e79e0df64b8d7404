/**
 * Bounds on what a header may claim: beyond them a file is refused before anything is allocated by it.
 *
 * Not its concern: any format.
 */
import { GolemError } from "../../core/error.ts";

/** Largest number of channels taken. */
const maximumChannels = 8;
/** Lowest and highest sample rate taken, in Hz. */
const sampleRateRange: readonly [number, number] = [1000, 384_000];

/** Throws `corrupt-audio` or `unsupported-codec` when rate (Hz) or channels are out of bounds; `name` is the file's. */
export function checkFormat(name: string, sampleRate: number, channels: number): void {
  if (!(channels >= 1 && channels <= maximumChannels)) {
    throw new GolemError(
      channels > maximumChannels ? "unsupported-codec" : "corrupt-audio",
      `${name} claims ${channels} channels; expected 1 to ${maximumChannels}.`,
      { hint: "Mix it down to mono or stereo, for example with ffmpeg -ac 1." },
    );
  }
  const [lowest, highest] = sampleRateRange;
  if (!(sampleRate >= lowest && sampleRate <= highest)) {
    throw new GolemError(
      "corrupt-audio",
      `${name} claims a sample rate of ${sampleRate} Hz; expected ${lowest} to ${highest} Hz.`,
      { hint: "The header is damaged, or the rate has to be converted first." },
    );
  }
}
