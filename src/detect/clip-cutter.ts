/**
 * Cuts the sound of events, near misses and unknown sounds out of a stream, with a margin of some seconds.
 *
 * Not its concern: which parts of the stream these are (score-track.ts, miss-track.ts).
 */
import type { DetectedEvent } from "./event-pipeline.ts";
import { createSampleRing } from "./sample-ring.ts";

/** `event`: a reported event; `unsure`: near the threshold; `unknown`: unlike all classes. */
export type ClipKind = "event" | "unsure" | "unknown";

/** Which sound of a stream is kept: events, and on request sound that was not an event. */
export interface KeepSettings {
  /** Sound kept before and after, in seconds. */
  readonly marginSeconds: number;
  /** Minimum score of sound below the threshold that is kept, 0 to 1; default: none is kept. */
  readonly unsure?: number | undefined;
  /** Whether sound unlike all classes is kept. */
  readonly unknown?: boolean | undefined;
}

/** {@link KeepSettings}, and the function that receives the clips, in the order of their ends. */
export interface ClipKeeping extends KeepSettings {
  onClip(clip: HeardClip): void;
}

/** The sound of one event or other part of a stream. */
export interface HeardClip {
  readonly kind: ClipKind;
  /** The part, with the best class and its score; times in seconds from the start of the stream. */
  readonly event: DetectedEvent;
  /** Where `samples` start, in seconds from the start of the stream. */
  readonly start: number;
  /** Mono, full scale is 1. */
  readonly samples: Float32Array;
  /** Sample rate in Hz. */
  readonly sampleRate: number;
}

/** Maximum length of a clip in seconds; of a longer part, the end is kept. */
export const maximumClipSeconds = 30;

interface CutterOptions extends ClipKeeping {
  readonly sampleRate: number;
  /** Maximum seconds from the end of a part to its addition; later, its beginning is lost. */
  readonly delaySeconds: number;
}

interface ClipCutter {
  push(samples: Float32Array): void;
  /** Adds a part, which is cut as soon as the sound after it has arrived. */
  add(kind: ClipKind, event: DetectedEvent): void;
  /** Ends the stream: waiting parts are cut with the available sound, later ones immediately. */
  finish(): void;
}

/** Creates a cutter. */
export function createClipCutter({
  sampleRate,
  delaySeconds,
  marginSeconds,
  onClip,
}: CutterOptions): ClipCutter {
  const toSamples = (seconds: number): number => Math.round(seconds * sampleRate);
  const longest = toSamples(maximumClipSeconds);
  const ring = createSampleRing(longest + toSamples(delaySeconds + 2));
  let waiting: { readonly kind: ClipKind; readonly event: DetectedEvent; readonly to: number }[] = [];
  let isFinished = false;
  const flush = (): void => {
    const isDue = ({ to }: { to: number }): boolean => isFinished || to <= ring.written;
    const due = waiting.filter(isDue);
    if (due.length === 0) return;
    waiting = waiting.filter((one) => !isDue(one));
    for (const { kind, event, to } of due) {
      const from = Math.max(toSamples(event.start - marginSeconds), to - longest, ring.oldest);
      const samples = ring.copy(from, to);
      if (samples.length > 0) onClip({ kind, event, start: from / sampleRate, samples, sampleRate });
    }
  };
  return {
    push(samples) {
      ring.write(samples);
      if (waiting.length > 0) flush();
    },
    add(kind, event) {
      waiting.push({ kind, event, to: toSamples(event.end + marginSeconds) });
      flush();
    },
    finish() {
      isFinished = true;
      flush();
    },
  };
}
