/**
 * What the studio keeps of a task, as plain data: the task, its recordings, what came of training.
 *
 * Not its concern: where it is kept, how it is shown.
 */
import { makeSafeName } from "../../core/safe-name.ts";

/** Something to be told apart: a name and classes. */
export interface Task {
  readonly id: string;
  /** Empty until it is named; then a name is made of its classes. */
  readonly name: string;
  /** In the order in which they were named. */
  readonly classes: readonly string[];
  /** Milliseconds since 1970. */
  readonly created: number;
}

/** One recording of a task; its sound is kept beside it. */
export interface KeptRecording {
  readonly id: string;
  readonly task: string;
  readonly label: string;
  /** Path in the data set, unique within the task: "yes/yes-001.wav". */
  readonly file: string;
  readonly speaker?: string;
  /** Held out by whoever made the data set. */
  readonly split?: "train" | "validation" | "test";
  /** Of the whole recording. 0 where nobody has decoded it. */
  readonly seconds: number;
  /** Loudest moments, 0 to 255, from start to end; for the picture. */
  readonly peaks: Uint8Array;
  /** SHA-256 of the bytes in hexadecimal digits. */
  readonly hash: string;
  /** Place among the recordings of its task. */
  readonly order: number;
}

/** What a worker made of a recording. */
export type Hearing =
  | {
      readonly state: "heard";
      readonly seconds: number;
      readonly text?: string;
      /** Whether the text is of clear words, not of sounds that are none. */
      readonly isSpeech: boolean;
    }
  | { readonly state: "refused"; readonly code: string; readonly message: string; readonly hint: string };

/** A name to show for a task that has none: its first classes. */
export function describeTask({ name, classes }: Pick<Task, "name" | "classes">, untitled: string): string {
  if (name !== "") return name;
  if (classes.length === 0) return untitled;
  const shown = classes.slice(0, 4).join(", ");
  return classes.length > 4 ? `${shown} …` : shown;
}

/** A file's name for a recording: what of its label any file system takes, and a number. */
export function nameRecording(label: string, number: number, extension = "wav"): string {
  const folder = makeSafeName(label);
  return `${folder}/${folder}-${String(number).padStart(3, "0")}.${extension}`;
}
