/**
 * Downloads remote recordings before they are opened one by one.
 *
 * Not its concern: their origin.
 */
import { throwIfAborted } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import type { Recording, RecordingOrigin } from "../../dataset/dataset.ts";

/** Downloads all remote recordings, origin by origin. Rejects with the origin's errors. */
export async function fetchRecordings(recordings: readonly Recording[], options: WorkOptions): Promise<void> {
  const byOrigin = new Map<RecordingOrigin, Recording[]>();
  for (const recording of recordings) {
    if (!recording.origin) continue;
    const others = byOrigin.get(recording.origin);
    if (others) others.push(recording);
    else byOrigin.set(recording.origin, [recording]);
  }
  for (const [origin, wanted] of byOrigin) {
    throwIfAborted(options.signal);
    await origin.fetch(wanted, options);
  }
}
