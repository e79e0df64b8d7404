/**
 * Converts options shared by several commands to library options.
 *
 * Not its concern: any single command.
 */
import type { AudioSettings } from "../../audio/audio.ts";
import type { ClassifierOptions } from "../../classifier/classifier.ts";
import type { DetectOptions } from "../../detect/detect-settings.ts";
import type { MeasureOptions } from "../../workflow/training-options.ts";
import type { CommonOptions } from "../terminal.ts";

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

/** `--margin` and `--background` as commander gives them. */
export interface AnnotationCommandOptions {
  readonly margin?: number;
  readonly background?: "auto" | "none";
}

/** Options of training, shared with the commands that measure training without saving a golem. */
export interface MeasureCommandOptions extends CommonOptions, AudioOptions, AnnotationCommandOptions {
  readonly encoder?: string;
  readonly precision?: string;
  readonly layer?: ClassifierOptions["layer"];
  readonly pooling?: ClassifierOptions["pooling"];
  readonly head?: ClassifierOptions["head"];
  readonly shots?: number;
  readonly limit?: number;
  readonly transcript: boolean;
  readonly augment?: MeasureOptions["augment"];
  readonly noise?: string;
  readonly rooms?: string;
  readonly strict?: boolean;
}

/** Training options for the library. */
export function toMeasureOptions(options: MeasureCommandOptions): MeasureOptions {
  const { encoder, precision, layer, pooling, head, shots, limit, transcript, seed, margin, background } =
    options;
  const { augment, noise, rooms } = options;
  return {
    ...Object.fromEntries(
      Object.entries({
        ...{ encoder, precision, layer, pooling, head, shots, limit, augment, noise, rooms },
      }).filter(([, value]) => value !== undefined),
    ),
    ...{ seed, transcript, audio: toAudioSettings(options), annotations: { margin, background } },
  };
}

/** Options of detection. */
export interface DetectCommandOptions {
  readonly encoder?: string;
  readonly threshold?: number;
  readonly window?: number;
  readonly hop?: number;
  readonly pause?: number;
  readonly minDuration?: number;
}

/** Detection options for the library. */
export function toDetectOptions(options: DetectCommandOptions): DetectOptions {
  const { threshold, window, hop, pause, minDuration } = options;
  return {
    ...{ threshold, windowSeconds: window, hopSeconds: hop, pauseSeconds: pause },
    minimumSeconds: minDuration,
  };
}
