/**
 * How well events are found in long recordings: misses and false alarms an hour against the threshold, latency, speed.
 *
 *   npx tsx runs/detect.ts [FOLDER] [DRAWS] [SETS]
 *
 * FOLDER holds the data sets and their draws (default ../shared/data), DRAWS which of them are measured (default 2; 0 and 1 served to choose how much
 * counts of what is unfamiliar, and the default threshold). Golems are trained on a draw's training recordings; streams hold its test recordings, of other speakers where they are known, between speech
 * (drinks) and sounds (ESC-10) that are none of their classes, in background (rain and sea waves of ESC-10). Nothing is fitted on them.
 * Writes runs/results/detect.json and detect.md.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join, resolve } from "node:path";
import { createRandom, shuffle } from "../src/core/random.ts";
import {
  type DetectOptions,
  highestThreshold,
  resolveDetectSettings,
} from "../src/detect/detect-settings.ts";
import { createDetector } from "../src/detect/detector.ts";
import { createWindowClassifier, type WindowClassifier } from "../src/detect/window-classifier.ts";
import type { WindowAnswer } from "../src/detect/window-judge.ts";
import { loadListener } from "../src/node/load-listener.ts";
import { train } from "../src/node/train.ts";
import { matchEvents, type TimedEvent } from "./detect/match.ts";
import { type Measured, writeDetectReport } from "./detect/report.ts";
import { assembleStream, type Clip, rate } from "./detect/stream.ts";

const folder = resolve(process.argv[2] ?? "../shared/data");
const draws = (process.argv[3] ?? "2").split(",").map(Number);
const sets = (process.argv[4] ?? "wakewords,commands").split(",");
const snrs = [40, 20, 10];
const thresholds = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];
/** Clips a stream: targets, sentences, sounds. */
const counts = { target: 36, speech: 4, sound: 14 };

const listFolder = (...path: string[]) => {
  const base = join(folder, ...path);
  return readdirSync(base).map((name) => join(base, name));
};
const classFolders = (set: string) =>
  readdirSync(join(folder, set), { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? [e.name] : []));
const backgrounds = ["rain", "sea_waves"];
const background = backgrounds.flatMap((label) => listFolder("esc10", label).slice(0, 20));

const measured: Measured[] = [];
for (const set of sets) {
  for (const draw of draws) {
    const place = join(folder, "draws", set, String(draw));
    const golem = await train(join(place, "train.csv"), { repeats: 1 });
    const listener = await loadListener(golem.listener, { threads: 1 });
    const classifier = createWindowClassifier(golem.model, listener);
    const random = createRandom(7, draw);
    const pick = (clips: readonly Clip[], count: number) => shuffle([...clips], random).slice(0, count);
    const test = readFileSync(join(place, "test.csv"), "utf8").trim().split("\n").slice(1);
    const targets = test.map((line): Clip => {
      const [file, label] = line.split(",") as [string, string];
      return { kind: "target", label, path: join(place, file) };
    });
    const others = (from: string, kind: Clip["kind"], without: readonly string[] = []) =>
      classFolders(from)
        .filter((label) => !without.includes(label))
        .flatMap((label) => listFolder(from, label).map((path): Clip => ({ kind, label, path })));
    const clips = [
      ...pick(targets, counts.target),
      ...pick(others("drinks", "speech"), counts.speech),
      ...pick(others("esc10", "sound", backgrounds), counts.sound),
    ];
    for (const snrDb of snrs) {
      const { samples, placed } = await assembleStream(clips, background, snrDb, draw);
      const seconds = samples.length / rate;
      const times: number[] = [];
      const answers: (WindowAnswer | undefined)[] = [];
      const timed: WindowClassifier = {
        ...classifier,
        async classify(window) {
          const before = performance.now();
          const answer = await classifier.classify(window);
          times.push(performance.now() - before);
          answers.push(answer);
          return answer;
        },
      };
      await runStream(timed, golem.model, samples, {});
      // The plan does not depend on the threshold: what was heard once serves all of them.
      const byThreshold = [];
      for (const threshold of thresholds) {
        let next = 0;
        const replayed = { ...classifier, classify: async () => answers[next++] };
        const events = await runStream(replayed, golem.model, samples, { threshold });
        byThreshold.push({ threshold, ...matchEvents(events, placed) });
      }
      const realTimeFactor = times.reduce((sum, time) => sum + time, 0) / 1000 / seconds;
      measured.push({
        ...{ set, draw, snrDb, seconds, realTimeFactor, windows: times.length },
        ...{ hearingMilliseconds: times, byThreshold },
      });
      const at = byThreshold.find(({ threshold }) => threshold === highestThreshold)!;
      save();
      console.error(
        set,
        draw,
        snrDb,
        `${at.hits}/${at.targets}`,
        at.alarms,
        realTimeFactor.toFixed(3),
        times.length,
      );
    }
    await listener.dispose();
  }
}

/** Writes what there is so far. */
function save(): void {
  const results = resolve(import.meta.dirname, "results");
  mkdirSync(results, { recursive: true });
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim()}, load ${loadavg()[0]?.toFixed(0)}, Node ${process.version}`;
  const kept = measured.map(({ hearingMilliseconds: _, ...rest }) => rest);
  writeFileSync(join(results, "detect.json"), `${JSON.stringify({ machine, measured: kept }, null, 1)}\n`);
  writeFileSync(join(results, "detect.md"), writeDetectReport(measured, machine));
}

/** The events of a stream pushed in tenths of a second. */
async function runStream(
  classifier: WindowClassifier,
  model: Parameters<typeof resolveDetectSettings>[0],
  samples: Float32Array,
  options: DetectOptions,
): Promise<TimedEvent[]> {
  const detector = createDetector(classifier, { settings: resolveDetectSettings(model, options) });
  const events: TimedEvent[] = [];
  const chunk = rate / 10;
  for (let at = 0; at < samples.length; at += chunk) {
    const found = await detector.push(samples.subarray(at, at + chunk));
    events.push(...found.map((event) => ({ ...event, at: (at + chunk) / rate })));
  }
  const rest = await detector.finish();
  return [...events, ...rest.map((event) => ({ ...event, at: samples.length / rate }))];
}
