/** The table of `bench/studio.ts`: what was measured in all rounds, with its goal. */
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import type { Disturbances } from "./page.ts";

/** Bringing in and embedding 60 recordings, and training on them. */
export interface TrainingRound {
  /** Bytes of the first load, without weights. */
  readonly transfer: number;
  readonly bringingIn: Disturbances;
  /** Milliseconds from one embedded recording to the next. */
  readonly steps: readonly number[];
  /** Mean length of the recordings. */
  readonly seconds: number;
  /** Seconds from the click to the score, as the page states them, and from the score to the learning curve. */
  readonly waited: number;
  readonly trained: number;
  readonly curve: number;
  readonly training: Disturbances;
  readonly after: Disturbances;
}

/** Frames per second and longest frame (ms) while scrolling. */
interface Scrolling {
  readonly fps: number;
  readonly longest: number;
}

/** A list of 600 recordings, scrolled while they are embedded and when idle. */
export interface ScrollingRound {
  readonly bringingIn: Disturbances;
  readonly embedding: Disturbances;
  readonly busy: Scrolling;
  readonly quiet: Scrolling;
}

/** From nothing to a golem of three spoken words: clicks and keys, and recordings that waited when the next one was kept. */
export interface RecordedPath {
  readonly actions: number;
  readonly backlog: readonly number[];
}

/** All rounds. */
export interface StudioRounds {
  readonly trainings: readonly TrainingRound[];
  readonly scrollings: readonly ScrollingRound[];
  readonly path: RecordedPath;
}

/** The machine, and Chromium by its version. */
export function describeMachine(chromium: string): string {
  return `Chromium ${chromium}, ${availableParallelism()} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, ${new Date().toISOString().slice(0, 10)}`;
}

const sort = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);
const median = (numbers: readonly number[]) => sort(numbers)[numbers.length >> 1]!;
const worst = ({ longest, gap }: Disturbances) => Math.max(longest, gap);

function formatRow(
  name: string,
  goal: string,
  unit: string,
  digits: number,
  numbers: readonly number[],
): string {
  const sorted = sort(numbers);
  const cells = [median(numbers), sorted[0]!, sorted.at(-1)!].map((value) =>
    `${value.toFixed(digits)} ${unit}`.trim(),
  );
  return `| ${name} | ${goal} | ${cells.join(" | ")} |`;
}

/** Lines of Markdown. `loadBefore`: the machine's load average before the first round. */
export function formatTable(machine: string, loadBefore: number, rounds: StudioRounds): string[] {
  const { trainings, scrollings, path } = rounds;
  const row = formatRow;
  const train = (pick: (round: TrainingRound) => number) => trainings.map(pick);
  const scroll = (pick: (round: ScrollingRound) => number) => scrollings.map(pick);
  const length = median(train(({ seconds }) => seconds)).toFixed(2);
  const task = ["<= 100 ms", "ms", 0] as const;
  const clicks = "clicks and keys from nothing to a golem of three spoken words";
  const backlog = "recordings not embedded yet when the next one is kept, of 24 spoken";
  return [
    machine,
    "",
    `Load average ${loadBefore.toFixed(1)} before, ${loadavg()[0]!.toFixed(1)} after; on a machine with other work times are longer. The longest task is the longest of long tasks and of gaps between frames.`,
    "",
    "| what | goal | median | lowest | highest |",
    "|---|---|---:|---:|---:|",
    row(
      "training on 60 recordings in 3 classes: golem and score kept",
      "<= 1 s",
      "s",
      1,
      train((round) => round.trained),
    ),
    row(
      "the same, from the click to the score on the screen",
      "",
      "s",
      2,
      train(({ waited }) => waited),
    ),
    row(
      "from there to the learning curve on the screen",
      "",
      "s",
      2,
      train(({ curve }) => curve),
    ),
    row(
      "layout shift while training",
      "0",
      "",
      4,
      train(({ training }) => training.shift),
    ),
    row(
      "longest task of the page while training",
      ...task,
      train(({ training }) => worst(training)),
    ),
    row(
      "longest task after training, curve included",
      ...task,
      train(({ after }) => worst(after)),
    ),
    row(
      "longest task while 60 files come in and are embedded",
      ...task,
      train((round) => worst(round.bringingIn)),
    ),
    row(
      `embedding one recording of ${length} s on average`,
      "",
      "ms",
      0,
      train(({ steps }) => median(steps)),
    ),
    row(
      "the longest of 60",
      "",
      "ms",
      0,
      train(({ steps }) => Math.max(...steps)),
    ),
    row(
      "longest task while 600 files come in",
      ...task,
      scroll(({ bringingIn }) => worst(bringingIn)),
    ),
    row(
      "longest task while 600 are scrolled and embedded",
      ...task,
      scroll(({ embedding }) => worst(embedding)),
    ),
    row(
      "scrolling 600 recordings while they are embedded",
      "60 fps",
      "fps",
      1,
      scroll(({ busy }) => busy.fps),
    ),
    row(
      "longest frame of that",
      "",
      "ms",
      0,
      scroll(({ busy }) => busy.longest),
    ),
    row(
      "scrolling 600 recordings when idle",
      "60 fps",
      "fps",
      1,
      scroll(({ quiet }) => quiet.fps),
    ),
    row(
      "longest frame of that",
      "",
      "ms",
      0,
      scroll(({ quiet }) => quiet.longest),
    ),
    row(
      "first load to 60 embedded, compressed, weights not counted",
      "<= 6 MB",
      "MB",
      2,
      train(({ transfer }) => transfer / 1e6),
    ),
    row(clicks, "<= 45", "", 0, [path.actions]),
    row(backlog, "0", "", 0, path.backlog),
  ];
}
