/** A process that reads one embedding and tries to write another. Argument: folder. Prints what came of it as JSON. */
import { openEmbeddingStore } from "../../src/node/lmdb-store.ts";
import { createStoredEmbedding, createStoreKey } from "../store-values.ts";

let warnings = 0;
const store = await openEmbeddingStore(process.argv[2] ?? "", { onWarning: () => warnings++ });
const found = store.get(createStoreKey(1)) !== undefined;
await store.put(createStoreKey(99), createStoredEmbedding(99));
await store.put(createStoreKey(98), createStoredEmbedding(98));
await store.close();
console.log(JSON.stringify({ found, warnings }));
