/**
 * A file of a bucket or of an archive, and the recording that it is.
 *
 * Not its concern: how files are found, where labels come from.
 */
import type { PlannedRecording } from "./manifest.ts";

/** A file in a bucket, or in an archive of one. */
export interface StoredFile {
  /** Unique name. */
  readonly key: string;
  /** Its place among folders, which gives its label: that of its archive counts as its own. */
  readonly path: string;
  readonly bytes: number;
  readonly version: string;
  readonly object?: string;
  readonly offset?: number;
}

/** A recording of a store with its label. */
export function planStored(
  { key, bytes, version, object, offset }: StoredFile,
  fields: Pick<PlannedRecording, "label" | "split"> &
    Pick<Partial<PlannedRecording>, "speaker" | "isSynthetic">,
): PlannedRecording {
  return {
    ...{ key, bytes, version, ...fields },
    ...(object === undefined ? {} : { object }),
    ...(offset === undefined ? {} : { offset }),
  };
}
