/**
 * The report of one round of keeping, reviewing and updating: means and ratios over draws with intervals.
 *
 * Not its concern: how draws are measured.
 *
 * The ratio of false alarms is that of the sums over draws, with an interval from its linearised variance
 * (Cochran, Sampling Techniques, 1977, chapter 6) and Student's quantile, made of the logarithm.
 */
import { cpus } from "node:os";
import { computeStudentQuantile } from "../../src/math/distribution.ts";
import type { matchRecall, Scored } from "./score.ts";

type Matched = ReturnType<typeof matchRecall>;
/** One draw of one set. */
export interface Row {
  readonly set: string;
  readonly draw: number;
  readonly kept: Readonly<Record<string, number>>;
  readonly atDefault: { readonly before: Scored; readonly after: Scored };
  readonly byRate: Matched;
  readonly byThreshold: Matched;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Half of the 95 % interval of a mean. */
function computeMargin(values: readonly number[]): number {
  const average = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (values.length - 1);
  return computeStudentQuantile(0.975, values.length - 1) * Math.sqrt(variance / values.length);
}

function summarise(values: readonly number[], digits: number): string {
  const average = mean(values);
  if (values.length < 2) return average.toFixed(digits);
  const margin = computeMargin(values);
  return `${average.toFixed(digits)} (${(average - margin).toFixed(digits)} to ${(average + margin).toFixed(digits)})`;
}

/** The ratio of the sums, and its interval. */
function summariseRatio(before: readonly number[], after: readonly number[]): string {
  const [first, second] = [mean(before), mean(after)];
  const ratio = second / first;
  if (before.length < 2 || ratio === 0) return ratio.toFixed(2);
  const margin = computeMargin(before.map((own, i) => after[i]! / second - own / first));
  return `${ratio.toFixed(2)} (${(ratio * Math.exp(-margin)).toFixed(2)} to ${(ratio * Math.exp(margin)).toFixed(2)})`;
}

/** The row of all sets together. */
const all = "all";

const dials = { byRate: "`--false-alarms`", byThreshold: "`--threshold`" } as const;

/** Markdown. */
export function writeReport(rows: readonly Row[]): string {
  const sets = [...new Set(rows.map(({ set }) => set))];
  const equal = (Object.keys(dials) as (keyof typeof dials)[]).flatMap((by) =>
    [...sets, all].map((set) => {
      const own = rows.filter((row) => [row.set, all].includes(set)).map((row) => row[by]);
      const [before, after] = (["before", "after"] as const).map((side) =>
        own.map((one) => one[side].alarms),
      );
      const halved = own.filter((one) => one.after.alarms <= one.before.alarms / 2).length;
      const cells = [
        ...[
          dials[by],
          set,
          String(own.length),
          summarise(
            own.map((one) => one.before.recall),
            2,
          ),
        ],
        summarise(
          own.map((one) => one.after.recall),
          2,
        ),
        ...[summarise(before!, 0), summarise(after!, 0), summariseRatio(before!, after!), String(halved)],
      ];
      return `| ${cells.join(" | ")} |`;
    }),
  );
  const defaults = sets.map((set) => {
    const own = rows.filter((row) => row.set === set).map(({ atDefault }) => atDefault);
    const cells = (["recall", "f1", "alarms"] as const).flatMap((what) =>
      (["before", "after"] as const).map((side) =>
        summarise(
          own.map((one) => one[side][what]),
          what === "alarms" ? 0 : 2,
        ),
      ),
    );
    return `| ${[set, String(own.length), ...cells].join(" | ")} |`;
  });
  const each = rows.map(({ set, draw, kept, atDefault, byRate }) => {
    const answers = JSON.stringify(kept).replaceAll(/[{}"]/g, "").replaceAll(",", ", ").replaceAll(":", " ");
    const show = ({ recall, f1, alarms }: Scored) =>
      `${recall.toFixed(2)}, ${f1.toFixed(2)}, ${alarms.toFixed(0)}`;
    const matched = `${byRate.wanted.toFixed(2)}: ${byRate.before.alarms.toFixed(0)}, ${byRate.after.alarms.toFixed(0)}`;
    return `| ${[set, String(draw), answers, show(atDefault.before), show(atDefault.after), matched].join(" | ")} |`;
  });
  const less = rows.filter(({ byRate, atDefault }) => byRate.wanted < atDefault.before.recall - 1e-9).length;
  return `# One round of keep, review and update

Long recordings in pink noise 20 dB below their sounds. The golem is trained on the annotated targets of one recording, keeps what it hears in a second one, among sounds of
other classes, and is updated with the right answers; false alarms are counted in a third one, full of sounds of other classes (some 1,000 per hour). With the default recipe, varied copies and measured false alarms included, but without
transcripts. A detected word is right by its onset (within .5 s), a sound of esc10 by overlap with a clip of its class. Written by runs/learn-on-the-job.ts; Node ${process.version}, ${cpus()[0]?.model.trim()}.

At equal recall: that of the first golem at its default thresholds, or the highest that both reach, if that is less (on the dial of \`--false-alarms\` in ${less} of ${rows.length} draws). Means over draws with 95 % intervals (t); the ratio is that of the sums; "halved" counts draws.

| dial | set | draws | recall before | after | false alarms per hour before | after | ratio | halved |
|---|---|---:|---:|---:|---:|---:|---:|---:|
${equal.join("\n")}

At the default thresholds of both golems:

| set | draws | recall before | after | F1 before | after | false alarms per hour before | after |
|---|---:|---:|---:|---:|---:|---:|---:|
${defaults.join("\n")}

Each draw; recall, F1 and false alarms per hour at the defaults, and at equal recall on the dial of \`--false-alarms\` the recall, and false alarms before and after:

| set | draw | kept clips by answer | before | after | at equal recall |
|---|---:|---|---:|---:|---:|
${each.join("\n")}
`;
}
