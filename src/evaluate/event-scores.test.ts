/** Scores of events: worked examples, and the size of the matching against every assignment. */
import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { computeEventScores, type ScoredEvent } from "./event-scores.ts";

const at = (start: number, end: number, label = "dog"): ScoredEvent => ({ start, end, label });

it("counts events found, events missed and false alarms, per hour and per class", () => {
  const scores = computeEventScores(
    [
      {
        seconds: 1800,
        annotated: [at(10, 11), at(20, 22), at(30, 31, "cat"), at(40, 41, "fox")],
        detected: [at(10.2, 11.1), at(20.1, 24), at(50, 51), at(30.4, 31.2, "cat")],
      },
    ],
    ["cat", "dog"],
    0.5,
  );
  expect(scores.perClass).toMatchObject({
    cat: { found: 1, missed: 0, falseAlarms: 0, precision: 1, recall: 1, f1: 1 },
    // The second dog ends 2 s late: over half of its length.
    dog: { found: 1, missed: 1, falseAlarms: 2, precision: 1 / 3, recall: 1 / 2, f1: 0.4 },
  });
  expect(scores.events).toMatchObject({ found: 2, missed: 1, falseAlarms: 2, falseAlarmsPerHour: 4 });
  expect(scores.unseenLabels).toEqual({ fox: 1 });
  expect(scores.hours).toBe(0.5);
  // Seconds with dogs: 10, 20, 21 annotated; 10, 11, 20 to 23, 50 detected. With cats: 30; 30, 31.
  expect(scores.segments).toMatchObject({ found: 4, missed: 0, falseAlarms: 5 });
});

it("gives one annotation to one detection only", () => {
  const twice = computeEventScores(
    [{ seconds: 60, annotated: [at(10, 11)], detected: [at(10, 11), at(10.1, 11)] }],
    ["dog"],
  );
  expect(twice.events).toMatchObject({ found: 1, missed: 0, falseAlarms: 1 });
});

it("is 0 if there are no events", () => {
  const { events } = computeEventScores([{ seconds: 0, annotated: [], detected: [] }], ["dog"]);
  expect(events).toMatchObject({ precision: 0, recall: 0, f1: 0, falseAlarmsPerHour: 0 });
});

/** The largest number of pairs over every assignment. */
function countByTrying(truth: readonly ScoredEvent[], answers: readonly ScoredEvent[]): number {
  const [first, ...rest] = truth;
  if (!first) return 0;
  let best = countByTrying(rest, answers);
  for (const [i, answer] of answers.entries()) {
    const fits =
      Math.abs(first.start - answer.start) <= 0.5 &&
      Math.abs(first.end - answer.end) <= Math.max(0.5, (first.end - first.start) / 2);
    if (fits) best = Math.max(best, 1 + countByTrying(rest, answers.toSpliced(i, 1)));
  }
  return best;
}

const event = fc
  .tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 8 }))
  .map(([start, length]) => at(start / 4, (start + length) / 4));
test.prop([fc.array(event, { maxLength: 5 }), fc.array(event, { maxLength: 5 })])(
  "finds a maximum matching",
  (annotated, detected) => {
    const { events } = computeEventScores([{ seconds: 60, annotated, detected }], ["dog"], 0.5);
    expect(events.found).toBe(countByTrying(annotated, detected));
  },
);
