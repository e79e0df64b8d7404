/**
 * Events against the truth: what was found, what was missed, what was made up and where.
 *
 * Must not know: golems, audio.
 */
import type { DetectedEvent } from "../../src/detect/detector.ts";
import type { Placed } from "./stream.ts";

/** An event, and how much of the stream had been taken in when it came. */
export interface TimedEvent extends DetectedEvent {
  readonly at: number;
}

/** Counts for one stream. */
export interface Matched {
  readonly targets: number;
  readonly hits: number;
  /** False alarms by where they are: on a target (another word, or the word twice), speech, a sound, the background alone. */
  readonly alarms: Readonly<Record<"target" | "speech" | "sound" | "background", number>>;
  /** From the end of the word to the event, in seconds of the stream, for each hit. */
  readonly latencies: readonly number[];
}

/** A target is hit by the first event of its label that overlaps it; every other event is a false alarm. */
export function matchEvents(events: readonly TimedEvent[], placed: readonly Placed[]): Matched {
  const used = new Set<TimedEvent>();
  const latencies: number[] = [];
  const targets = placed.filter(({ kind }) => kind === "target");
  const overlaps = (event: TimedEvent, place: Placed) => event.start < place.end && event.end > place.start;
  for (const target of targets) {
    const hit = events.find(
      (event) => !used.has(event) && event.label === target.label && overlaps(event, target),
    );
    if (!hit) continue;
    used.add(hit);
    latencies.push(hit.at - target.soundEnd);
  }
  const alarms = { target: 0, speech: 0, sound: 0, background: 0 };
  for (const event of events) {
    if (used.has(event)) continue;
    alarms[placed.find((place) => overlaps(event, place))?.kind ?? "background"]++;
  }
  return { targets: targets.length, hits: latencies.length, alarms, latencies };
}
