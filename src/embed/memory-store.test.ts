import { describe, expect, it } from "vitest";
import { describeStoreContract } from "../../test/support/store-contract.ts";
import {
  createStoredEmbedding,
  createStoredTranscript,
  createStoreKey,
} from "../../test/support/store-values.ts";
import { createMemoryStore, createNullStore } from "./memory-store.ts";

describeStoreContract("the store in memory", async () => createMemoryStore());

describe("the store that keeps nothing", () => {
  it("accepts every value and returns none", async () => {
    const store = createNullStore();
    await store.put(createStoreKey(1), createStoredEmbedding(1));
    expect(store.get(createStoreKey(1))).toBeUndefined();
    await store.transcripts.put(createStoreKey(1), createStoredTranscript(1));
    expect(store.transcripts.get(createStoreKey(1))).toBeUndefined();
    await store.close();
  });
});
