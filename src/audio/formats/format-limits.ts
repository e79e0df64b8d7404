/**
 * Limits on sample rate and channels: a file that exceeds them is rejected before memory is allocated for it.
 *
 * Not its concern: any format.
 */
import { GolemError } from "../../core/error.ts";

/** Largest number of channels accepted. */
const maximumChannels = 8;
/** Accepted sample rates in Hz: bat detectors write up to 500,000, audio interfaces up to 768,000. */
const sampleRateRange: readonly [number, number] = [1000, 768_000];

/** Whether a joined file's rate (Hz) and channels can be right. */
export function isFormatPossible(format: {
  readonly sampleRate: number;
  readonly channels: number;
}): boolean {
  try {
    checkFormat("", format.sampleRate, format.channels);
    return true;
  } catch {
    return false;
  }
}

/** Throws `corrupt-audio` or `unsupported-codec` when the rate (Hz) or the channels are out of range. */
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
      `${name} states a sample rate of ${sampleRate} Hz; expected ${lowest} to ${highest} Hz.`,
      { hint: "The header is damaged, or the rate must be converted first." },
    );
  }
}
