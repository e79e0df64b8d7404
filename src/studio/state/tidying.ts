/**
 * Removes embeddings from the shelf that no recording needs any more, some time after recordings were
 * deleted: until then they can come back without being processed again.
 *
 * Not its concern: which embeddings are needed (workers/stale-embeddings.ts).
 */
import { getLearner } from "./workers.ts";

/** Held by every page that has written embeddings for which recordings are still to come. */
const lockName = "golem-studio-embeddings";

/** Longer than deletions can be undone. */
const milliseconds = 10_000;

let timer: ReturnType<typeof setTimeout> | undefined;

/** Removes what is not needed, in a while; `open` is the task that is open, whose copies stay longest. */
export function tidyLater(open: string | undefined): void {
  clearTimeout(timer);
  timer = setTimeout(() => void tidy(open).catch(() => {}), milliseconds);
}

async function tidy(open: string | undefined): Promise<void> {
  await navigator.locks?.request(lockName, { ifAvailable: true }, async (lock) => {
    if (lock) await getLearner().call("tidy", { open });
    else tidyLater(open);
  });
}

/** Does work whose embeddings belong to no recording yet; meanwhile no page removes any. */
export async function keepUnowned(work: () => Promise<void>): Promise<void> {
  await (navigator.locks?.request(lockName, { mode: "shared" }, work) ?? work());
}
