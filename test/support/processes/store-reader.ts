/**
 * A process that reads one embedding and tries to write others. Arguments: folder, how many to write.
 * Prints what came of it as JSON.
 */
import { openEmbeddingStore } from "../../../src/node/disk/file-store.ts";
import { createStoredEmbedding, createStoreKey } from "../store-values.ts";

const warnings: string[] = [];
const [folder = "", count = "1"] = process.argv.slice(2);
const store = await openEmbeddingStore(folder, { onWarning: ({ message }) => warnings.push(message) });
const found = store.get(createStoreKey(1)) !== undefined;
for (let n = 0; n < Number(count); n += 2) {
  await Promise.all(
    [n, n + 1].map((i) => store.put(createStoreKey(1000 + i), createStoredEmbedding(i, 4032))),
  );
}
await store.close();
// Whatever was left to go wrong by itself has gone wrong by now.
await new Promise((resolve) => setTimeout(resolve, 50));
console.log(JSON.stringify({ found, warnings: warnings.length, warning: warnings[0] }));
