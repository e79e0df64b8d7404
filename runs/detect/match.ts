/** Compares events with the truth: hits, misses, and false alarms with their place. */
import type { DetectedEvent } from "../../src/detect/detector.ts";
import type { Placed } from "./stream.ts";

/** An event, and how much of the stream had been processed when it was reported. */
export interface TimedEvent extends DetectedEvent {
  readonly at: number;
}

/** Counts for one stream. */
export interface Matched {
  readonly targets: number;
  readonly hits: number;
  /** False alarms by where they are: another label on a target, on speech, on a sound, on the background alone. */
  readonly alarms: Readonly<Record<"target" | "speech" | "sound" | "background", number>>;
  /** Further events of the right label on a target that already has one. */
  readonly repeats: number;
  /** From the end of the target's sound to the event, in seconds of the stream, for each hit. */
  readonly latencies: readonly number[];
}

/** Whether an event and a recording have time in common. */
export const overlaps = (event: DetectedEvent, place: Placed): boolean =>
  event.start < place.end && event.end > place.start;

/**
 * Finds the event that hits each target: the first of its label that overlaps it and does not hit an earlier
 * target.
 */
export function assignEvents(
  events: readonly TimedEvent[],
  targets: readonly Placed[],
): ReadonlyMap<Placed, TimedEvent> {
  const hits = new Map<Placed, TimedEvent>();
  const used = new Set<TimedEvent>();
  for (const target of targets) {
    const hit = events.find(
      (event) => !used.has(event) && event.label === target.label && overlaps(event, target),
    );
    if (!hit) continue;
    used.add(hit);
    hits.set(target, hit);
  }
  return hits;
}

/**
 * Counts hits, misses and false alarms. Every event that hits no target is a false alarm, unless it repeats
 * the label of a target.
 */
export function matchEvents(events: readonly TimedEvent[], placed: readonly Placed[]): Matched {
  const targets = placed.filter(({ kind }) => kind === "target");
  const hits = assignEvents(events, targets);
  const used = new Set(hits.values());
  const alarms = { target: 0, speech: 0, sound: 0, background: 0 };
  let repeats = 0;
  for (const event of events) {
    if (used.has(event)) continue;
    if (targets.some((target) => target.label === event.label && overlaps(event, target))) repeats++;
    else alarms[placed.find((place) => overlaps(event, place))?.kind ?? "background"]++;
  }
  const latencies = [...hits].map(([target, event]) => event.at - target.soundEnd);
  return { targets: targets.length, hits: hits.size, alarms, repeats, latencies };
}
