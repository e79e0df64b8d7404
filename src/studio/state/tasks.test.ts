/**
 * Tasks on a shelf in memory: what is counted, what is trainable, when a golem is stale, how recordings get
 * embedded.
 */
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  createFakeWorkers,
  createMemoryShelf,
  embedded,
  stubPage,
} from "../../../test/support/browser/studio-state.ts";
import type { Shelf } from "../data/shelf.ts";
import type { EmbedResult, KeptRecording } from "../data/task.ts";

const fakes = vi.hoisted(() => ({ answers: {} as Record<string, (argument: never) => unknown> }));
vi.mock("../data/shelf.ts", async () => ({ openShelf: async () => createMemoryShelf() }));
vi.mock("./workers.ts", async () => createFakeWorkers(fakes.answers));
stubPage();
const state = {
  ...(await import("./tasks.ts")),
  ...(await import("./open-task.ts")),
  ...(await import("./embedding.ts")),
};
const { chooseClass, chosenClass, usualGoal, wantedCount } = await import("./choice.ts");

let shelf: Shelf;

const make = (id: string, label: string, rest: Partial<KeptRecording> = {}): KeptRecording => ({
  ...{ id, task: "t", label, file: `${label}/${id}.wav`, seconds: 0, peaks: new Uint8Array(0) },
  ...{ hash: `hash of ${id}`, order: Number(id), ...rest },
});

/** Opens a task with these classes and recordings, and waits until all are embedded. */
async function open(classes: readonly string[], recordings: readonly KeptRecording[]) {
  const made = await state.createTask("mine", classes);
  await shelf.putRecordings(
    recordings.map((one) => ({ recording: { ...one, task: made.id }, sound: new Uint8Array(4) })),
  );
  await state.openTask(made.id);
  await vi.waitFor(() => expect(state.isAllEmbedded.value).toBe(true));
  return made;
}

beforeEach(async () => {
  shelf = await state.getShelf();
  for (const { id } of await shelf.listTasks()) await state.deleteTask(id);
  fakes.answers.recall = () => null;
  fakes.answers.embed = () => embedded;
});

describe("the list of tasks", () => {
  it("is empty, then has each task with its recordings and score, newest first", async () => {
    await state.listTasks();
    expect(state.tasks.value).toEqual([]);
    vi.spyOn(Date, "now").mockReturnValueOnce(1).mockReturnValueOnce(2);
    const first = await state.createTask("first", []);
    const second = await state.createTask("second", ["a"]);
    await shelf.putRecordings([
      { recording: { ...make("1", "a"), task: second.id }, sound: new Uint8Array(1) },
    ]);
    await shelf.putGolem(second.id, { files: {}, seconds: 1, mark: "", score: 0.5 });
    await state.listTasks();
    expect(state.isStorageRefused.value).toBe(false);
    expect(state.tasks.value).toEqual([
      { task: second, recordings: 1, score: 0.5 },
      { task: first, recordings: 0, score: undefined },
    ]);
  });
});

describe("an open task", () => {
  it("embeds its recordings one by one, and keeps their length and picture", async () => {
    const asked: unknown[] = [];
    fakes.answers.embed = (argument) => {
      asked.push(argument);
      return embedded;
    };
    const made = await open(["a"], [make("2", "a"), make("1", "a", { peaks: Uint8Array.of(9), seconds: 3 })]);
    expect(asked).toMatchObject([
      { id: "1", name: "a/1.wav", needsPeaks: false },
      { id: "2", name: "a/2.wav", needsPeaks: true },
    ]);
    expect(state.embeddedCount.value).toBe(2);
    expect(state.embedResults.value.get("1")).toEqual({ state: "embedded", seconds: 1.5, isSpeech: false });
    expect(await shelf.listRecordings(made.id)).toEqual([...state.recordings.value]);
    expect(state.recordings.value[1]).toMatchObject({ seconds: 1.5, peaks: Uint8Array.of(1, 2) });
  });

  it("stays without embeddings where the encoder fails, and goes on when asked again", async () => {
    fakes.answers.embed = () => {
      throw new Error("no encoder");
    };
    const made = await state.createTask("mine", ["a"]);
    await shelf.putRecordings([
      { recording: { ...make("1", "a"), task: made.id }, sound: new Uint8Array(1) },
    ]);
    await state.openTask(made.id);
    await state.embedAll();
    expect(state.isAllEmbedded.value).toBe(false);
    fakes.answers.embed = () => embedded;
    await state.embedAll();
    expect(state.isAllEmbedded.value).toBe(true);
  });

  it("is null where none has the id, and is closed when it is deleted", async () => {
    await state.openTask("nowhere");
    expect(state.task.value).toBeNull();
    const made = await open(["a"], [make("1", "a")]);
    await state.changeTask(() => ({ name: "other", classes: ["a", "b"] }));
    expect(state.task.value).toEqual({ ...made, name: "other", classes: ["a", "b"] });
    expect(await shelf.listTasks()).toEqual([state.task.value]);
    await state.deleteTask(made.id);
    expect(state.task.value).toBeUndefined();
    expect(state.recordings.value).toEqual([]);
    expect(state.embedResults.value.size).toBe(0);
    expect(await shelf.countRecordings(made.id)).toBe(0);
  });
});

describe("what can be trained on", () => {
  const refused: EmbedResult = { state: "refused", code: "silent", message: "", hint: "" };

  it("is two classes with two recordings each, without those refused or held out for a test", async () => {
    await open(["a", "b", "c"], [make("1", "a"), make("2", "a"), make("3", "b"), make("4", "b")]);
    expect(Object.fromEntries(state.counts.value)).toEqual({ a: 2, b: 2, c: 0 });
    expect(state.isTrainable.value).toBe(true);
    state.embedResults.value = new Map(state.embedResults.value).set("4", refused);
    expect(Object.fromEntries(state.counts.value)).toEqual({ a: 2, b: 1, c: 0 });
    expect(state.embeddedCount.value).toBe(3);
    expect(state.isTrainable.value).toBe(false);
  });

  it("leaves recordings of a test set out", async () => {
    const rest = { split: "test" } as const;
    await open(["a", "b"], [make("1", "a"), make("2", "a"), make("3", "b"), make("4", "b", rest)]);
    expect(state.isTrainable.value).toBe(false);
  });

  it("is speech where most recordings have clear words", async () => {
    await open(["a"], [make("1", "a"), make("2", "a"), make("3", "a")]);
    const embed = (...spoken: boolean[]) => {
      state.embedResults.value = new Map(
        spoken.map((isSpeech, i) => [String(i), { state: "embedded", seconds: 1, isSpeech }]),
      );
      return state.isSpoken.value;
    };
    expect([embed(), embed(true), embed(true, false), embed(true, true, false)]).toEqual([
      ...[false, true, false, true],
    ]);
  });
});

describe("a golem", () => {
  it("is stale when recordings or labels have changed, whatever their order, and not without recordings", async () => {
    await open(["a", "b"], [make("1", "a"), make("2", "b")]);
    const mark = state.mark.value;
    state.learned.value = { mark, document: { labels: ["b", "a", "z"] } } as never;
    expect(state.isStale.value).toBe(false);
    state.recordings.value = [...state.recordings.value].reverse();
    expect(state.isStale.value).toBe(false);
    state.recordings.value = state.recordings.value.map((one) => ({ ...one, label: "a" }));
    expect(state.isStale.value).toBe(true);
    state.recordings.value = [];
    expect(state.isStale.value).toBe(false);
  });

  it("has its labels in the order of the task's classes, each with the number of its class", async () => {
    await open(["b", "a", "c"], []);
    state.learned.value = { mark: "", document: { labels: ["a", "b", "z"] } } as never;
    expect(state.orderLabels(["a", "b", "z"])).toEqual(["b", "a", "z"]);
    expect(["b", "a", "c", "z"].map(state.getClassIndex)).toEqual([0, 1, 2, 5]);
  });
});

describe("the chosen class", () => {
  it("is the first, or the one chosen while the task has it, with the number wanted", async () => {
    await open(["a", "b"], []);
    expect([chosenClass.value, wantedCount.value]).toEqual(["a", usualGoal]);
    chooseClass("b", 13);
    expect([chosenClass.value, wantedCount.value]).toEqual(["b", 13]);
    await state.changeTask(() => ({ classes: ["a"] }));
    expect([chosenClass.value, wantedCount.value]).toEqual(["a", usualGoal]);
    await state.changeTask(() => ({ classes: [] }));
    expect(chosenClass.value).toBeUndefined();
  });
});
