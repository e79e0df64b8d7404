/** The results of the doctor's run as Markdown. */
import type { ConfoundCount } from "./confounds.ts";
import { alterations, type DuplicateCount, type NaturalPair } from "./duplicates.ts";
import type { FaultCount } from "./faults.ts";
import type { LabelCount } from "./wrong-labels.ts";

/** Everything that was counted. */
export interface Results {
  readonly wrongLabels: readonly LabelCount[];
  readonly duplicates: readonly DuplicateCount[];
  readonly naturalPairs: readonly { readonly set: string; readonly pairs: readonly NaturalPair[] }[];
  readonly untouched: readonly {
    readonly set: string;
    readonly recordings: number;
    readonly findings: readonly {
      readonly kind: string;
      readonly severity: string;
      readonly files: number;
    }[];
  }[];
  readonly confounds: readonly ConfoundCount[];
  readonly faults: readonly { readonly set: string; readonly counts: readonly FaultCount[] }[];
  readonly speed: {
    readonly recordings: number;
    readonly classes: number;
    readonly seconds: readonly number[];
    readonly processorSeconds: readonly number[];
  };
  readonly machine: string;
}

const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
const head = (...cells: readonly string[]): string[] => [row(...cells), row(...cells.map(() => "---"))];
const share = (part: number, whole: number): string =>
  whole === 0 ? "-" : `${((100 * part) / whole).toFixed(1)} % (${part} of ${whole})`;

/** Writes the page. */
export function describeResults(results: Results): string {
  const { wrongLabels, duplicates, naturalPairs, untouched, confounds, faults, speed, machine } = results;
  const planted = duplicates.flatMap(({ found }) => Object.values(found));
  return `${[
    "# What the doctor finds",
    "",
    `Faults planted in real recordings (six draws of about 50 training recordings per set), and alarms on recordings as they are. Made by runs/doctor.ts; raw values in doctor.json. ${machine}.`,
    "",
    "The limits of the checks were set while looking at draws of these sets, with other random numbers for what is planted, and at drum strokes and synthetic sentences; expect somewhat less elsewhere.",
    "",
    "## Wrong labels: 10 % of the training recordings relabelled at random",
    "",
    ...head(
      "set",
      "found",
      "right labels doubted",
      "of the doubted, wrong",
      "doubted with nothing planted",
      "per draw",
    ),
    ...wrongLabels.map((count) =>
      row(
        count.set === "commands" ? "commands (10 words x 5)" : count.set,
        share(count.found, count.planted),
        share(count.doubted, count.right),
        share(count.found, count.found + count.doubted),
        share(count.doubtedUntouched, count.untouched),
        count.doubtedPerDraw.join(", "),
      ),
    ),
    "",
    "## Copies of training recordings on the side of the test",
    "",
    "mp3: 48 kbit/s; gain: -12 dB; trimmed: a tenth cut off each end; 8 kHz: resampled; all at once: all of these, mp3 at 24 kbit/s.",
    "",
    ...head("set", ...alterations, "pairs found that were not planted"),
    ...duplicates.map(({ set, found, unplanted }) =>
      row(set, ...alterations.map((kind) => found[kind]!.join(" of ")), unplanted.length),
    ),
    "",
    `In all ${share(
      planted.reduce((sum, [found]) => sum + found, 0),
      planted.reduce((sum, [, count]) => sum + count, 0),
    )}.`,
    "",
    "Pairs found in the sets as they are, with the correlation of their samples at the best shift (other takes of a word by one voice stay far below 0.9):",
    "",
    ...head("set", "files", "correlation"),
    ...naturalPairs.flatMap(({ set, pairs }) =>
      pairs.map(({ files, correlation }) => row(set, files.join(", "), correlation.toFixed(3))),
    ),
    "",
    "Pairs found in the draws that are not in this table:",
    "",
    ...listUnexplained(duplicates, naturalPairs),
    "",
    "## Confounds: something goes along with the label in so many recordings",
    "",
    "Speakers are named so; loudness is set so (4 dB a class, give or take 1 dB); files are re-encoded so. In digits, wakewords and commands, six times drawn: 50 recordings in 5, 6 or 10 classes; in 2 classes 50 of digits, 30 of wakewords, 20 of commands. Formats in digits and wakewords.",
    "",
    ...head("what", "classes", "1.0 of the recordings", "0.9", "0.8"),
    ...["speaker", "loudness", "file format"].flatMap((nuisance) =>
      ["2", "5", "all"].flatMap((classes) => {
        const own = confounds.filter(
          (count) =>
            count.nuisance === nuisance &&
            (classes === "all" ? count.classes > 5 : `${count.classes}` === classes),
        );
        if (own.length === 0) return [];
        const cell = (wanted: number): string => {
          const cells = own.filter((count) => count.share === wanted);
          return share(
            cells.reduce((sum, { found }) => sum + found, 0),
            cells.reduce((sum, count) => sum + count.planted, 0),
          );
        };
        return [row(nuisance, classes, cell(1), cell(0.9), cell(0.8))];
      }),
    ),
    "",
    "## Faults of single recordings",
    "",
    ...head("set", "fault", "found", "same finding in recordings without it"),
    ...faults.flatMap(({ set, counts }) =>
      counts.map(({ kind, found, planted: all, others, untouched: rest }) =>
        row(set, kind, share(found, all), share(others, rest)),
      ),
    ),
    "",
    "## The sets as they are",
    "",
    ...head("set", "recordings", "findings"),
    ...untouched.map(({ set, recordings, findings }) =>
      row(
        set,
        recordings,
        findings.map(({ kind, severity, files }) => `${kind} (${severity}, ${files} files)`).join("; ") ||
          "none",
      ),
    ),
    "",
    "## Time",
    "",
    `${speed.recordings} cached recordings in ${speed.classes} classes: ${speed.seconds.map((value) => value.toFixed(2)).join(", ")} s, files hashed and embeddings read included, on a machine that had other work to do; ${speed.processorSeconds.map((value) => value.toFixed(2)).join(", ")} s of processor time.`,
  ].join("\n")}\n`;
}

function listUnexplained(duplicates: Results["duplicates"], naturalPairs: Results["naturalPairs"]): string[] {
  const known = new Set(
    naturalPairs.flatMap(({ pairs }) => pairs.map(({ files }) => [...files].map(getName).sort().join())),
  );
  const lines = duplicates.flatMap(({ set, unplanted }) =>
    unplanted
      .filter((pair) => !known.has([...pair].map(getName).sort().join()))
      .map((pair) => `- ${set}: ${pair.join(", ")}`),
  );
  return lines.length > 0 ? lines : ["none."];
}

const getName = (file: string): string => file.split("/").slice(-2).join("/");
