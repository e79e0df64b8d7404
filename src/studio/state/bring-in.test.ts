/** Importing recordings and the gallery, on a shelf in memory. */
import { zipSync } from "fflate";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  createFakeWorkers,
  createMemoryShelf,
  embedded,
  stubPage,
} from "../../../test/support/browser/studio-state.ts";
import { GolemError } from "../../core/error.ts";
import type { FoundFile } from "../data/found-files.ts";

const fakes = vi.hoisted(() => ({ unpack: (_: Uint8Array): Record<string, Uint8Array> => ({}) }));
vi.mock("../data/shelf.ts", async () => ({ openShelf: async () => createMemoryShelf() }));
vi.mock("./workers.ts", async () => createFakeWorkers({ recall: () => null, embed: () => embedded }));
vi.mock("../../web/worker-calls.ts", async (load) => ({
  ...(await load<object>()),
  createWorkerCaller: () => ({
    call: async (_: string, { bytes }: { bytes: Uint8Array }) => fakes.unpack(bytes),
  }),
}));
stubPage();
vi.stubGlobal("Worker", class {});
const { addFiles, openDemo, openFiles, reading } = await import("./bring-in.ts");
const { createTask, getShelf, listTasks, recordings, task, tasks, isAllEmbedded } = await import(
  "./tasks.ts"
);
const { openTask } = await import("./open-task.ts");
const { saveHeld, unsavedCount } = await import("./unsaved.ts");
const { hush, notice } = await import("./notice.ts");
const { route } = await import("./route.ts");
const { unzipSync } = await import("fflate");

const file = (path: string, text = path): FoundFile => ({
  path,
  read: async () => new TextEncoder().encode(text),
});
const labels = () => recordings.value.map(({ label }) => label);

beforeEach(async () => {
  fakes.unpack = (bytes) => unzipSync(bytes);
  await openTask((await createTask("mine", ["yes"])).id);
  hush();
});

describe("files added to the open task", () => {
  it("become recordings of their folders' classes, which are added in order; loose ones of the given class", async () => {
    const seen: unknown[] = [];
    const stop = reading.subscribe((value) => seen.push(value));
    const paths = ["no/1.wav", "maybe/2.mp3", "3.wav", "yes/4.wav"];
    await addFiles(
      paths.map((path) => file(path)),
      "yes",
    );
    stop();
    expect(task.value!.classes).toEqual(["yes", "maybe", "no"]);
    expect([...labels()].sort()).toEqual(["maybe", "no", "yes", "yes"]);
    expect(seen).toEqual([undefined, [0, 4], [4, 4], undefined]);
    expect(notice.value!.text()).toBe("4 recordings added.");
    await vi.waitFor(() => expect(isAllEmbedded.value).toBe(true));
  });

  it("are written in batches", async () => {
    const seen: unknown[] = [];
    const stop = reading.subscribe((value) => seen.push(value?.[0]));
    await addFiles(
      Array.from({ length: 45 }, (_, i) => file(`a/${i}.wav`)),
      undefined,
    );
    stop();
    expect(seen).toEqual([undefined, 0, 20, 40, 45, undefined]);
    expect(recordings.value).toHaveLength(45);
  });

  it("that there is no room for are read and saved later, for the task that they were added to", async () => {
    const shelf = await getShelf();
    const owner = task.value!;
    const { putRecordings } = shelf;
    let room = 20;
    const put = vi.spyOn(shelf, "putRecordings").mockImplementation(async (all) => {
      room -= all.length;
      if (room < 0) throw new GolemError("store-failed", "Full.");
      return putRecordings(all);
    });
    await addFiles(
      Array.from({ length: 45 }, (_, i) => file(`a/${i}.wav`)),
      undefined,
    );
    expect([recordings.value.length, unsavedCount.value, notice.value]).toEqual([20, 25, undefined]);
    await openTask((await createTask("other", [])).id);
    put.mockRestore();
    await saveHeld();
    expect([unsavedCount.value, recordings.value.length, task.value!.classes]).toEqual([0, 0, []]);
    expect(notice.value!.text()).toBe("25 recordings added.");
    const kept = await shelf.listRecordings(owner.id);
    expect(kept.map(({ original }) => original)).toEqual(Array.from({ length: 45 }, (_, i) => `${i}.wav`));
  });

  it("that hold no recordings are an error in words", async () => {
    await addFiles([file("a.txt")], "yes");
    expect(notice.value).toMatchObject({ isError: true });
    expect(notice.value!.text()).toMatch(/^This could not be opened\. No recordings were found\./);
    expect(reading.value).toBeUndefined();
  });
});

describe("files opened", () => {
  const zip = zipSync({
    "mine/metadata.csv": new TextEncoder().encode("file_name,label,speaker,split\nx.wav,up,Ann,test\n"),
    "mine/x.wav": Uint8Array.of(1),
  });

  it("are a new task with the name of the folder, and what the list says", async () => {
    await openFiles([{ path: "some.zip", read: async () => zip }], "some.zip");
    expect(task.value).toMatchObject({ name: "mine", classes: ["up"] });
    expect(recordings.value).toMatchObject([
      { label: "up", speaker: "Ann", split: "test", file: "up/up-001.wav" },
    ]);
    expect(route.value).toEqual({ screen: "record", task: task.value!.id });
    expect(location.hash).toBe(`/task/${task.value!.id}/record`);
  });

  it("that are no zip file leave no task", async () => {
    fakes.unpack = () => {
      throw new Error("invalid zip data");
    };
    await listTasks();
    const before = tasks.value!.length;
    await openFiles([file("some.zip")], "some.zip");
    await listTasks();
    expect(tasks.value).toHaveLength(before);
    expect(notice.value!.text()).toMatch(/The file cannot be read/);
  });

  it("that there is no room for leave no task, and can be opened again", async () => {
    const shelf = await getShelf();
    const count = (await shelf.listTasks()).length;
    vi.spyOn(shelf, "putTask").mockRejectedValueOnce(new GolemError("store-failed", "Full."));
    await openFiles([file("b/1.wav")], "b");
    expect(await shelf.listTasks()).toHaveLength(count);
    expect(notice.value!.text()).toMatch(/storage is full/);
    notice.value!.action!.run();
    await vi.waitFor(() => expect(task.value!.classes).toEqual(["b"]));
    await vi.waitFor(() => expect(recordings.value).toHaveLength(1));
  });

  it("with a damaged golem leave no task either", async () => {
    const before = task.value;
    await openFiles([file("g/golem.json", "{"), file("g/head.safetensors")], "g");
    expect(task.value).toBe(before);
    expect(notice.value!.text()).toMatch(/The golem is damaged \(.*\)\. Take the whole folder/);
  });
});

describe("the gallery", () => {
  it("opens classes to record, or a data set of the site", async () => {
    await openDemo("voice");
    expect(task.value).toMatchObject({ name: "Your voice commands", classes: ["yes", "no", "stop"] });
    const asked: string[] = [];
    vi.stubGlobal("fetch", async (url: URL) => {
      asked.push(url.href);
      return url.href.endsWith("json")
        ? Response.json({ drums: { file: "drums.zip", sha256: "0" } })
        : new Response(zipSync({ "kick/1.wav": Uint8Array.of(1), "snare/2.wav": Uint8Array.of(2) }));
    });
    await openDemo("drums");
    expect(asked).toEqual([
      "http://studio.test/gallery/gallery.json",
      "http://studio.test/gallery/drums.zip",
    ]);
    expect(task.value).toMatchObject({ name: "Drums", classes: ["kick", "snare"] });
    await openDemo("banking");
    expect(notice.value!.text()).toMatch(/This site does not have it/);
  });
});
