/** Saving, deleting and renaming recordings, on a shelf in memory. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  createFakeWorkers,
  createMemoryShelf,
  embedded,
  stubPage,
} from "../../../test/support/browser/studio-state.ts";
import { GolemError } from "../../core/error.ts";
import type { Shelf } from "../data/shelf.ts";
import type { Task } from "../data/task.ts";

vi.mock("../data/shelf.ts", async () => ({ openShelf: async () => createMemoryShelf() }));
vi.mock("./workers.ts", async () => createFakeWorkers({ recall: () => null, embed: () => embedded }));
stubPage();
const { createTask, getShelf, embedResults, isAllEmbedded, recordings, task } = await import("./tasks.ts");
const { deleteTask, openTask } = await import("./open-task.ts");
const { deleteRecordings, keepFiles, keepTake, renameClass } = await import("./keep.ts");
const { discardHeld, retryState, saveHeld, unsavedCount } = await import("./unsaved.ts");
const { chooseClass, chosenClass, wantedCount } = await import("./choice.ts");
const { hush, notice } = await import("./notice.ts");

let shelf: Shelf;
let owner: Task;
const bytesOf = (text: string) => new TextEncoder().encode(text);
const files = () => recordings.value.map(({ file }) => file);
const settle = () => vi.waitFor(() => expect(isAllEmbedded.value).toBe(true));

beforeEach(async () => {
  shelf = await getShelf();
  owner = await createTask("", ["yes", "no"]);
  await openTask(owner.id);
  hush();
});

describe("a take", () => {
  it("becomes a WAV file with its length, picture and hash, and is embedded", async () => {
    await keepTake("yes", Float32Array.of(0, 0.5, -1, 0.25), 16_000);
    await settle();
    const [kept] = recordings.value;
    expect(kept).toMatchObject({ label: "yes", file: "yes/yes-001.wav", task: owner.id, order: 1 });
    expect(kept!.peaks.length).toBeGreaterThan(0);
    const sound = (await shelf.getSound(kept!.id))!;
    expect(new TextDecoder().decode(sound.subarray(0, 4))).toBe("RIFF");
    const digest = await crypto.subtle.digest("SHA-256", sound as Uint8Array<ArrayBuffer>);
    expect(kept!.hash).toBe(Buffer.from(digest).toString("hex"));
    expect(embedResults.value.has(kept!.id)).toBe(true);
  });

  it("takes the place of the one that it replaces, under a name of its own", async () => {
    for (let i = 0; i < 3; i++) await keepTake("yes", Float32Array.of(i / 4), 16_000);
    await settle();
    const old = recordings.value[1]!;
    await keepTake("yes", Float32Array.of(0.9), 16_000, old);
    await settle();
    expect(files()).toEqual(["yes/yes-001.wav", "yes/yes-004.wav", "yes/yes-003.wav"]);
    expect(recordings.value[1]!.order).toBe(old.order);
    expect(await shelf.getSound(old.id)).toBeUndefined();
    expect(embedResults.value.has(old.id)).toBe(false);
  });

  it("is dropped where no task is open", async () => {
    task.value = null;
    await keepTake("yes", Float32Array.of(1), 16_000);
    expect(await shelf.countRecordings(owner.id)).toBe(0);
  });
});

describe("files", () => {
  it("get free names by label and extension, safe for any file system, and keep speaker and split", async () => {
    await keepFiles(owner, [
      { bytes: bytesOf("1"), label: "yes", extension: "mp3", speaker: "Ann", split: "test" },
      { bytes: bytesOf("2"), label: "yes", extension: "mp3" },
      { bytes: bytesOf("3"), label: "a/b", extension: "wav" },
    ]);
    await settle();
    expect(files().slice(0, 2)).toEqual(["yes/yes-001.mp3", "yes/yes-002.mp3"]);
    expect(files()[2]!.split("/")).toHaveLength(2);
    expect(recordings.value[0]).toMatchObject({ speaker: "Ann", split: "test", order: 1 });
    expect(recordings.value[1]).not.toHaveProperty("speaker");
  });

  it("of a task that is not open are saved, not shown", async () => {
    const other = await createTask("other", []);
    await keepFiles(other, [{ bytes: bytesOf("1"), label: "x", extension: "wav" }]);
    expect(recordings.value).toEqual([]);
    expect(await shelf.countRecordings(other.id)).toBe(1);
  });
});

describe("deleted recordings", () => {
  it("are gone with their sounds, and come back in their places", async () => {
    for (const label of ["yes", "no", "yes"]) await keepTake(label, Float32Array.of(0.5), 16_000);
    await settle();
    const before = recordings.value;
    await deleteRecordings([before[0]!, before[1]!]);
    expect(files()).toEqual([before[2]!.file]);
    expect(await shelf.getSound(before[0]!.id)).toBeUndefined();
    expect(notice.value!.text()).toBe("2 recordings deleted.");
    notice.value!.action!.run();
    await vi.waitFor(() => expect(files()).toEqual(before.map(({ file }) => file)));
    await settle();
    expect(await shelf.getSound(before[0]!.id)).toBeInstanceOf(Uint8Array);
  });
});

describe("without room", () => {
  const fill = (error: Error = new GolemError("store-failed", "Full.")) =>
    vi.spyOn(shelf, "putRecordings").mockRejectedValue(error);
  afterEach(() => {
    vi.restoreAllMocks();
    discardHeld();
  });

  it("takes are held in their order until there is room", async () => {
    fill();
    for (const level of [0.1, 0.2]) await keepTake("yes", Float32Array.of(level), 16_000);
    expect([unsavedCount.value, retryState.value, files()]).toEqual([2, undefined, []]);
    await saveHeld();
    expect([unsavedCount.value, retryState.value, files()]).toEqual([2, "full", []]);
    vi.restoreAllMocks();
    await saveHeld();
    await settle();
    expect([unsavedCount.value, retryState.value]).toEqual([0, undefined]);
    expect(files()).toEqual(["yes/yes-001.wav", "yes/yes-002.wav"]);
    expect(await shelf.getSound(recordings.value[1]!.id)).toBeInstanceOf(Uint8Array);
  });

  it("the recording that a take replaces stays until the take is saved", async () => {
    await keepTake("yes", Float32Array.of(0.1), 16_000);
    await settle();
    const old = recordings.value[0]!;
    fill();
    await keepTake("yes", Float32Array.of(0.2), 16_000, old);
    expect(recordings.value).toEqual([expect.objectContaining({ id: old.id })]);
    vi.restoreAllMocks();
    await saveHeld();
    await settle();
    expect(recordings.value).toHaveLength(1);
    expect(recordings.value[0]!.id).not.toBe(old.id);
  });

  it("what belongs to a deleted task is discarded, and other errors are no lack of room", async () => {
    fill();
    await keepTake("yes", Float32Array.of(0.1), 16_000);
    await deleteTask(owner.id);
    expect(unsavedCount.value).toBe(0);
    await openTask((await createTask("", ["yes"])).id);
    fill(new Error("broken"));
    await expect(keepTake("yes", Float32Array.of(0.1), 16_000)).rejects.toThrow("broken");
    expect(unsavedCount.value).toBe(0);
  });
});

describe("a renamed class", () => {
  it("is renamed in the task, on its recordings and in the choice; files keep their names", async () => {
    for (const label of ["yes", "no"]) await keepTake(label, Float32Array.of(0.5), 16_000);
    await settle();
    chooseClass("yes", 12);
    await renameClass("yes", "oui");
    expect(task.value!.classes).toEqual(["oui", "no"]);
    expect(recordings.value.map(({ label }) => label)).toEqual(["oui", "no"]);
    expect(files()).toEqual(["yes/yes-001.wav", "no/no-001.wav"]);
    expect([chosenClass.value, wantedCount.value]).toEqual(["oui", 12]);
    expect((await shelf.listRecordings(owner.id)).map(({ label }) => label)).toEqual(["oui", "no"]);
    expect((await shelf.listTasks()).find(({ id }) => id === owner.id)!.classes).toEqual(["oui", "no"]);
  });
});
