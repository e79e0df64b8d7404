/**
 * What golems find in a long recording, at every setting of two dials, and how right that is.
 *
 * Not its concern: how golems come about, reports.
 */
import { createHash } from "node:crypto";
import { type DetectOptions, resolveDetectSettings } from "../../src/detect/detect-settings.ts";
import { createDetector } from "../../src/detect/detector.ts";
import { embedSamples, type WindowClassifier } from "../../src/detect/window-classifier.ts";
import { createWindowJudge } from "../../src/detect/window-judge.ts";
import { computeEventScores, type ScoredEvent } from "../../src/evaluate/event-scores.ts";
import { getAudioOf } from "../../src/golem/predict-embedded.ts";
import type { Golem } from "../../src/index.ts";
import { loadEncoderSet } from "../../src/node/models/load-encoder-set.ts";
import { type Long, plans, rate, type SetName } from "./assemble.ts";

const thresholds = Array.from({ length: 19 }, (_, i) => (i + 1) / 20);
/** Settings of the dial of false alarms, evenly among those that a golem was measured at. */
const rateCount = 25;

/** What was found at one setting. */
export interface Scored {
  readonly recall: number;
  /** False alarms per hour. */
  readonly alarms: number;
  readonly f1: number;
}

/** What one golem found: at its default thresholds, and from the lowest to the highest setting of each dial. */
export interface Dialled {
  readonly atDefault: Scored;
  readonly byRate: readonly Scored[];
  readonly byThreshold: readonly Scored[];
}

/** Listens to one recording with several golems of the same encoders; equal stretches are embedded once. */
export async function createListener(first: Golem, long: Long) {
  const encoderSet = await loadEncoderSet(first.encoderSet, { threads: 1 });
  const known = new Map<string, ReturnType<typeof embedSamples>>();
  const classify = (golem: Golem): WindowClassifier => {
    const { labels, audio } = golem.model.document;
    const judge = createWindowJudge(golem.model);
    return {
      ...{ labels, sampleRate: audio.sampleRate },
      async classify(window) {
        const bytes = new Uint8Array(window.buffer, window.byteOffset, window.byteLength);
        const key = createHash("sha1").update(bytes).digest("hex");
        const embedded =
          known.get(key) ?? embedSamples(window, encoderSet, { audio: getAudioOf(golem.model.document) });
        known.set(key, embedded);
        return judge(await embedded);
      },
    };
  };
  return {
    /** Events of a golem with the options, each stretch judged once. */
    async listen(golem: Golem, all: readonly DetectOptions[]): Promise<ScoredEvent[][]> {
      const inner = classify(golem);
      const answers: Awaited<ReturnType<typeof inner.classify>>[] = [];
      const found: ScoredEvent[][] = [];
      for (const [i, options] of all.entries()) {
        let next = 0;
        const classifier: WindowClassifier = {
          ...inner,
          // The stretches do not depend on thresholds: what was judged once serves all of them.
          async classify(window) {
            if (i === 0) answers.push(await inner.classify(window));
            return answers[next++];
          },
        };
        const detector = createDetector(classifier, {
          settings: resolveDetectSettings(golem.model, options),
        });
        found.push([...(await detector.push(long.samples)), ...(await detector.finish())]);
      }
      return found;
    },
    dispose: () => encoderSet.dispose(),
  };
}

/** Scores a golem at its default and over both dials. */
export async function dial(
  set: SetName,
  golem: Golem,
  long: Long,
  listener: Awaited<ReturnType<typeof createListener>>,
  targets: ReadonlySet<string>,
): Promise<Dialled> {
  const steps = golem.model.document.falseAlarms!.steps;
  const count = Math.min(rateCount, steps.length);
  const rates = Array.from({ length: count }, (_, i) => {
    return steps[Math.round((i * (steps.length - 1)) / Math.max(1, count - 1))]!.perHour;
  }).reverse();
  const found = await listener.listen(golem, [
    {},
    ...rates.map((falseAlarmsPerHour) => ({ falseAlarmsPerHour })),
    ...thresholds.map((threshold) => ({ threshold })),
  ]);
  const [atDefault, ...others] = found.map((events) => score(set, long, events, targets));
  return {
    atDefault: atDefault!,
    byRate: others.slice(0, rates.length),
    byThreshold: others.slice(rates.length),
  };
}

/** Scores detections of the targets. */
function score(
  set: SetName,
  { samples, events }: Long,
  heard: readonly ScoredEvent[],
  targets: ReadonlySet<string>,
): Scored {
  const annotated = events.filter(({ label }) => targets.has(label));
  const detected = heard.filter(({ label }) => targets.has(label));
  if (plans[set].match === "overlap") {
    const isSame = (a: ScoredEvent, b: ScoredEvent): boolean =>
      a.label === b.label && a.start < b.end && b.start < a.end;
    const found = annotated.filter((event) => detected.some((other) => isSame(event, other))).length;
    const wrong = detected.filter((event) => !annotated.some((other) => isSame(event, other))).length;
    return {
      recall: found / annotated.length,
      alarms: (3600 * rate * wrong) / samples.length,
      f1: (2 * found) / Math.max(1, annotated.length + found + wrong),
    };
  }
  const scores = computeEventScores([{ seconds: samples.length / rate, annotated, detected }], [...targets]);
  const { recall, falseAlarmsPerHour, f1 } = scores.events;
  return { recall, alarms: falseAlarmsPerHour, f1 };
}

/**
 * Two golems at equal recall: that of the first at its default, or the highest that both reach on this dial if
 * that is less. Of each, the highest setting with this recall or more.
 */
export function matchRecall(
  before: Dialled,
  after: Dialled,
  by: "byRate" | "byThreshold",
): { readonly before: Scored; readonly after: Scored; readonly wanted: number } {
  const most = (all: readonly Scored[]) => Math.max(...all.map(({ recall }) => recall));
  const wanted = Math.min(before.atDefault.recall, most(before[by]), most(after[by]));
  const at = (all: readonly Scored[]) => all.findLast(({ recall }) => recall >= wanted)!;
  return { before: at(before[by]), after: at(after[by]), wanted };
}
