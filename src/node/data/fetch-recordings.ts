/**
 * Brings recordings to this machine before they are opened one after another.
 *
 * Not its concern: where they come from.
 */
import { throwIfAborted } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import type { Recording, RecordingOrigin } from "../../dataset/dataset.ts";

/** Fetches all recordings that come from elsewhere, origin by origin. Rejects with what the origin rejects with. */
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
