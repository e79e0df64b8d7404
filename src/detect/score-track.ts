/**
 * Converts the scores of overlapping windows to events.
 *
 * Not its concern: how windows are chosen.
 *
 * Each window has a cell of time around its centre. The scores of a cell are the mean over all windows of the
 * stretch, weighted by a triangle that extends half a window to each side. An event starts at a cell whose
 * best label reaches the upper threshold, and continues while the same label is best and above the lower
 * threshold. Its ends are moved to the sound that the gate found. All positions are frames.
 */

/** The scores of one window. */
export interface WindowScores {
  /** [labels]; all 0 if the window is silent. */
  readonly scores: Float64Array;
  /** Dissimilarity to all classes: 0 if the window is like a class, up to 1. */
  readonly unknown: number;
}

/** A window with its scores. */
export interface ScoredWindow extends WindowScores {
  /** First frame. */
  readonly from: number;
  /** Frame after the last one. */
  readonly to: number;
  /** For each frame: 1 if it contains sound. */
  readonly sound: Uint8Array;
}

/** An event, in frames. */
export interface TrackedEvent {
  readonly start: number;
  readonly end: number;
  /** Index of the label. */
  readonly label: number;
  /** Highest score of its cells. */
  readonly confidence: number;
}

/** A stretch of sound in which no class reached the threshold, in frames. */
interface UnnamedStretch {
  readonly start: number;
  readonly end: number;
  /** The lowest `unknown` of its cells, 0 to 1. */
  readonly unknown: number;
}

/** Options of a track; durations in frames. */
export interface TrackOptions {
  /** For each label: whether it can be an event. */
  readonly isReported: readonly boolean[];
  /** Minimum score for an event of each label to start, and to continue. */
  readonly thresholds: readonly number[];
  readonly offThresholds: readonly number[];
  readonly minimumFrames: number;
  readonly mergeFrames: number;
}

/** Converts windows, in the order of the plan, to events. */
interface ScoreTrack {
  /** Takes the next window of a stretch; returns the events that have become certain. */
  push(window: ScoredWindow): TrackedEvent[];
  /** Ends the current stretch, if there is one; the next stretch starts at frame `quietUntil` or later. */
  end(quietUntil: number): TrackedEvent[];
  /** The latest smoothed scores, and the latest stretch that ended without an event. */
  getLatest(): WindowScores & { readonly unnamed: UnnamedStretch | undefined };
}

/** Creates a track. */
export function createScoreTrack(options: TrackOptions): ScoreTrack {
  const { isReported, thresholds, offThresholds, minimumFrames, mergeFrames } = options;
  const labels = isReported.length;
  let windows: ScoredWindow[] = [];
  /** Number of `windows` whose cells are processed. */
  let done = 0;
  let latest: WindowScores = { scores: new Float64Array(labels), unknown: 0 };
  /** The sound of the current stretch so far, and whether a label reached the threshold in it. */
  let stretch: UnnamedStretch | undefined;
  let isNamed = false;
  let unnamed: UnnamedStretch | undefined;
  let current: TrackedEvent | undefined;
  /** An event that is complete, unless a later event is merged with it. */
  let waiting: TrackedEvent | undefined;

  const release = (events: TrackedEvent[]): void => {
    if (waiting && waiting.end - waiting.start >= minimumFrames) events.push(waiting);
    waiting = undefined;
  };
  const complete = (events: TrackedEvent[]): void => {
    if (!current) return;
    if (waiting && waiting.label === current.label && current.start - waiting.end < mergeFrames) {
      waiting = {
        ...waiting,
        end: current.end,
        confidence: Math.max(waiting.confidence, current.confidence),
      };
    } else {
      release(events);
      waiting = current;
    }
    current = undefined;
  };
  const takeCell = (index: number, events: TrackedEvent[]): void => {
    latest = smooth(windows, index);
    const span = findSpan(windows, index);
    const best = findBest(latest.scores, isReported);
    if (span) {
      const unknown = Math.min(stretch?.unknown ?? 1, latest.unknown);
      stretch = { start: stretch?.start ?? span[0], end: span[1], unknown };
    }
    const score = best === undefined ? 0 : latest.scores[best]!;
    const isSure = best !== undefined && score >= thresholds[best]!;
    isNamed ||= best === undefined || isSure;
    if (current && (current.label !== best || score < offThresholds[best]!)) complete(events);
    if (current) {
      if (span) current = { ...current, end: span[1], confidence: Math.max(current.confidence, score) };
    } else if (isSure && span) {
      current = { start: span[0], end: span[1], label: best, confidence: score };
    }
    // The next event starts after this cell: at its own sound, or at the edge of the next cell.
    const after = windows[index + 1];
    const next = current?.start ?? (after ? (getCentre(windows[index]!) + getCentre(after)) / 2 : 0);
    if (waiting && next - waiting.end >= mergeFrames) release(events);
  };
  return {
    push(window) {
      const events: TrackedEvent[] = [];
      windows.push(window);
      // The next window is expected at the same distance as between this one and the one before.
      const before = windows.at(-2);
      const next = before ? 2 * getCentre(window) - getCentre(before) : 0;
      while (done < windows.length - 1 && next - getCentre(windows[done]!) >= getReach(windows[done]!)) {
        takeCell(done++, events);
      }
      // Windows beyond the reach of all later cells are no longer needed.
      while (done > 1 && getCentre(windows[done]!) - getCentre(windows[0]!) >= getReach(windows[done]!)) {
        windows.shift();
        done--;
      }
      return events;
    },
    end(quietUntil) {
      const events: TrackedEvent[] = [];
      while (done < windows.length) takeCell(done++, events);
      complete(events);
      if (waiting && quietUntil - waiting.end >= mergeFrames) release(events);
      if (stretch && !isNamed) unnamed = stretch;
      stretch = undefined;
      isNamed = false;
      windows = [];
      done = 0;
      return events;
    },
    getLatest: () => ({ ...latest, unnamed }),
  };
}

const getCentre = ({ from, to }: ScoredWindow): number => (from + to) / 2;
/** Maximum distance from the centre of a cell to the centres of windows that contribute to it. */
const getReach = ({ from, to }: ScoredWindow): number => Math.max(1, (to - from) / 2);

/** The scores of the cell of a window: its own and those of its neighbours, weighted by a triangle. */
function smooth(windows: readonly ScoredWindow[], index: number): WindowScores {
  const own = windows[index]!;
  const scores = new Float64Array(own.scores.length);
  let unknown = 0;
  let total = 0;
  for (const window of windows) {
    const weight = 1 - Math.abs(getCentre(window) - getCentre(own)) / getReach(own);
    if (weight <= 0) continue;
    total += weight;
    unknown += weight * window.unknown;
    for (const [c, score] of window.scores.entries()) scores[c]! += weight * score;
  }
  for (const [c, score] of scores.entries()) scores[c] = score / total;
  return { scores, unknown: unknown / total };
}

/** The span from first to last frame with sound in the cell of a window; undefined if there is none. */
function findSpan(windows: readonly ScoredWindow[], index: number): readonly [number, number] | undefined {
  const own = windows[index]!;
  const before = windows[index - 1];
  const after = windows[index + 1];
  const from = before ? Math.max(own.from, Math.round((getCentre(before) + getCentre(own)) / 2)) : own.from;
  const to = after ? Math.min(own.to, Math.round((getCentre(own) + getCentre(after)) / 2)) : own.to;
  const first = own.sound.indexOf(1, from - own.from);
  const last = own.sound.lastIndexOf(1, to - own.from - 1);
  return first < 0 || last < 0 || first > last ? undefined : [own.from + first, own.from + last + 1];
}

/** The index of the label with the highest score; undefined if that label is not reported. */
function findBest(scores: Float64Array, isReported: readonly boolean[]): number | undefined {
  let best = 0;
  for (const [c, score] of scores.entries()) if (score > scores[best]!) best = c;
  return isReported[best] ? best : undefined;
}
