/**
 * Finds stretches of a stream that are not events but useful for training: the score of a class was near the
 * threshold (unsure), or the sound is unlike all classes (unknown).
 *
 * Both are runs of the same smoothed cells as events (score-track.ts), at other thresholds: near misses are
 * the runs at the lower threshold that contain no cell of an event; unknown stretches are runs of the share
 * by which scores are reduced. With that share, no class can be above the thresholds of the other two kinds,
 * so the three kinds do not overlap.
 */
import type { ClipKind, KeepSettings } from "./clip-cutter.ts";
import { createScoreTrack, type ScoredWindow, type TrackedEvent, type TrackOptions } from "./score-track.ts";

/** A stretch, with the best class and its score, in frames. */
interface MissedStretch extends TrackedEvent {
  readonly kind: Exclude<ClipKind, "event">;
}

/** Converts windows, in the order of the plan, to stretches; the same calls as those of a score track. */
interface MissTrack {
  push(window: ScoredWindow): MissedStretch[];
  end(quietUntil: number): MissedStretch[];
}

/** Minimum `unknown` share of an unknown stretch. */
const unknownShare = 0.5;
/** Ratio of the score at which a near miss ends to that at which it starts, as for events. */
const offShare = 0.7;
/** Maximum number of best classes remembered for the current unknown stretch. */
const maximumGuesses = 1000;

/** Creates a track; `options` are those of the track of events. */
export function createMissTrack(
  options: TrackOptions,
  { unsure, unknown }: Pick<KeepSettings, "unsure" | "unknown">,
): MissTrack {
  const { thresholds, offThresholds } = options;
  const hasUnsure = unsure !== undefined && unsure < Math.max(...thresholds);
  const near = hasUnsure
    ? createScoreTrack({
        ...options,
        thresholds: thresholds.map(() => unsure),
        offThresholds: thresholds.map(() => offShare * unsure),
      })
    : undefined;
  const lowest = Math.min(...offThresholds, ...(hasUnsure ? [offShare * unsure] : []));
  const threshold = Math.max(unknownShare, 1 - lowest);
  const strange = unknown
    ? createScoreTrack({
        ...{ ...options, isReported: [true] },
        ...{ thresholds: [threshold], offThresholds: [threshold] },
      })
    : undefined;
  /** The best class of the latest windows. */
  let guesses: { readonly from: number; readonly to: number; readonly label: number; score: number }[] = [];

  const toMisses = (nearRuns: TrackedEvent[] = [], strangeRuns: TrackedEvent[] = []): MissedStretch[] => [
    ...nearRuns
      .filter(({ label, confidence }) => confidence < thresholds[label]!)
      .map((run) => ({ ...run, kind: "unsure" as const })),
    ...strangeRuns.map(({ start, end }) => {
      const own = guesses.filter(({ from, to }) => from < end && to > start);
      const best = own.reduce((a, b) => (b.score > a.score ? b : a), { label: 0, score: 0 });
      return { start, end, label: best.label, confidence: best.score, kind: "unknown" as const };
    }),
  ];
  return {
    push(window) {
      const { from, to, scores } = window;
      const label = scores.indexOf(Math.max(...scores));
      if (strange)
        guesses = [...guesses.slice(1 - maximumGuesses), { from, to, label, score: scores[label]! }];
      const share = { ...window, scores: Float64Array.of(window.unknown) };
      return toMisses(near?.push(window), strange?.push(share));
    },
    end: (quietUntil) => toMisses(near?.end(quietUntil), strange?.end(quietUntil)),
  };
}
