/**
 * Measures one draw of one set: a golem, a stream for each condition, processed once, and its events at every
 * threshold.
 */
import { type DetectOptions, resolveDetectSettings } from "../../src/detect/detect-settings.ts";
import { createDetector } from "../../src/detect/detector.ts";
import { deriveThresholds } from "../../src/detect/false-alarms.ts";
import { addVoiceFilter } from "../../src/detect/voice-filter.ts";
import { createWindowClassifier, type WindowClassifier } from "../../src/detect/window-classifier.ts";
import type { WindowAnswer } from "../../src/detect/window-judge.ts";
import { loadEncoderSet } from "../../src/node/models/load-encoder-set.ts";
import { loadVoiceNetwork } from "../../src/node/models/voice-network.ts";
import { train } from "../../src/node/train.ts";
import { gatherDraw } from "./clips.ts";
import { conditions } from "./conditions.ts";
import { type Matched, matchEvents, type TimedEvent } from "./match.ts";
import { countStages, planStream, type Stage } from "./stages.ts";
import { assembleStream, rate } from "./stream.ts";

/** The tested thresholds, besides the golem's own. */
const thresholds = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

/** The tested rates of false alarms per hour, besides the lowest possible one. */
const rates = [undefined, 3, 10, 30];

/** The result of one stream at one threshold. */
export interface AtThreshold extends Matched {
  readonly threshold: number;
}

/**
 * The result of one stream at the thresholds for a rate of false alarms; undefined `asked`: the lowest
 * measurable rate.
 */
interface AtRate extends Matched {
  readonly asked: number | undefined;
  /** The rate that the golem's measurement states. */
  readonly perHour: number;
}

/** The results of one stream. */
export interface Measured {
  readonly set: string;
  readonly draw: number;
  readonly condition: string;
  readonly seconds: number;
  /** Length of the windows, and pause that ends a stretch, in seconds. */
  readonly windowSeconds: number;
  readonly pauseSeconds: number;
  readonly windows: number;
  /** Seconds of classified sound; overlapping windows count each. */
  readonly heardSeconds: number;
  /** Processing time as a share of the stream's duration, without decoding. */
  readonly realTimeFactor: number;
  readonly atDefault: AtThreshold;
  /** Of the misses at the default threshold. */
  readonly stages: Readonly<Record<Stage, number>>;
  readonly sweep: readonly AtThreshold[];
  /** At thresholds for a rate of false alarms. */
  readonly atRates: readonly AtRate[];
  /** Short recordings in the stream. */
  readonly sounds: number;
}

/** What is measured. */
interface DrawOptions {
  readonly folder: string;
  readonly set: string;
  readonly draw: number;
  /** Whether windows without a voice are silent. */
  readonly voice: boolean;
}

/** Measures the draw; reports each stream when it is finished. */
export async function measureDraw(
  { folder, set, draw, voice }: DrawOptions,
  onMeasured: (measured: Measured) => void,
): Promise<void> {
  const material = gatherDraw(folder, set, draw);
  const golem = await train(material.trainList, { repeats: 1 });
  const encoderSet = await loadEncoderSet(golem.encoderSet, { threads: 1 });
  const network = voice ? await loadVoiceNetwork() : undefined;
  const plain = createWindowClassifier(golem.model, encoderSet);
  const classifier = network ? addVoiceFilter(plain, network) : plain;
  const settings = resolveDetectSettings(golem.model);
  for (const condition of conditions) {
    const { samples, placed } = await assembleStream(material.clips, material.background, condition, draw);
    const answers: (WindowAnswer | undefined)[] = [];
    let busy = 0;
    const hearing: WindowClassifier = {
      ...classifier,
      async classify(window) {
        const before = performance.now();
        const answer = await classifier.classify(window);
        busy += performance.now() - before;
        answers.push(answer);
        return answer;
      },
    };
    const defaults = await runStream(hearing, samples, {});
    const plans = planStream(samples, settings);
    if (plans.length !== answers.length) throw new Error(`${plans.length} plans, ${answers.length} answers`);
    const parts = plans.map((plan, i) => ({ plan, answer: answers[i] }));
    const sweep: AtThreshold[] = [];
    for (const threshold of thresholds) {
      // The plan does not depend on the threshold, so windows are classified once for all thresholds.
      let next = 0;
      const replayed = { ...classifier, classify: async () => answers[next++] };
      sweep.push({ threshold, ...matchEvents(await runStream(replayed, samples, { threshold }), placed) });
    }
    const atRates: AtRate[] = [];
    for (const asked of rates) {
      const least = golem.model.document.falseAlarms!.steps[0]!.perHour;
      const falseAlarmsPerHour = Math.max(least, asked ?? 0);
      const { perHour } = deriveThresholds(golem.model.document, falseAlarmsPerHour);
      let next = 0;
      const replayed = { ...classifier, classify: async () => answers[next++] };
      const events = await runStream(replayed, samples, { falseAlarmsPerHour });
      atRates.push({ asked, perHour, ...matchEvents(events, placed) });
    }
    const seconds = samples.length / rate;
    onMeasured({
      ...{ set, draw, condition: condition.name, seconds, windows: parts.length },
      ...{ windowSeconds: settings.windowSeconds, pauseSeconds: settings.pauseSeconds },
      heardSeconds: plans.reduce((sum, { from, to }) => sum + (to - from) / 100, 0),
      realTimeFactor: busy / 1000 / seconds,
      atDefault: { threshold: settings.threshold, ...matchEvents(defaults, placed) },
      stages: countStages(parts, classifier.labels, defaults, placed, settings.threshold),
      ...{ sweep, atRates, sounds: placed.length },
    });
  }
  await encoderSet.dispose();
  await network?.dispose();
  material.dispose();

  /** Returns the events of a stream that is pushed in pieces of a tenth of a second. */
  async function runStream(
    by: WindowClassifier,
    samples: Float32Array,
    options: DetectOptions,
  ): Promise<TimedEvent[]> {
    const detector = createDetector(by, { settings: resolveDetectSettings(golem.model, options) });
    const events: TimedEvent[] = [];
    const chunk = rate / 10;
    for (let at = 0; at < samples.length; at += chunk) {
      const found = await detector.push(samples.subarray(at, at + chunk));
      events.push(...found.map((event) => ({ ...event, at: (at + chunk) / rate })));
    }
    const rest = await detector.finish();
    return [...events, ...rest.map((event) => ({ ...event, at: samples.length / rate }))];
  }
}
