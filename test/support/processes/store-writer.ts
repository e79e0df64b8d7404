/**
 * A process that writes embeddings until it is killed, and prints the number of each one that was committed.
 * Arguments: folder, first number, step, how many to put at once, limit ("" for none).
 */
import { writeSync } from "node:fs";
import { openFileStore } from "../../../src/node/disk/file-store.ts";
import { createStoredEmbedding, createStoreKey } from "../store-values.ts";

const [folder = "", first = "0", step = "1", batch = "1", limit = ""] = process.argv.slice(2);
const store = await openFileStore(folder);
const last = limit === "" ? Number.POSITIVE_INFINITY : Number(limit);
for (let number = Number(first); number < last; ) {
  const numbers: number[] = [];
  for (let i = 0; i < Number(batch) && number < last; i++, number += Number(step)) numbers.push(number);
  await Promise.all(numbers.map((n) => store.put(createStoreKey(n), createStoredEmbedding(n, 700))));
  // Synchronous, so that what is committed is reported even if the kill comes next.
  writeSync(1, `${numbers.join("\n")}\n`);
}
await store.close();
