/** Measures both gates on the streams of one draw, alone and with the golem behind them. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createRandom, shuffle } from "../../src/core/random.ts";
import { type DetectSettings, resolveDetectSettings } from "../../src/detect/detect-settings.ts";
import type { GateState } from "../../src/detect/sound-gate.ts";
import { createWindowClassifier, type WindowClassifier } from "../../src/detect/window-classifier.ts";
import type { WindowAnswer } from "../../src/detect/window-judge.ts";
import { loadEncoderSet } from "../../src/node/models/load-encoder-set.ts";
import { train } from "../../src/node/train.ts";
import { backgrounds, gatherDraw } from "../detect/clips.ts";
import { conditions } from "../detect/conditions.ts";
import { type Matched, matchEvents } from "../detect/match.ts";
import { type Assembled, assembleStream, type Clip, type Placed, rate } from "../detect/stream.ts";
import { findEvents, getStretches, planBehind, runSoundGate } from "./gated-stream.ts";
import { toGateStates } from "./voice-gate.ts";

/** Thresholds of the voice gate; 0.5 is its authors'. */
const voiceThresholds = [0.3, 0.5, 0.7];
/** Thresholds of events, besides the golem's own. */
const eventThresholds = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** Sounds in the second stream of a condition. */
const soundCount = 24;

/** What one gate passes of one stream. */
interface Passed {
  /** Of the sound of each target, the share during which the gate is open. */
  readonly targets: readonly number[];
  /** From the start of each target's sound until the gate is open, in seconds; none if it never opens. */
  readonly openings: readonly number[];
  /** Seconds during which it is open, and seconds of windows to classify (overlapping ones count each). */
  readonly openSeconds: number;
  readonly heardSeconds: number;
  /** Recordings of sounds that belong to no class, and how many of them it passes for 0.1 s or more. */
  readonly sounds: number;
  readonly passedSounds: number;
}

/** The results of one gate on one stream. */
export interface GateResult {
  readonly set: string;
  readonly draw: number;
  readonly condition: string;
  /** `words`: the stream of runs/detect.ts; `sounds`: one of sounds alone. */
  readonly stream: "words" | "sounds";
  readonly gate: string;
  readonly seconds: number;
  readonly passed: Passed;
  /** Misses and false alarms of the golem behind the gate, at its own threshold and at fixed ones. */
  readonly atDefault: Matched;
  readonly sweep: readonly (Matched & { readonly threshold: number })[];
  /** Processor time of the gate alone, in seconds. */
  readonly gateSeconds: number;
}

/** What is measured. */
interface MeasureOptions {
  readonly folder: string;
  readonly set: string;
  readonly draw: number;
  readonly getProbabilities: (samples: Float32Array) => Promise<number[]>;
}

/** Measures a draw; reports each stream and gate. */
export async function measureGates(
  { folder, set, draw, getProbabilities }: MeasureOptions,
  onResult: (result: GateResult) => void,
): Promise<void> {
  const material = gatherDraw(folder, set, draw);
  const golem = await train(material.trainList, { repeats: 1 });
  const encoderSet = await loadEncoderSet(golem.encoderSet, { threads: 1 });
  const classifier = createWindowClassifier(golem.model, encoderSet);
  const settings = resolveDetectSettings(golem.model);
  for (const condition of conditions) {
    for (const stream of ["words", "sounds"] as const) {
      const clips = stream === "words" ? material.clips : gatherSounds(folder, draw);
      const assembled = await assembleStream(clips, material.background, condition, draw);
      const results = await measureStream(assembled, {
        ...{ getProbabilities, classifier, settings },
        resolve: (threshold) => resolveDetectSettings(golem.model, { threshold }),
      });
      for (const result of results) onResult({ set, draw, condition: condition.name, stream, ...result });
    }
  }
  await encoderSet.dispose();
  material.dispose();
}

interface StreamOptions extends Pick<MeasureOptions, "getProbabilities"> {
  readonly classifier: WindowClassifier;
  readonly settings: DetectSettings;
  readonly resolve: (threshold: number) => DetectSettings;
}

async function measureStream(
  { samples, placed }: Assembled,
  { getProbabilities, classifier, settings, resolve }: StreamOptions,
): Promise<Omit<GateResult, "set" | "draw" | "condition" | "stream">[]> {
  const [present, presentSeconds] = await time(async () => runSoundGate(samples, settings));
  const [probabilities, voiceSeconds] = await time(() => getProbabilities(samples));
  const answers = new Map<string, WindowAnswer | undefined>();
  const measure = async (gate: string, states: readonly GateState[], voiced?: readonly GateState[]) => {
    const planned = planBehind(states, settings);
    const isOpen = voiced && toOpenFrames(voiced);
    const isHeard = (plan: WindowPosition) => !isOpen || isOpen.subarray(plan.from, plan.to).includes(1);
    const heard = planned.flatMap(({ plan }) => (plan.kind === "window" && isHeard(plan) ? [plan] : []));
    for (const plan of heard) {
      if (answers.has(getKey(plan))) continue;
      const window = samples.slice((plan.from * rate) / 100, (plan.to * rate) / 100);
      answers.set(getKey(plan), await classifier.classify(window));
    }
    const match = (own: DetectSettings) => {
      const answer = (plan: WindowPosition) => (isHeard(plan) ? answers.get(getKey(plan)) : undefined);
      return matchEvents(findEvents(planned, classifier.labels, own, answer), placed);
    };
    return {
      ...{ gate, seconds: samples.length / rate },
      passed: {
        ...describeGate(states, placed, isOpen),
        heardSeconds: heard.reduce((sum, { from, to }) => sum + (to - from) / 100, 0),
      },
      atDefault: match(settings),
      sweep: eventThresholds.map((threshold) => ({ threshold, ...match(resolve(threshold)) })),
      gateSeconds: gate === "present" ? presentSeconds : voiceSeconds + (voiced ? presentSeconds : 0),
    };
  };
  const results = [await measure("present", present)];
  const pauseFrames = Math.max(1, Math.round(settings.pauseSeconds * 100));
  for (const threshold of voiceThresholds) {
    const voiced = toGateStates(probabilities, present.length, { threshold, pauseFrames });
    results.push(await measure(`voice ${threshold}`, voiced));
    results.push(await measure(`both, voice ${threshold}`, present, voiced));
  }
  return results;
}

/** Sounds of ESC-10 that are not background. */
function gatherSounds(folder: string, draw: number): Clip[] {
  const root = join(folder, "esc10");
  const clips = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !backgrounds.includes(entry.name))
    .flatMap(({ name: label }) =>
      readdirSync(join(root, label)).map(
        (name): Clip => ({ kind: "sound", label, path: join(root, label, name) }),
      ),
    );
  return shuffle(clips, createRandom(8, draw)).slice(0, soundCount);
}

interface WindowPosition {
  readonly from: number;
  readonly to: number;
}

const getKey = ({ from, to }: WindowPosition): string => `${from} ${to}`;

/** For each frame: 1 if it is in a stretch of sound. */
function toOpenFrames(states: readonly GateState[]): Uint8Array {
  const open = new Uint8Array(states.length);
  for (const { start, end } of getStretches(states)) open.fill(1, start, end);
  return open;
}

/** What a gate passes, with `also`: only frames that are open in both. */
function describeGate(
  states: readonly GateState[],
  placed: readonly Placed[],
  also?: Uint8Array,
): Omit<Passed, "heardSeconds"> {
  const open = toOpenFrames(states);
  if (also) for (let frame = 0; frame < open.length; frame++) open[frame]! &= also[frame]!;
  const slice = (start: number, end: number) => open.subarray(Math.round(100 * start), Math.round(100 * end));
  const count = (frames: Uint8Array) => frames.reduce((sum, value) => sum + value, 0);
  const targets = placed.filter(({ kind }) => kind === "target");
  const sounds = placed.filter(({ kind }) => kind === "sound");
  return {
    targets: targets.map(({ soundStart, soundEnd }) => {
      const frames = slice(soundStart, soundEnd);
      return count(frames) / Math.max(1, frames.length);
    }),
    // A gate opens at a frame and then counts earlier ones, so this is when it knows.
    openings: targets.flatMap(({ soundStart, soundEnd }) => {
      const first = Math.round(100 * soundStart);
      const at = states.findIndex(
        ({ start }, frame) => frame >= first && frame < 100 * soundEnd && start !== undefined,
      );
      return at < 0 ? [] : [(at - first) / 100];
    }),
    openSeconds: count(open) / 100,
    sounds: sounds.length,
    passedSounds: sounds.filter(({ soundStart, soundEnd }) => count(slice(soundStart, soundEnd)) >= 10)
      .length,
  };
}

/** Runs a function; also returns the processor time it took, in seconds. */
async function time<T>(run: () => Promise<T>): Promise<[T, number]> {
  const before = process.cpuUsage();
  const result = await run();
  const { user, system } = process.cpuUsage(before);
  return [result, (user + system) / 1e6];
}
