/**
 * Cuts the sound of events, near misses and unknown stretches out of a stream, with some seconds around it.
 *
 * Not its concern: which stretches these are (score-track.ts, miss-track.ts), where clips go.
 */
import type { DetectedEvent } from "./event-pipeline.ts";
import { createSampleRing } from "./sample-ring.ts";

/** event: reported; unsure: a class came near the threshold; unknown: unlike all classes. */
export type ClipKind = "event" | "unsure" | "unknown";

/** What is kept of a stream: events, and on request what was no event. */
export interface KeepSettings {
  /** Sound kept before and after, in seconds. */
  readonly marginSeconds: number;
  /** Score from which stretches below the threshold are kept, 0 to 1; default: none are. */
  readonly unsure?: number | undefined;
  /** Whether stretches unlike all classes are kept. */
  readonly unknown?: boolean | undefined;
}

/** {@link KeepSettings}, and what takes the clips, in the order of their ends. */
export interface ClipKeeping extends KeepSettings {
  onClip(clip: HeardClip): void;
}

/** The sound of one event or other stretch. */
export interface HeardClip {
  readonly kind: ClipKind;
  /** The stretch, with the best class and its score; times in seconds from the start of the stream. */
  readonly event: DetectedEvent;
  /** Where `samples` start, in seconds from the start of the stream. */
  readonly start: number;
  /** Mono, full scale is 1. */
  readonly samples: Float32Array;
  /** In Hz. */
  readonly sampleRate: number;
}

/** Longest clip in seconds; of a longer stretch the end is kept. */
export const maximumClipSeconds = 30;

/** Options of a cutter. */
interface CutterOptions extends ClipKeeping {
  readonly sampleRate: number;
  /** How long after its end a stretch may be added, in seconds; later ones lose their beginning. */
  readonly delaySeconds: number;
}

/** Cuts clips out of one stream. */
interface ClipCutter {
  push(samples: Float32Array): void;
  /** Cuts a stretch once the sound after it has arrived. */
  add(kind: ClipKind, event: DetectedEvent): void;
  /** Ends the stream: what waits for sound is cut as it is, and what is added later at once. */
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
