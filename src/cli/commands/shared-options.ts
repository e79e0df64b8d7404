/** Converts options shared by several commands to library options. */
import type { AudioSettings } from "../../audio/audio.ts";
import type { ClassifierOptions } from "../../classifier/classifier.ts";
import { GolemError } from "../../core/error.ts";
import { makePrintable } from "../../core/printable.ts";
import type { DetectOptions } from "../../detect/detect-settings.ts";
import { describeThresholds } from "../../detect/false-alarms.ts";
import type { GolemDocument } from "../../golem/golem-document.ts";
import type { KeepOptions } from "../../node/keep/clip-keeper.ts";
import type { MeasureOptions } from "../../workflow/training-options.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";

/** `--no-trim` and `--max-seconds`, parsed by commander. */
export interface AudioOptions {
  readonly trim: boolean;
  readonly maxSeconds?: number;
}

/** Converts audio options to settings of the library. */
export function toAudioSettings({
  trim,
  maxSeconds,
}: AudioOptions): Partial<Omit<AudioSettings, "sampleRate">> {
  return { trim, ...(maxSeconds === undefined ? {} : { maximumSeconds: maxSeconds }) };
}

/** `--margin` and `--background`, parsed by commander. */
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

/** Converts options of training to those of the library. */
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
  /** False alarms per hour. */
  readonly falseAlarms?: number;
  readonly window?: number;
  readonly hop?: number;
  readonly pause?: number;
  readonly minDuration?: number;
  readonly voice?: boolean;
}

/** Converts options of detection to those of the library; throws `usage` for `--threshold` with a rate. */
export function toDetectOptions(
  options: DetectCommandOptions,
): DetectOptions & { readonly voice?: boolean | undefined } {
  const { threshold, falseAlarms, window, hop, pause, minDuration, voice } = options;
  if (threshold !== undefined && falseAlarms !== undefined) {
    throw new GolemError(
      "usage",
      "Both --threshold and --false-alarms were given; expected only one of them.",
      {
        hint: "Leave one of them out.",
      },
    );
  }
  return {
    ...{
      threshold,
      falseAlarmsPerHour: falseAlarms,
      windowSeconds: window,
      hopSeconds: hop,
      pauseSeconds: pause,
    },
    ...{ minimumSeconds: minDuration, voice },
  };
}

/** Prints to stderr the thresholds derived from a rate of false alarms, and how they were measured. */
export function noteThresholds(
  { document }: { readonly document: GolemDocument },
  { falseAlarms }: DetectCommandOptions,
  { stderr, quiet }: Pick<Terminal, "stderr" | "quiet">,
): void {
  if (falseAlarms === undefined) return;
  const text = describeThresholds(document, falseAlarms);
  if (!quiet) stderr.write(`${makePrintable(text)}\n`);
}

/** Options of keeping sound. */
export interface KeepCommandOptions {
  readonly keep?: string;
  readonly keepSeconds?: number;
  readonly keepUnsure?: number;
  readonly keepUnknown?: boolean;
  readonly keepMegabytes?: number;
}

/**
 * Converts the options of keeping for the library; undefined if nothing is kept. Prints to stderr that sound
 * is kept, even with --quiet, so that people who are recorded can be informed. Throws `usage`.
 */
export function toKeepOptions(
  { keep, keepSeconds, keepUnsure, keepUnknown, keepMegabytes }: KeepCommandOptions,
  { stderr }: Pick<Terminal, "stderr">,
): KeepOptions | undefined {
  if (keep === undefined) {
    const given = [keepSeconds, keepUnsure, keepUnknown, keepMegabytes].some((value) => value !== undefined);
    if (!given) return undefined;
    throw new GolemError("usage", "Options of --keep were given without --keep.", {
      hint: "Name the folder with --keep DIR.",
    });
  }
  const kinds = [
    "events",
    ...(keepUnsure === undefined ? [] : ["near misses"]),
    ...(keepUnknown ? ["unknown sound"] : []),
  ];
  stderr.write(`${makePrintable(`Recording is on: the sound of ${kinds.join(", ")} is kept in ${keep}.`)}\n`);
  return {
    folder: keep,
    ...{ marginSeconds: keepSeconds, unsure: keepUnsure, unknown: keepUnknown },
    maximumBytes: keepMegabytes === undefined ? undefined : Math.round(keepMegabytes * 2 ** 20),
  };
}
