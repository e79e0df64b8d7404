/**
 * The account of runs/detect.ts as Markdown.
 *
 * Must not know: how anything is measured.
 */
import { highestThreshold } from "../../src/detect/detect-settings.ts";
import { bisect, computeIncompleteBeta } from "../../src/evaluate/distribution.ts";
import type { Matched } from "./match.ts";

/** What one stream gave. */
export interface Measured {
  readonly set: string;
  readonly draw: number;
  readonly snrDb: number;
  readonly seconds: number;
  /** Share of the stream's time that hearing took, without decoding. */
  readonly realTimeFactor: number;
  readonly windows: number;
  readonly hearingMilliseconds: readonly number[];
  readonly byThreshold: readonly (Matched & { readonly threshold: number })[];
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

/** Clopper and Pearson's 95 % interval. */
function computeInterval(count: number, total: number): string {
  const invert = (p: number, a: number, b: number) => bisect(0, 1, p, (x) => computeIncompleteBeta(a, b, x));
  const low = count === 0 ? 0 : invert(0.025, count, total - count + 1);
  const high = count === total ? 1 : invert(0.975, count + 1, total - count);
  return `${percent(low)} to ${percent(high)}`;
}

const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.round((values.length - 1) * share)] ?? Number.NaN;

/** Writes the page. */
export function writeDetectReport(measured: readonly Measured[], machine: string): string {
  const lines = [
    "# Events in long recordings",
    "",
    "Golems trained without flags on a draw's training recordings (about 50). Streams of the draw's test recordings, which no golem has heard, 1 to 3 s",
    "apart, between sentences and environmental sounds that belong to no class, in rain and sea waves whose level lies the stated dB",
    "below the loudest 0.2 s of a word. A miss: no event of the right label overlaps the word. A false alarm: any other event, also the wrong",
    "word on a word. False alarms are counted an hour of the whole stream, over half of which is words, sentences and sounds.",
    "Latency: from the end of the word's sound to the event, in time of the stream, in steps of 0.1 s; hearing takes what is stated beside it.",
    `Made by \`runs/detect.ts\` on ${machine}; other work ran beside it.`,
    "",
  ];
  for (const set of new Set(measured.map((row) => row.set))) {
    lines.push(
      `## ${set}`,
      "",
      "| background | threshold | misses | 95 % interval | false alarms an hour | on words | sentences | sounds | background |",
      "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    );
    for (const snrDb of new Set(measured.map((row) => row.snrDb))) {
      const rows = measured.filter((row) => row.set === set && row.snrDb === snrDb);
      const hours = rows.reduce((sum, { seconds }) => sum + seconds, 0) / 3600;
      for (const { threshold } of rows[0]?.byThreshold ?? []) {
        const at = rows.map((row) => row.byThreshold.find((other) => other.threshold === threshold)!);
        const sum = (f: (row: Matched) => number) => at.reduce((total, row) => total + f(row), 0);
        const [targets, hits] = [sum((row) => row.targets), sum((row) => row.hits)];
        const kinds = (["target", "speech", "sound", "background"] as const).map((kind) =>
          sum(({ alarms }) => alarms[kind]),
        );
        const total = kinds.reduce((all, count) => all + count, 0);
        const mark = threshold === highestThreshold ? "**" : "";
        lines.push(
          `| ${snrDb} dB | ${mark}${threshold}${mark} | ${percent(1 - hits / targets)} | ${computeInterval(targets - hits, targets)} | ${(total / hours).toFixed(1)} | ${kinds.join(" | ")} |`,
        );
      }
    }
    const rows = measured.filter((row) => row.set === set);
    const latencies = rows.flatMap(({ byThreshold }) =>
      byThreshold.flatMap(({ threshold, latencies }) => (threshold === highestThreshold ? latencies : [])),
    );
    const hearing = rows.flatMap(({ hearingMilliseconds }) => hearingMilliseconds);
    const seconds = rows.reduce((sum, row) => sum + row.seconds, 0);
    const busy = rows.reduce((sum, row) => sum + row.seconds * row.realTimeFactor, 0);
    lines.push(
      "",
      `Streams of ${(seconds / 60).toFixed(0)} minutes in all, draws ${[...new Set(rows.map(({ draw }) => draw))].join(", ")}. Latency: median ${quantile(latencies, 0.5).toFixed(2)} s, 95 % within ${quantile(latencies, 0.95).toFixed(2)} s; hearing one window: median ${quantile(hearing, 0.5).toFixed(0)} ms, 95 % within ${quantile(hearing, 0.95).toFixed(0)} ms (one thread). ` +
        `Hearing took ${(busy / seconds).toFixed(2)} of real time.`,
      "",
    );
  }
  return `${lines.join("\n").trimEnd()}\n`;
}
