/** Which embeddings are removed from the shelf. */
import { describe, expect, it } from "vitest";
import { listNegatives, listVariations } from "../../augment/variation.ts";
import { planCopy } from "../../embed/embed-copy.ts";
import type { KeptRecording, Task } from "../data/task.ts";
import { listStaleEmbeddings } from "./stale-embeddings.ts";
import { listStoreKeys } from "./studio-encoder-set.ts";

const hashOf = (number: number) => number.toString(16).padStart(64, "0");
const copiesOf = (number: number) =>
  [...listVariations(3), ...listNegatives(1)].flatMap((variation) =>
    listStoreKeys(planCopy(hashOf(number), variation).copyHash),
  );
const allOf = (number: number) => [...listStoreKeys(hashOf(number)), ...copiesOf(number)];
const taskOf = (id: string, created: number): Task => ({ id, name: id, classes: [], created });
const recordingOf = (task: string, number: number): KeptRecording => ({
  ...{ id: `${task}-${number}`, task, label: "a", file: `a/${number}.wav`, seconds: 1, order: number },
  ...{ peaks: new Uint8Array(0), hash: hashOf(number) },
});
const tasks = [taskOf("old", 1), taskOf("new", 2)];

describe("embeddings", () => {
  it("stay with their copies as long as one task has the recording", () => {
    const recordings = [recordingOf("old", 1), recordingOf("new", 2)];
    const keys = [1, 2, 3].flatMap(allOf);
    expect(listStaleEmbeddings({ tasks, recordings, keys }).sort()).toEqual(allOf(3).sort());
  });

  it("of other encoders go, also those of recordings that are there", () => {
    const other = `${"f".repeat(32)}${hashOf(1)}`;
    const keys = [...allOf(1), other, "of another form"];
    const recordings = [recordingOf("old", 1)];
    expect(listStaleEmbeddings({ tasks, recordings, keys })).toEqual([other, "of another form"]);
  });

  it("of copies beyond the maximum go, first those of old tasks that are not open", () => {
    const recordings = [recordingOf("old", 1), recordingOf("new", 2)];
    const keys = [1, 2].flatMap(allOf);
    const stale = (open?: string) => listStaleEmbeddings({ tasks, recordings, keys }, open, 5).sort();
    expect(stale()).toEqual(copiesOf(1).sort());
    expect(stale("old")).toEqual(copiesOf(2).sort());
  });
});
