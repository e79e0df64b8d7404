/**
 * Selects the embeddings on the shelf that no recording needs, and the copies beyond the limit.
 *
 * Not its concern: when they are removed.
 */
import { listNegatives } from "../../augment/variation.ts";
import { defaultAmounts } from "../../core/default-recipe.ts";
import { planCopy } from "../../embed/embed-copy.ts";
import { fingerprintDigits } from "../../embed/store-key.ts";
import { planVariations } from "../../workflow/training-options.ts";
import type { ShelfIndex } from "../data/shelf.ts";
import { isStoreKey } from "./studio-encoder-set.ts";

/** Most varied copies whose embeddings are kept: about 100 MB, at 26 KB each. */
const maximumCopies = 4000;

/** Every copy that training in the studio may ask for, whatever the number of recordings. */
const variations = [...planVariations({}, 1), ...listNegatives(defaultAmounts.negatives)];

/**
 * Keys of embeddings to be removed: those of no recording of any task and of no copy of one, those of other
 * encoders or audio settings, and copies beyond `maximum`. Copies of the task `open` stay longest, then those
 * of the newest tasks.
 */
export function listStaleEmbeddings(
  { tasks, recordings, keys }: ShelfIndex,
  open?: string,
  maximum = maximumCopies,
): string[] {
  const getHash = (key: string) => key.slice(fingerprintDigits);
  const stored = new Set(keys.map(getHash));
  const needed = new Set(recordings.map(({ hash }) => hash));
  const created = new Map(tasks.map((task) => [task.id, task.created]));
  const rank = (task: string) => (task === open ? Number.POSITIVE_INFINITY : (created.get(task) ?? 0));
  const copies = new Set<string>();
  for (const { hash } of [...recordings].sort((a, b) => rank(b.task) - rank(a.task))) {
    for (const variation of variations) {
      if (copies.size >= maximum) break;
      const { copyHash } = planCopy(hash, variation);
      if (stored.has(copyHash)) copies.add(copyHash);
    }
  }
  return keys.filter((key) => {
    const hash = getHash(key);
    return !isStoreKey(key) || (!needed.has(hash) && !copies.has(hash));
  });
}
