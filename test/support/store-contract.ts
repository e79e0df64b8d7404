/** What every embedding store must do; run over each implementation. */
import { afterEach, describe, expect, it } from "vitest";
import type { EmbeddingStore } from "../../src/embed/store.ts";
import { createStoredEmbedding, createStoredTranscript, createStoreKey } from "./store-values.ts";

/** Runs the contract over the stores that `create` makes, each of them empty. */
export function describeStoreContract(name: string, create: () => Promise<EmbeddingStore>): void {
  describe(`${name} keeps the contract of a store`, () => {
    const open: EmbeddingStore[] = [];
    const start = async (): Promise<EmbeddingStore> => {
      const store = await create();
      open.push(store);
      return store;
    };
    afterEach(async () => {
      for (const store of open.splice(0)) await store.close();
    });

    it("does not know what was never put", async () => {
      expect((await start()).get(createStoreKey(1))).toBeUndefined();
    });

    it("gives back what was put, bit for bit", async () => {
      const store = await start();
      const value = createStoredEmbedding(1);
      value.vector.set([Number.NaN, Number.NEGATIVE_INFINITY, -0, 1e-45, 3.4e38]);
      await store.put(createStoreKey(1), value);
      expect(store.get(createStoreKey(1))).toStrictEqual(value);
    });

    it("keeps the loudness of digital silence", async () => {
      const store = await start();
      const value = createStoredEmbedding(1);
      const silence = { ...value, facts: { ...value.facts, loudnessDb: Number.NEGATIVE_INFINITY } };
      await store.put(createStoreKey(1), silence);
      expect(store.get(createStoreKey(1))?.facts.loudnessDb).toBe(Number.NEGATIVE_INFINITY);
    });

    it("keeps a giant's embedding", async () => {
      const store = await start();
      const value = createStoredEmbedding(1, 49 * 2 * 1280);
      await store.put(createStoreKey(1), value);
      expect(store.get(createStoreKey(1))).toStrictEqual(value);
    });

    it("tells keys apart by file and by fingerprint", async () => {
      const store = await start();
      await Promise.all([
        store.put(createStoreKey(1, "a"), createStoredEmbedding(1)),
        store.put(createStoreKey(1, "b"), createStoredEmbedding(2)),
        store.put(createStoreKey(2, "a"), createStoredEmbedding(3)),
      ]);
      expect(store.get(createStoreKey(1, "a"))?.frames).toBe(51);
      expect(store.get(createStoreKey(1, "b"))?.frames).toBe(52);
      expect(store.get(createStoreKey(2, "a"))?.frames).toBe(53);
      expect(store.get(createStoreKey(2, "b"))).toBeUndefined();
    });

    it("replaces a value, with a longer or shorter one too", async () => {
      const store = await start();
      for (const length of [96, 4032, 8]) {
        await store.put(createStoreKey(1), createStoredEmbedding(length, length));
        expect(store.get(createStoreKey(1))).toStrictEqual(createStoredEmbedding(length, length));
      }
    });

    it("is not changed by what happens to a value after it was put or got", async () => {
      const store = await start();
      const value = createStoredEmbedding(1);
      const written = store.put(createStoreKey(1), value);
      value.vector.fill(7);
      await written;
      store.get(createStoreKey(1))?.vector.fill(8);
      const first = store.get(createStoreKey(1));
      store.get(createStoreKey(2));
      expect(first).toStrictEqual(createStoredEmbedding(1));
    });

    it("keeps transcripts beside embeddings, neither taken for the other", async () => {
      const { transcripts, ...store } = await start();
      await Promise.all([
        store.put(createStoreKey(1, "encoder"), createStoredEmbedding(1)),
        transcripts.put(createStoreKey(1, "transcriber"), createStoredTranscript(1)),
        transcripts.put(createStoreKey(2, "transcriber"), {
          text: "",
          logprob: -3,
          tokens: 1,
          steps: 1,
          vectors: [],
        }),
      ]);
      expect(transcripts.get(createStoreKey(1, "transcriber"))).toStrictEqual(createStoredTranscript(1));
      expect(transcripts.get(createStoreKey(2, "transcriber"))?.text).toBe("");
      expect(transcripts.get(createStoreKey(3, "transcriber"))).toBeUndefined();
      expect(transcripts.get(createStoreKey(1, "encoder"))).toBeUndefined();
      expect(store.get(createStoreKey(1, "transcriber"))).toBeUndefined();
      expect(store.get(createStoreKey(1, "encoder"))).toStrictEqual(createStoredEmbedding(1));
    });

    it("keeps many, put at once and one after the other", async () => {
      const store = await start();
      const numbers = Array.from({ length: 60 }, (_, i) => i);
      await Promise.all(
        numbers.slice(0, 45).map((i) => store.put(createStoreKey(i), createStoredEmbedding(i, 1344))),
      );
      for (const i of numbers.slice(45)) await store.put(createStoreKey(i), createStoredEmbedding(i, 1344));
      for (const i of numbers)
        expect(store.get(createStoreKey(i))).toStrictEqual(createStoredEmbedding(i, 1344));
    });
  });
}
