/** A file in a bucket or an archive, and its recording. */
import type { PlannedRecording } from "./manifest.ts";

/** A file in a bucket, or in an archive in a bucket. */
export interface StoredFile {
  /** Unique name. */
  readonly key: string;
  /** Its path, which determines its label; it includes the folders of its archive. */
  readonly path: string;
  readonly bytes: number;
  readonly version: string;
  readonly object?: string;
  readonly offset?: number;
}

/** Creates the planned recording of a file, with its label. */
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
