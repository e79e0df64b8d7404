/** Shapes of training parts by few speakers with unequal shares, and their draws. */
import { createRandom, shuffle } from "../../src/core/random.ts";
import type { EmbeddedRecording } from "../../src/embed/embedded-recording.ts";
import type { Draw, RealSet } from "../scoreboard/real-set.ts";

/** A kind of training part. */
export interface Shape {
  readonly set: string;
  readonly classes: number;
  /** Number of speakers for training; at least `tested` others remain for testing. */
  readonly speakers: number;
  readonly tested: number;
  readonly recordings: number;
}

/** The shapes of the published table. */
export const shapes: readonly Shape[] = [
  { set: "digits", classes: 10, speakers: 3, tested: 2, recordings: 50 },
  { set: "digits", classes: 7, speakers: 4, tested: 2, recordings: 49 },
  { set: "digits", classes: 10, speakers: 4, tested: 2, recordings: 30 },
  { set: "digits", classes: 4, speakers: 3, tested: 2, recordings: 24 },
  { set: "digits", classes: 2, speakers: 4, tested: 2, recordings: 16 },
  { set: "commands", classes: 6, speakers: 10, tested: 15, recordings: 40 },
  { set: "commands", classes: 30, speakers: 20, tested: 15, recordings: 90 },
  { set: "commands", classes: 14, speakers: 6, tested: 15, recordings: 50 },
  { set: "esc10", classes: 10, speakers: 25, tested: 100, recordings: 50 },
  { set: "esc10", classes: 5, speakers: 14, tested: 100, recordings: 30 },
];

/**
 * Draws a training part with unequal speakers: each speaker's share is exponentially distributed, so that one
 * speaker often has a third or more. Classes without two speakers in it, or without a recording to test on,
 * are left out.
 */
export function drawShape(set: RealSet, shape: Shape, seed: number): Draw {
  for (let attempt = 0; ; attempt++) {
    const random = createRandom(seed, attempt);
    const drawn = shuffle(set.classes, random).slice(0, shape.classes);
    const rows = set.recordings.filter(({ label }) => drawn.includes(label));
    const all = shuffle([...new Set(rows.map(({ speaker }) => speaker!))], random);
    const sizes = new Map<string, number>();
    for (const { speaker } of rows) sizes.set(speaker!, (sizes.get(speaker!) ?? 0) + 1);
    // The speakers for training with the most recordings.
    const rank = new Map(all.map((speaker) => [speaker, sizes.get(speaker)! + 2 * random.uniform()]));
    const trained = all
      .slice(0, Math.max(shape.speakers, all.length - shape.tested))
      .sort((a, b) => rank.get(b)! - rank.get(a)!)
      .slice(0, shape.speakers);
    const share = new Map(trained.map((speaker) => [speaker, 0.05 - Math.log(1 - random.uniform())]));
    const ours = rows
      .filter(({ speaker }) => share.has(speaker!))
      .map((row) => ({ row, key: -Math.log(1 - random.uniform()) / share.get(row.speaker!)! }))
      .sort((a, b) => a.key - b.key)
      .slice(0, shape.recordings)
      .map(({ row }) => row);
    const theirs = rows.filter(({ speaker }) => !share.has(speaker!));
    const kept = drawn.filter((label) => {
      const speakers = new Set(ours.filter((row) => row.label === label).map(({ speaker }) => speaker));
      return speakers.size >= 2 && theirs.some((row) => row.label === label);
    });
    if (kept.length < Math.max(2, 0.6 * shape.classes)) continue;
    const keep = ({ label }: EmbeddedRecording) => kept.includes(label);
    return { train: ours.filter(keep), test: theirs.filter(keep) };
  }
}
