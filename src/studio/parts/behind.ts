/**
 * Finds the recording on the shelf that an entry of a golem stands for.
 *
 * Not its concern: how either is shown.
 */
import type { KeptRecording } from "../data/task.ts";
import { recordings } from "../state/tasks.ts";

/** The recording with that file and those bytes, where it is still there. */
export function findKept(account: {
  readonly file: string;
  readonly fileHash?: string;
}): KeptRecording | undefined {
  return recordings.value.find(
    ({ file, hash }) =>
      file === account.file && (account.fileHash === undefined || hash === account.fileHash),
  );
}
