/**
 * Tasks and recordings of the studio, as plain data.
 *
 * Not its concern: where it is kept, how it is shown.
 */
import { makeSafeName } from "../../core/safe-name.ts";

/** A task: its name and classes. */
export interface Task {
  readonly id: string;
  /** Empty until it is named; its classes are shown instead (`describeTask`). */
  readonly name: string;
  /** In the order in which they were added. */
  readonly classes: readonly string[];
  /** Milliseconds since 1970. */
  readonly created: number;
  /** Answers below this confidence are not given; undefined: all are, and live detection chooses. */
  readonly threshold?: number | undefined;
  /** Whether training uses varied copies of the recordings; undefined: as far as they help (`auto`). */
  readonly augment?: "none" | undefined;
}

/** One training of a task. */
export interface TrainingEntry {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly recordings: number;
  readonly classes: number;
  readonly score?: number | undefined;
  readonly interval?: readonly [low: number, high: number] | undefined;
  /** What differs from the recordings of the training before. */
  readonly changes?: Readonly<Record<"added" | "removed" | "moved", number>> | undefined;
  /** Balanced accuracy minus that of the training before, on recordings held out of both. */
  readonly difference?:
    | {
        readonly difference: number;
        readonly interval: readonly [low: number, high: number];
        readonly recordings: number;
      }
    | undefined;
}

/** One recording of a task; its sound is stored separately. */
export interface KeptRecording {
  readonly id: string;
  readonly task: string;
  readonly label: string;
  /** Path in the data set, unique within the task: "yes/yes-001.wav". */
  readonly file: string;
  /** The name of the file that was brought in, without its folder. */
  readonly original?: string;
  readonly speaker?: string;
  /** Where it was not recorded but made by a program. */
  readonly origin?: "synthetic";
  /** The longer recording that it was cut from, if its original name showed that. */
  readonly source?: string;
  /** From the list of an imported data set. */
  readonly split?: "train" | "validation" | "test";
  /** Of the whole recording; 0 until it is decoded. */
  readonly seconds: number;
  /** Peak levels, 0 to 255, from start to end, for the picture. */
  readonly peaks: Uint8Array;
  /** SHA-256 of the bytes in hexadecimal digits. */
  readonly hash: string;
  /** Position among the recordings of its task. */
  readonly order: number;
}

/** What embedding a recording gave. */
export type EmbedResult =
  | {
      readonly state: "embedded";
      readonly seconds: number;
      readonly text?: string;
      /** Whether the transcript has clear words. */
      readonly isSpeech: boolean;
    }
  | { readonly state: "refused"; readonly code: string; readonly message: string; readonly hint: string };

/** The name of a task to show; of one without a name, its first classes. */
export function describeTask({ name, classes }: Pick<Task, "name" | "classes">, untitled: string): string {
  if (name !== "") return name;
  if (classes.length === 0) return untitled;
  const shown = classes.slice(0, 4).join(", ");
  return classes.length > 4 ? `${shown} …` : shown;
}

/** A file name for a recording: its label, made safe for any file system, and a number. */
export function nameRecording(label: string, number: number, extension = "wav"): string {
  const folder = makeSafeName(label);
  return `${folder}/${folder}-${String(number).padStart(3, "0")}.${extension}`;
}

/** The recording's name, or the first of its kind ("yes/yes-004.wav") that is not taken. */
export function findFreeName(
  { file, label }: Pick<KeptRecording, "file" | "label">,
  taken: ReadonlySet<string>,
): string {
  let free = file;
  for (let number = 1; taken.has(free); number++) {
    free = nameRecording(label, number, file.split(".").at(-1));
  }
  return free;
}

/**
 * A short identifier of a set of recordings, and of whether copies are used: a 64-bit hash in the manner of
 * cyrb53, enough to detect a change.
 */
export function computeDataMark(
  all: readonly Pick<KeptRecording, "hash" | "label">[],
  augment?: Task["augment"],
): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  const lines = all.map(({ hash, label }) => `${hash} ${label}`).sort();
  if (augment !== undefined) lines.push(augment);
  for (const sign of lines.join("\n")) {
    const code = sign.codePointAt(0)!;
    high = Math.imul(high ^ code, 2_654_435_761);
    low = Math.imul(low ^ code, 1_597_334_677);
  }
  return `${(high >>> 0).toString(36)}-${(low >>> 0).toString(36)}`;
}

/** The name without its folder and ending; of a file that was brought in, the name it had. */
export function shortName({ file, original }: Pick<KeptRecording, "file" | "original">): string {
  return (original ?? file).replace(/^.*\//, "").replace(/\.\w{1,5}$/, "");
}
