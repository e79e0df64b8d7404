/**
 * Segments of long recordings: start, end, label. Prepares them for training: margins, overlaps, the gaps
 * between them.
 *
 * Not its concern: the files that annotations come from (annotation-files.ts), audio.
 * The name of a segment is a media fragment (W3C Media Fragments URI 1.0): "day.wav#t=12.3,14.5".
 */
import type { SkippedRecording, Split } from "./dataset.ts";

/** A part of a recording, in seconds from its start. */
export interface Segment {
  readonly start: number;
  readonly end: number;
}

/** A labelled segment of a file. */
export interface LabelledSegment {
  readonly file: string;
  readonly segment: Segment;
  readonly label: string;
  readonly speaker?: string;
  readonly split: Split;
}

/** Options of converting annotations to recordings. */
export interface AnnotationOptions {
  /** Seconds of context added on both sides of every segment; default 0. */
  readonly margin?: number | undefined;
  /**
   * auto (default): gaps between annotations give recordings labelled `_background`, unless that label is
   * annotated; none: they do not.
   */
  readonly background?: "auto" | "none" | undefined;
  /** Whether segments that overlap another label are left out (default), or used as well, to score events. */
  readonly overlaps?: "skip" | "use" | undefined;
}

const backgroundLabel = "_background";
/** Minimum share of the shorter segment in an overlap that makes both labels doubtful. */
const doubtfulShare = 0.5;
/** Seconds next to an annotation that are not used as a gap, since ends are set by hand. */
const guardSeconds = 0.25;
/** Bounds of the length of a recording from a gap, in seconds. */
const gapSeconds = { minimum: 0.5, maximum: 5 };

/** Creates the name of a segment: the file and its media fragment. */
export function nameSegment(file: string, { start, end }: Segment): string {
  const format = (seconds: number): string => String(Number(seconds.toFixed(3)));
  return `${file}#t=${format(start)},${format(end)}`;
}

/** Gets the file from a segment's name; returns any other name unchanged. */
export function getSegmentFile(name: string): string {
  return name.replace(/#t=[\d.]+,[\d.]+$/, "");
}

/** Groups segments by file, each group by start. */
export function groupSegments<T extends Pick<LabelledSegment, "file" | "segment">>(
  segments: readonly T[],
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const segment of segments) {
    const group = groups.get(segment.file);
    if (group) group.push(segment);
    else groups.set(segment.file, [segment]);
  }
  for (const group of groups.values()) group.sort((a, b) => a.segment.start - b.segment.start);
  return groups;
}

/**
 * Leaves out segments if at least half of them overlaps a segment with another label: they contain two
 * sounds. Takes time linear in the number of overlaps.
 */
export function separateOverlaps<T extends LabelledSegment>(
  segments: readonly T[],
): { readonly kept: T[]; readonly skipped: SkippedRecording[] } {
  const overlapped = new Map<T, T>();
  for (const group of groupSegments(segments).values()) {
    let open: T[] = [];
    for (const next of group) {
      open = open.filter(({ segment }) => segment.end > next.segment.start);
      for (const other of open) {
        if (other.label === next.label) continue;
        const shared = Math.min(other.segment.end, next.segment.end) - next.segment.start;
        for (const [one, two] of [[other, next] as const, [next, other] as const]) {
          if (shared >= doubtfulShare * (one.segment.end - one.segment.start)) overlapped.set(one, two);
        }
      }
      open.push(next);
    }
  }
  const skipped = [...overlapped].map(([{ file, segment, label }, other]) => ({
    file: nameSegment(file, segment),
    code: "overlapping-labels",
    message: `${nameSegment(file, segment)}: ${label} overlaps ${other.label}, from ${other.segment.start.toFixed(2)} to ${other.segment.end.toFixed(2)} s, by half of its length or more; expected one label.`,
    hint: "Shorten one of the annotations, or use a label that means both sounds.",
  }));
  return { kept: segments.filter((segment) => !overlapped.has(segment)), skipped };
}

/**
 * Cuts the gaps between annotations into segments labelled `_background`, with the length of the median
 * annotation (0.5 to 5 s) or of the gap if that is shorter, at most as many as the largest class has, spread
 * evenly. Sound before the first
 * and after the last annotation of a file is not used, since it may not have been annotated.
 *
 * @param annotated All annotations, also those that are not used.
 */
export function cutGaps(annotated: readonly LabelledSegment[]): LabelledSegment[] {
  if (annotated.length === 0 || annotated.some(({ label }) => label === backgroundLabel)) return [];
  const lengths = annotated.map(({ segment }) => segment.end - segment.start).sort((a, b) => a - b);
  const median = lengths[lengths.length >> 1]!;
  const length = Math.min(gapSeconds.maximum, Math.max(gapSeconds.minimum, median));
  const found: LabelledSegment[] = [];
  for (const [file, group] of groupSegments(annotated)) {
    let reached = group[0]!.segment.end;
    for (const { segment, split } of group.slice(1)) {
      const first = reached + guardSeconds;
      const room = segment.start - guardSeconds - first;
      const own = Math.min(length, room);
      for (let i = 0; own >= gapSeconds.minimum && (i + 1) * own <= room; i++) {
        const start = first + i * own;
        found.push({ file, segment: { start, end: start + own }, label: backgroundLabel, split });
      }
      reached = Math.max(reached, segment.end);
    }
  }
  const counts = new Map<string, number>();
  for (const { label } of annotated) counts.set(label, (counts.get(label) ?? 0) + 1);
  const maximum = Math.max(...counts.values());
  if (found.length <= maximum) return found;
  return Array.from({ length: maximum }, (_, i) => found[Math.floor(((i + 0.5) * found.length) / maximum)]!);
}

/** Adds context on both sides; a segment does not start before the recording. */
export function widen({ start, end }: Segment, margin: number): Segment {
  return { start: Math.max(0, start - margin), end: end + margin };
}
