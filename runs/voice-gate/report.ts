/** Writes the report of runs/voice-gate.ts as Markdown. */
import type { Matched } from "../detect/match.ts";
import type { GateResult } from "./measure-gates.ts";

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.round((values.length - 1) * share)] ?? Number.NaN;
const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const row = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
const countAlarms = (matched: readonly Matched[]): number =>
  sum(matched.flatMap(({ alarms }) => Object.values(alarms)));
const countMisses = (matched: readonly Matched[]): number =>
  sum(matched.map(({ targets, hits }) => targets - hits));

/** Writes the page. */
export function writeGateReport(
  results: readonly GateResult[],
  file: { readonly name: string; readonly bytes: number; readonly compressed: number },
): string {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const getCost = (gate: string): string => {
    const own = results.filter((result) => result.gate === gate);
    return ((3600 * sum(own.map((one) => one.gateSeconds))) / sum(own.map((one) => one.seconds))).toFixed(1);
  };
  const lines = [
    "# A neural voice gate",
    "",
    `${file.name} (${megabytes(file.bytes)}, ${megabytes(file.compressed)} compressed) against the gate of detection, on the streams of runs/detect.ts, draws ${unique(results.map(({ draw }) => draw)).join(", ")} (\`words\`: 12 targets, 2 sentences, 2 sounds each),`,
    "and on streams of 24 sounds of ESC-10 alone in the same background (`sounds`). `voice 0.5`: the probability of speech opens the gate at 0.5 and closes it at 0.35, after the pause of",
    "detection. `both`: windows of the present gate are classified only where the voice gate is open too. Sounds passed: open for 0.1 s or more during the sound.",
    `Processor time per hour of audio, one thread: present gate ${getCost("present")} s, voice gate ${getCost("voice 0.5")} s.`,
    "Made by `runs/voice-gate.ts`.",
  ];
  const gates = unique(results.map(({ gate }) => gate));
  const conditions = unique(results.map(({ condition }) => condition));
  for (const set of unique(results.map((result) => result.set))) {
    const select = (gate: string, stream: string, condition?: string) =>
      results.filter(
        (one) =>
          one.set === set &&
          one.gate === gate &&
          one.stream === stream &&
          (condition === undefined || one.condition === condition),
      );
    lines.push(
      ...["", `## ${set}: the gates alone`, ""],
      "Open: share of the sound of a target, mean; targets for which it is never open; until it is open, from the start of the sound; share of the stream; seconds to classify per second.",
      "",
      "| background | gate | open on targets | never | until open: median | 90 % within | open in words | to classify | open in sounds | to classify | sounds passed |",
      "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    );
    for (const condition of conditions) {
      for (const gate of gates) {
        const words = select(gate, "words", condition);
        const sounds = select(gate, "sounds", condition);
        const targets = words.flatMap(({ passed }) => passed.targets);
        const openings = words.flatMap(({ passed }) => passed.openings);
        const share = (own: readonly GateResult[], key: "openSeconds" | "heardSeconds") =>
          sum(own.map(({ passed }) => passed[key])) / sum(own.map(({ seconds }) => seconds));
        const all = [...words, ...sounds].map(({ passed }) => passed);
        lines.push(
          row([
            ...[condition, gate, percent(mean(targets)), targets.filter((open) => open === 0).length],
            ...[0.5, 0.9].map((at) =>
              gate.startsWith("both") ? "" : `${quantile(openings, at).toFixed(2)} s`,
            ),
            ...[percent(share(words, "openSeconds")), share(words, "heardSeconds").toFixed(2)],
            ...[percent(share(sounds, "openSeconds")), share(sounds, "heardSeconds").toFixed(2)],
            `${sum(all.map((one) => one.passedSounds))} of ${sum(all.map((one) => one.sounds))}`,
          ]),
        );
      }
    }
    lines.push(
      ...["", `## ${set}: with the golem`, ""],
      `Misses at ${conditions.join(" / ")}, of ${sum(select(gates[0]!, "words", conditions[0]).map(({ atDefault }) => atDefault.targets))} each; false alarms over all four conditions: in the streams of words (on words, sentences, sounds, background), and in those of sounds.`,
      "",
      "| threshold | gate | misses | all | false alarms: words | (where) | sounds |",
      "|---|---|---|---:|---:|---|---:|",
    );
    const thresholds = results[0]!.sweep.map(({ threshold }) => threshold);
    for (const threshold of [undefined, ...thresholds]) {
      for (const gate of gates) {
        const at = (stream: string, condition?: string): Matched[] =>
          select(gate, stream, condition).map((one) =>
            threshold === undefined
              ? one.atDefault
              : one.sweep.find((entry) => entry.threshold === threshold)!,
          );
        const words = at("words");
        const kinds = (["target", "speech", "sound", "background"] as const).map((kind) =>
          sum(words.map(({ alarms }) => alarms[kind])),
        );
        lines.push(
          row([
            ...[threshold ?? "default", gate],
            conditions.map((condition) => countMisses(at("words", condition))).join(" / "),
            ...[countMisses(words), countAlarms(words), kinds.join(", "), countAlarms(at("sounds"))],
          ]),
        );
      }
    }
  }
  return `${lines.join("\n")}\n`;
}
