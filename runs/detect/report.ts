/** Writes the report of runs/detect.ts as Markdown. */
import { conditions } from "./conditions.ts";
import { computeCountInterval, computeShareInterval } from "./intervals.ts";
import type { Matched } from "./match.ts";
import type { AtThreshold, Measured } from "./measure-draw.ts";
import { type Stage, stages } from "./stages.ts";

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.round((values.length - 1) * share)] ?? Number.NaN;
const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
const range = (values: readonly number[], write: (value: number) => string): string => {
  const [low, high] = [write(Math.min(...values)), write(Math.max(...values))];
  return low === high ? low : `${low} to ${high}`;
};
const row = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;

const introduction = (measured: readonly Measured[], machine: string, voice: boolean): string[] => [
  "# Events in long recordings",
  "",
  `Golems trained without flags on about 50 recordings, draws ${unique(measured.map(({ draw }) => draw)).join(", ")} of each set; of ESC-10 on the eight classes that are not background. Streams of a draw's test recordings,`,
  "1 to 3 s apart, among sentences (drinks) and sounds (ESC-10; words of commands where the classes are sounds) that belong to no class, in rain and sea waves",
  "that lie the stated dB below the loudest 0.2 s of a word; `uneven`: 12.5 to 27.5 dB below, up and down in 40 s. A miss: no event of the right label overlaps the recording. A false",
  "alarm: an event of another label on it, or any event elsewhere, counted an hour of the whole stream, most of which is words, sentences and sounds. `again`: further events of",
  "the right label on one recording (a dog that barks twice). `default`: the golem's own threshold. Intervals (95 %): Clopper and Pearson's over recordings, Garwood's over false",
  "alarms; recordings of a draw share a golem, so the range over draws stands beside them.",
  ...(voice
    ? ["Windows in which the network silero finds no voice count as silent (`golem detect --voice`)."]
    : []),
  `Made by \`runs/detect.ts\` on ${machine}; other work ran beside it.`,
];

/** Writes the page. */
export function writeDetectReport(measured: readonly Measured[], machine: string, voice: boolean): string {
  const lines = introduction(measured, machine, voice);
  const sets = unique(measured.map(({ set }) => set));
  const names = conditions.map(({ name }) => name);
  const each = (write: (rows: readonly Measured[], set: string, name: string) => void): void => {
    for (const set of sets) {
      for (const name of names) {
        const rows = measured.filter((row) => row.set === set && row.condition === name);
        if (rows.length > 0) write(rows, set, name);
      }
    }
  };
  lines.push(
    ...["", "## At the golem's own threshold", ""],
    "| set | background | threshold | targets | misses | 95 % | over draws | false alarms per hour | 95 % | latency: median | 90 % within |",
    "|---|---|---|---:|---:|---|---|---:|---|---:|---:|",
  );
  each((rows, set, name) => {
    const at = rows.map(({ atDefault }) => atDefault);
    const latencies = at.flatMap((one) => one.latencies);
    const cells = describeErrors(at, rows);
    lines.push(
      row([
        ...[set, name, range(unique(at.map(({ threshold }) => threshold)), (value) => value.toFixed(2))],
        ...[sum(at.map(({ targets }) => targets)), cells.misses, cells.missInterval],
        range(
          at.map(({ targets, hits }) => 1 - hits / targets),
          (value) => (100 * value).toFixed(0),
        ),
        ...[cells.alarms, cells.alarmInterval],
        ...[quantile(latencies, 0.5).toFixed(1), quantile(latencies, 0.9).toFixed(1)].map((s) => `${s} s`),
      ]),
    );
  });
  lines.push(
    "",
    "Latency: from the end of the recording's sound, as trimming finds it, to the event, in time of the stream, in steps of 0.1 s; to it comes what hearing one window takes.",
    ...["", "## Where misses come from", ""],
    "At the golem's own threshold, each miss at the first that is true: the gate did not open; no window that holds the word has its label ahead; its label is ahead and sure",
    "enough, but the sound is so unlike the training recordings that too little of it counts; ahead and not sure enough; sure enough in one window, not with its neighbours; an event of",
    "the label that is another's or lies within a second.",
    "",
    row(["set", "background", "misses", ...Object.values(stages)]),
    `|---|---|---:|${"---:|".repeat(Object.keys(stages).length)}`,
  );
  each((rows, set, name) => {
    const counts = (Object.keys(stages) as Stage[]).map((stage) => sum(rows.map((one) => one.stages[stage])));
    lines.push(row([set, name, sum(counts), ...counts]));
  });
  lines.push(
    ...["", "## Thresholds for a rate of false alarms", ""],
    "The thresholds that `--false-alarms` derives at training. `stated`: the rate that the golem's own measurement gives, at 240 sounds per hour. Found: per hour of the stream, and per 240 of",
    "its short recordings, which lie much closer together than in use.",
    "",
    "| set | background | asked | stated | misses | 95 % | found per hour | 95 % | per 240 sounds |",
    "|---|---|---|---|---:|---|---:|---|---:|",
  );
  each((rows, set, name) => {
    for (const [i, { asked }] of (rows[0]!.atRates ?? []).entries()) {
      const at = rows.map(({ atRates }) => atRates[i]!);
      const cells = describeErrors(at, rows);
      const alarms = sum(at.flatMap((one) => Object.values(one.alarms)));
      const stated = range(
        at.map(({ perHour }) => perHour),
        (value) => value.toFixed(1),
      );
      lines.push(
        row([
          ...[set, name, asked === undefined ? "least" : `${asked}/h`, stated],
          ...[cells.misses, cells.missInterval, cells.alarms, cells.alarmInterval],
          ((240 * alarms) / sum(rows.map(({ sounds }) => sounds))).toFixed(1),
        ]),
      );
    }
  });
  for (const set of sets) {
    const own = measured.filter((row) => row.set === set);
    const seconds = sum(own.map((row) => row.seconds));
    const share = (values: readonly number[]) => (sum(values) / seconds).toFixed(2);
    lines.push(
      ...["", `## ${set}`, ""],
      `${(seconds / 60).toFixed(0)} minutes; windows of ${range(
        own.map((row) => row.windowSeconds),
        (value) => value.toFixed(2),
      )} s, pauses of ${range(
        own.map((row) => row.pauseSeconds),
        (value) => value.toFixed(2),
      )} s. Hearing took ${share(own.map((row) => row.realTimeFactor * row.seconds))} of real time on one thread, for ${share(own.map((row) => row.heardSeconds))} s heard a second.`,
      "",
      "| background | threshold | misses | 95 % | false alarms per hour | 95 % | on words | sentences | sounds | background | again |",
      "|---|---:|---:|---|---:|---|---:|---:|---:|---:|---:|",
    );
    for (const name of names) {
      const rows = own.filter((row) => row.condition === name);
      if (rows.length === 0) continue;
      const add = (title: string, at: readonly AtThreshold[]): void => {
        const cells = describeErrors(at, rows);
        const kinds = (["target", "speech", "sound", "background"] as const).map((kind) =>
          sum(at.map(({ alarms }) => alarms[kind])),
        );
        const repeats = sum(at.map((one) => one.repeats));
        lines.push(
          row([
            ...[name, title, cells.misses, cells.missInterval, cells.alarms, cells.alarmInterval],
            ...[...kinds, repeats],
          ]),
        );
      };
      for (const [i, { threshold }] of rows[0]!.sweep.entries()) {
        add(
          String(threshold),
          rows.map(({ sweep }) => sweep[i]!),
        );
      }
      add(
        "**default**",
        rows.map(({ atDefault }) => atDefault),
      );
    }
  }
  return `${lines.join("\n")}\n`;
}

/** Cells for misses and false alarms per hour. */
function describeErrors(
  at: readonly Matched[],
  rows: readonly Measured[],
): Record<"misses" | "missInterval" | "alarms" | "alarmInterval", string> {
  const targets = sum(at.map((one) => one.targets));
  const misses = targets - sum(at.map(({ hits }) => hits));
  const hours = sum(rows.map(({ seconds }) => seconds)) / 3600;
  const alarms = sum(at.flatMap((one) => Object.values(one.alarms)));
  const write = ([low, high]: readonly [number, number], digits: (value: number) => string) =>
    `${digits(low)} to ${digits(high)}`;
  return {
    misses: percent(misses / targets),
    missInterval: write(computeShareInterval(misses, targets), (value) => (100 * value).toFixed(0)),
    alarms: (alarms / hours).toFixed(0),
    alarmInterval: write(computeCountInterval(alarms), (count) => (count / hours).toFixed(0)),
  };
}
