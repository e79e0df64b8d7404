/**
 * The worker's side of live detection: passes samples from one port to the detector, and posts events and its
 * state to another port.
 */
import type { ErrorRecord } from "../core/error.ts";
import type { DetectOptions } from "../detect/detect-settings.ts";
import { resolveDetectSettings } from "../detect/detect-settings.ts";
import { createDetector, type DetectedEvent, type LiveState } from "../detect/detector.ts";
import { createWindowClassifier } from "../detect/window-classifier.ts";
import type { EncoderSet } from "../embed/embed-source.ts";
import type { GolemModel } from "../golem/golem-model.ts";

/** Maximum lag of detection behind the sound before windows are skipped, in seconds. */
const maximumLagSeconds = 3;

/** A message to the page during detection. */
export type LiveMessage =
  | { readonly events: readonly DetectedEvent[]; readonly state: LiveState }
  | { readonly warning: ErrorRecord };

/** The stream and its settings. */
export interface LiveInput {
  /** Sample rate of the samples, in Hz. */
  readonly sampleRate: number;
  /** Delivers Float32Arrays; anything else ends the stream. */
  readonly samples: MessagePort;
  /** Receives {@link LiveMessage}s. */
  readonly told: MessagePort;
  readonly settings?: DetectOptions | undefined;
}

/**
 * Detects until the stream ends; resolves when all events are posted. Rejects with `invalid-option`,
 * `aborted` and the errors of networks.
 */
export async function detectLive(
  model: GolemModel,
  encoderSet: EncoderSet,
  { sampleRate, samples, told, settings }: LiveInput,
  signal: AbortSignal,
): Promise<void> {
  const tell = (message: LiveMessage): void => told.postMessage(message);
  const detector = createDetector(createWindowClassifier(model, encoderSet), {
    settings: resolveDetectSettings(model, settings),
    ...{ sampleRate, maximumLagSeconds, signal },
    onWarning: (warning) => tell({ warning }),
  });
  let onAbort = (): void => {};
  try {
    await new Promise<void>((resolve, reject) => {
      let turn: Promise<void> = Promise.resolve();
      samples.onmessage = ({ data }: MessageEvent<unknown>) => {
        turn = turn.then(async () => {
          const isEnd = !(data instanceof Float32Array);
          const events = await (isEnd ? detector.finish() : detector.push(data));
          tell({ events, state: detector.getState() });
          if (isEnd) resolve();
        });
        turn.catch(reject);
      };
      onAbort = () => void turn.then(() => detector.push(new Float32Array(0))).catch(reject);
      signal.addEventListener("abort", onAbort);
    });
  } finally {
    // An open port or a signal handler would keep detector and networks alive.
    signal.removeEventListener("abort", onAbort);
    samples.onmessage = null;
    samples.close();
    told.close();
  }
}
