/**
 * From what was heard of overlapping windows to events.
 *
 * Around the centre of each window lies a cell of time; its scores are those of all windows of the stretch, weighted by a triangle as wide as
 * half a window on each side. An event starts at a cell whose best label reaches the upper threshold and lasts while that label stays
 * the best and above the lower one; it is drawn in to the sound that the gate found. All places are frames. Not its concern: samples, encoders, how windows were chosen.
 */

/** What was heard of one window. */
export interface WindowScores {
  /** [labels]; all 0 where there was nothing to hear. */
  readonly scores: Float64Array;
  /** 1 where it is like no class, 0 where it is like one. */
  readonly unknown: number;
}

/** One window with what was heard of it. */
export interface HeardWindow extends WindowScores {
  /** [from, to) */
  readonly from: number;
  readonly to: number;
  /** Of each frame: 1 where it holds sound. */
  readonly sound: Uint8Array;
}

/** An event, in frames. */
export interface TrackedEvent {
  readonly start: number;
  readonly end: number;
  /** Place among the labels. */
  readonly label: number;
  /** Highest score of its cells. */
  readonly confidence: number;
}

/** A stretch of sound that was none of the classes for sure, in frames. */
interface UnnamedStretch {
  readonly start: number;
  readonly end: number;
  /** How little of it counts since it is unlike all classes, 0 to 1, at its best cell. */
  readonly unknown: number;
}

/** How events are made; durations in frames. */
export interface TrackOptions {
  /** Per label: whether it can be an event. */
  readonly isReported: readonly boolean[];
  readonly threshold: number;
  readonly offThreshold: number;
  readonly minimumFrames: number;
  readonly mergeFrames: number;
}

/** Turns windows into events. Takes them in the order of the plan. */
export interface ScoreTrack {
  /** Takes the next window of a stretch; returns events that have become certain. */
  push(window: HeardWindow): TrackedEvent[];
  /** Ends the stretch, if one is under way; the next one starts at frame `quietUntil` or later. */
  end(quietUntil: number): TrackedEvent[];
  /** The latest smoothed scores, and the latest stretch that ended without an event. */
  getLatest(): WindowScores & { readonly unnamed: UnnamedStretch | undefined };
}

/** Creates a track. */
export function createScoreTrack(options: TrackOptions): ScoreTrack {
  const { isReported, threshold, offThreshold, minimumFrames, mergeFrames } = options;
  const labels = isReported.length;
  let windows: HeardWindow[] = [];
  /** Of `windows`, how many have given their cell. */
  let done = 0;
  let latest: WindowScores = { scores: new Float64Array(labels), unknown: 0 };
  /** Of the stretch under way: its sound so far, and whether anything in it was named. */
  let stretch: UnnamedStretch | undefined;
  let isNamed = false;
  let unnamed: UnnamedStretch | undefined;
  let current: TrackedEvent | undefined;
  /** Complete but for what may be merged into it. */
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
    isNamed ||= best === undefined || latest.scores[best]! >= threshold;
    const score = best === undefined ? 0 : latest.scores[best]!;
    if (current && (current.label !== best || score < offThreshold)) complete(events);
    if (current) {
      if (span) current = { ...current, end: span[1], confidence: Math.max(current.confidence, score) };
    } else if (best !== undefined && span && score >= threshold) {
      current = { start: span[0], end: span[1], label: best, confidence: score };
    }
    // What comes next starts behind this cell: at its own sound, or at the edge of the next one.
    const after = windows[index + 1];
    const next = current?.start ?? (after ? (getCentre(windows[index]!) + getCentre(after)) / 2 : 0);
    if (waiting && next - waiting.end >= mergeFrames) release(events);
  };
  return {
    push(window) {
      const events: TrackedEvent[] = [];
      windows.push(window);
      // A window as far behind this one as this is behind the one before would be the next.
      const before = windows.at(-2);
      const next = before ? 2 * getCentre(window) - getCentre(before) : 0;
      while (done < windows.length - 1 && next - getCentre(windows[done]!) >= getReach(windows[done]!)) {
        takeCell(done++, events);
      }
      // What lies further back than any later cell reaches is needed no more.
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

const getCentre = ({ from, to }: HeardWindow): number => (from + to) / 2;
/** How far from its centre other windows' centres count for a cell. */
const getReach = ({ from, to }: HeardWindow): number => Math.max(1, (to - from) / 2);

/** The scores of the cell of a window: those of its neighbours and its own, weighted by a triangle. */
function smooth(windows: readonly HeardWindow[], index: number): WindowScores {
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

/** From the first to the last frame with sound in the cell of a window; undefined where there is none. */
function findSpan(windows: readonly HeardWindow[], index: number): readonly [number, number] | undefined {
  const own = windows[index]!;
  const before = windows[index - 1];
  const after = windows[index + 1];
  const from = before ? Math.max(own.from, Math.round((getCentre(before) + getCentre(own)) / 2)) : own.from;
  const to = after ? Math.min(own.to, Math.round((getCentre(own) + getCentre(after)) / 2)) : own.to;
  const first = own.sound.indexOf(1, from - own.from);
  const last = own.sound.lastIndexOf(1, to - own.from - 1);
  return first < 0 || last < 0 || first > last ? undefined : [own.from + first, own.from + last + 1];
}

/** The place of the best score among labels that are reported, unless one that is not has more. */
function findBest(scores: Float64Array, isReported: readonly boolean[]): number | undefined {
  let best = 0;
  for (const [c, score] of scores.entries()) if (score > scores[best]!) best = c;
  return isReported[best] ? best : undefined;
}
