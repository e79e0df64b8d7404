/**
 * Scores of detected events against annotated ones: by events, where each annotation is found by at most one
 * detection, and by segments of time.
 *
 * Definitions: Mesaros, Heittola, Virtanen, "Metrics for Polyphonic Sound Event Detection" (2016), as in
 * sed_eval: a detection is right if label and onset agree (within the tolerance) and the end too (within the
 * tolerance or half of the annotation's length); the pairs are a maximum matching. Segments: a label is
 * active in a segment that any of its events touches.
 */

/** An event in seconds from the start of its recording. */
export interface ScoredEvent {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

/** One long recording: its annotations, and the detected events. */
export interface EventRecording {
  readonly seconds: number;
  readonly annotated: readonly ScoredEvent[];
  readonly detected: readonly ScoredEvent[];
}

/** Counts, and the rates computed from them; a rate without anything to count is 0. */
export interface EventCounts {
  readonly found: number;
  readonly missed: number;
  readonly falseAlarms: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Scores of detection. */
export interface EventScores {
  readonly recordings: number;
  readonly hours: number;
  /** Seconds by which an onset may differ. */
  readonly tolerance: number;
  readonly events: EventCounts & { readonly falseAlarmsPerHour: number };
  /** By segments of `seconds`. */
  readonly segments: EventCounts & { readonly seconds: number };
  readonly perClass: Readonly<Record<string, EventCounts>>;
  /** Annotations with labels that cannot be detected, left out of the score. */
  readonly unseenLabels: Readonly<Record<string, number>>;
}

/** Default tolerance and the length of segments, in seconds. */
export const eventDefaults = { tolerance: 0.5, segmentSeconds: 1 };

/** Scores detections. `labels`: those that can be detected; others are counted separately. */
export function computeEventScores(
  recordings: readonly EventRecording[],
  labels: readonly string[],
  tolerance: number = eventDefaults.tolerance,
): EventScores {
  const known = new Set(labels);
  const unseenLabels: Record<string, number> = {};
  const perClass = new Map(labels.map((label) => [label, { found: 0, missed: 0, falseAlarms: 0 }]));
  const segments = { found: 0, missed: 0, falseAlarms: 0 };
  for (const { annotated, detected } of recordings) {
    for (const { label } of annotated) {
      if (!known.has(label)) unseenLabels[label] = (unseenLabels[label] ?? 0) + 1;
    }
    for (const label of labels) {
      const truth = annotated.filter((event) => event.label === label);
      const answers = detected.filter((event) => event.label === label);
      const found = countMatches(truth, answers, tolerance);
      const counts = perClass.get(label)!;
      counts.found += found;
      counts.missed += truth.length - found;
      counts.falseAlarms += answers.length - found;
      const wanted = listSegments(truth);
      const given = listSegments(answers);
      const both = [...wanted].filter((segment) => given.has(segment)).length;
      segments.found += both;
      segments.missed += wanted.size - both;
      segments.falseAlarms += given.size - both;
    }
  }
  const sum = { found: 0, missed: 0, falseAlarms: 0 };
  for (const counts of perClass.values()) {
    sum.found += counts.found;
    sum.missed += counts.missed;
    sum.falseAlarms += counts.falseAlarms;
  }
  const hours = recordings.reduce((total, { seconds }) => total + seconds, 0) / 3600;
  return {
    recordings: recordings.length,
    hours,
    tolerance,
    events: { ...addRates(sum), falseAlarmsPerHour: hours > 0 ? sum.falseAlarms / hours : 0 },
    segments: { ...addRates(segments), seconds: eventDefaults.segmentSeconds },
    perClass: Object.fromEntries([...perClass].map(([label, counts]) => [label, addRates(counts)])),
    unseenLabels,
  };
}

function addRates(counts: Pick<EventCounts, "found" | "missed" | "falseAlarms">): EventCounts {
  const { found, missed, falseAlarms } = counts;
  const divide = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);
  return {
    ...counts,
    precision: divide(found, found + falseAlarms),
    recall: divide(found, found + missed),
    f1: divide(2 * found, 2 * found + missed + falseAlarms),
  };
}

function agrees(truth: ScoredEvent, answer: ScoredEvent, tolerance: number): boolean {
  return (
    Math.abs(truth.start - answer.start) <= tolerance &&
    Math.abs(truth.end - answer.end) <= Math.max(tolerance, (truth.end - truth.start) / 2)
  );
}

/** Computes the size of a maximum matching of annotations and detections, by augmenting paths. */
function countMatches(
  annotated: readonly ScoredEvent[],
  detected: readonly ScoredEvent[],
  tolerance: number,
): number {
  const sorted = [...detected].sort((a, b) => a.start - b.start);
  const candidates = [...annotated]
    .sort((a, b) => a.start - b.start)
    .map((truth) => {
      const first = findFirst(sorted, truth.start - tolerance);
      const near: number[] = [];
      for (let i = first; i < sorted.length && sorted[i]!.start <= truth.start + tolerance; i++) {
        if (agrees(truth, sorted[i]!, tolerance)) near.push(i);
      }
      return near;
    });
  const owner = new Map<number, number>();
  const assign = (row: number, tried: Set<number>): boolean => {
    for (const answer of candidates[row]!) {
      if (tried.has(answer)) continue;
      tried.add(answer);
      const other = owner.get(answer);
      if (other !== undefined && !assign(other, tried)) continue;
      owner.set(answer, row);
      return true;
    }
    return false;
  };
  return candidates.filter((_, row) => assign(row, new Set())).length;
}

/** Finds the index of the first event that starts at `start` or later. */
function findFirst(sorted: readonly ScoredEvent[], start: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.start < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Numbers of the segments that events touch. */
function listSegments(events: readonly ScoredEvent[]): Set<number> {
  const { segmentSeconds } = eventDefaults;
  const active = new Set<number>();
  for (const { start, end } of events) {
    const last = Math.max(Math.floor(start / segmentSeconds), Math.ceil(end / segmentSeconds) - 1);
    for (let i = Math.floor(start / segmentSeconds); i <= last; i++) active.add(i);
  }
  return active;
}
