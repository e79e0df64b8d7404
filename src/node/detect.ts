/**
 * Detection in Node: connects a golem and its networks with a file or a stream of samples.
 *
 * Not its concern: the terminal, where samples of a stream come from.
 */
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { type ErrorRecord, GolemError } from "../core/error.ts";
import { formatPercent } from "../core/format.ts";
import type { WorkOptions } from "../core/progress.ts";
import type { ClipKeeping } from "../detect/clip-cutter.ts";
import {
  type DetectOptions,
  type DetectSettings,
  getUsualThreshold,
  highestThreshold,
  resolveDetectSettings,
} from "../detect/detect-settings.ts";
import { detectSource } from "../detect/detect-source.ts";
import { createDetector, type DetectedEvent, type Detector } from "../detect/detector.ts";
import { addVoiceFilter } from "../detect/voice-filter.ts";
import { createWindowClassifier, type WindowClassifier } from "../detect/window-classifier.ts";
import { systemDecoders } from "./decode/system-decoders.ts";
import { openFileSource } from "./disk/file-source.ts";
import type { EnvironmentOptions } from "./environment.ts";
import type { Golem } from "./golem.ts";
import { type ClipKeeper, type KeepOptions, openClipKeeper } from "./keep/clip-keeper.ts";
import { loadEncoderSet } from "./models/load-encoder-set.ts";
import { loadVoiceNetwork } from "./models/voice-network.ts";

/** Options of {@link detectFile} and {@link openDetector}. */
export interface DetectWork extends DetectOptions, EnvironmentOptions, WorkOptions {
  /** Where clips of the sound are kept; default: nothing is kept. */
  readonly keep?: KeepOptions | undefined;
  /**
   * Whether only windows in which a voice is heard are classified; default false. For golems of speech only:
   * other sounds are not detected. The network for it is downloaded on first use (5.5 MB).
   */
  readonly voice?: boolean | undefined;
}

/** Options of {@link openDetector}. */
export interface OpenDetectorOptions extends DetectWork {
  /** Sample rate of the samples pushed, in Hz; default 16000. */
  readonly sampleRate?: number | undefined;
  /** For live streams; see `DetectorOptions`. */
  readonly maximumLagSeconds?: number | undefined;
}

/** A detector that must be disposed of after use. */
export interface OpenDetector extends Detector {
  dispose(): Promise<void>;
}

/**
 * Yields the events in a recording of any length; memory does not grow with duration. Progress is in seconds.
 * Rejects with the errors of decoders and encoders, or `aborted`.
 */
export async function* detectFile<Label extends string = string>(
  golem: Golem<Label>,
  file: string,
  options: DetectWork = {},
): AsyncGenerator<DetectedEvent<Label>> {
  const settings = settle(golem, options);
  const { signal, onProgress } = options;
  const source = await openFileSource(file);
  try {
    const keeper = await openKeeper(settings, options);
    const { classifier, dispose } = await loadClassifier(golem, options);
    try {
      const onWarning = (warning: ErrorRecord) => options.onWarning?.({ ...warning, file });
      const keep = toKeeping(keeper, basename(file));
      const work = { settings, decoders: systemDecoders, signal, onProgress, onWarning, keep };
      yield* detectSource(source, classifier, work) as AsyncGenerator<DetectedEvent<Label>>;
    } finally {
      await keeper?.close(signal?.aborted ? interruptedSeconds : undefined);
      await dispose();
    }
  } finally {
    await source.close();
  }
}

/**
 * Opens a detector for a stream of samples: a microphone, a socket. Rejects with `invalid-option` and the
 * errors of encoders.
 */
export async function openDetector(golem: Golem, options: OpenDetectorOptions = {}): Promise<OpenDetector> {
  const settings = settle(golem, options);
  const { sampleRate, maximumLagSeconds, signal, onWarning } = options;
  const keeper = await openKeeper(settings, options);
  const { classifier, dispose } = await loadClassifier(golem, options);
  try {
    // All clips of one session have the same source, so that they stay on one side of the folds.
    const keep = toKeeping(keeper, `live ${new Date().toISOString()}`);
    const detector = createDetector(classifier, {
      ...{ settings, sampleRate, maximumLagSeconds, signal, onWarning, keep },
    });
    return {
      ...detector,
      async dispose() {
        // Clips are written first, since an encoder may take long to end.
        await keeper?.close(signal?.aborted ? interruptedSeconds : undefined);
        await dispose();
      },
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Maximum time for writing clips after an interruption, in seconds. */
const interruptedSeconds = 4;

/** Resolves the settings; warns if the golem's confidence is mostly low. */
function settle({ model }: Golem, options: DetectWork): DetectSettings {
  const settings = resolveDetectSettings(model, options);
  const threshold = getUsualThreshold(model.document);
  const isUsual = options.threshold === undefined && options.falseAlarmsPerHour === undefined;
  if (isUsual && threshold < highestThreshold) {
    options.onWarning?.({
      code: "seldom-sure",
      message: `Half of this golem's predictions for held-out recordings have a confidence of at most ${formatPercent(threshold, 0)}, so events are reported from this score on; many will be wrong.`,
      hint: "More recordings raise its confidence; --threshold P sets a higher minimum.",
    });
  }
  return settings;
}

/** Opens the clip keeper if clips are kept; rejects if there is no room for near misses. */
async function openKeeper(
  { thresholds, ...settings }: DetectSettings,
  { keep, onWarning }: DetectWork,
): Promise<ClipKeeper | undefined> {
  if (!keep) return undefined;
  const threshold = Math.max(...(thresholds ?? [settings.threshold]));
  if (keep.unsure !== undefined && keep.unsure >= threshold) {
    throw new GolemError(
      "invalid-option",
      `Near misses are kept from a score of ${keep.unsure}; expected less than the threshold of events, ${threshold}.`,
      { hint: "Lower --keep-unsure." },
    );
  }
  return openClipKeeper(keep, onWarning);
}

const toKeeping = (keeper: ClipKeeper | undefined, source: string): ClipKeeping | undefined =>
  keeper && { ...keeper.settings, onClip: (clip) => keeper.keep(clip, source) };

async function loadClassifier(
  golem: Golem,
  { cache, signal, onProgress, voice }: DetectWork,
): Promise<{ classifier: WindowClassifier; dispose(): Promise<void> }> {
  const threads = Math.min(4, availableParallelism());
  const network = voice ? await loadVoiceNetwork({ cache, signal, onProgress }) : undefined;
  const encoderSet = await loadEncoderSet(golem.encoderSet, { cache, signal, onProgress, threads }).catch(
    async (error: unknown) => {
      await network?.dispose();
      throw error;
    },
  );
  let last: Promise<unknown> = Promise.resolve();
  const plain = createWindowClassifier(golem.model, encoderSet);
  const { classify, ...rest } = network ? addVoiceFilter(plain, network) : plain;
  return {
    classifier: {
      ...rest,
      classify(samples, stop) {
        const answer = classify(samples, stop);
        last = answer.catch(() => {});
        return answer;
      },
    },
    async dispose() {
      // An encoder may still be processing a window; it must not be freed meanwhile.
      await last;
      await encoderSet.dispose();
      await network?.dispose();
    },
  };
}
