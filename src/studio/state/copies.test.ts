/** Varied copies in the background, with workers that answer at once. */
import { beforeEach, expect, it, vi } from "vitest";
import {
  createFakeWorkers,
  createMemoryShelf,
  embedded,
  stubPage,
} from "../../../test/support/browser/studio-state.ts";

const fakes = vi.hoisted(() => ({ answers: {} as Record<string, (argument: never) => unknown> }));
vi.mock("../data/shelf.ts", async () => ({ openShelf: async () => createMemoryShelf() }));
vi.mock("./workers.ts", async () => createFakeWorkers(fakes.answers));
stubPage();
const { changeTask, createTask, learned, mark, task } = await import("./tasks.ts");
const { openTask } = await import("./open-task.ts");
const { keepFiles } = await import("./keep.ts");
const { embedCopies } = await import("./copies.ts");
const { isListening } = await import("./trying.ts");
const workers = (await import("./workers.ts")) as unknown as ReturnType<typeof createFakeWorkers>;

const noise = { kind: "noise", turn: 0 } as const;
let made: string[];
let bytes = 0;

beforeEach(async () => {
  made = [];
  workers.loadProgress.value = 0;
  workers.loadError.value = undefined;
  fakes.answers.recall = () => null;
  fakes.answers.embed = () => embedded;
  // Of every recording of the open task one copy is wanted.
  fakes.answers.listMissingCopies = ({ augment }: { augment?: string }) =>
    augment === "none"
      ? []
      : hashes.filter((hash) => !made.includes(hash)).map((hash) => ({ hash, variation: noise }));
  fakes.answers.embedCopy = ({ hash }: { hash: string }) => void made.push(hash);
  await openTask((await createTask("", ["yes", "no"])).id);
  await keepFiles(
    task.value!,
    ["yes", "yes", "no", "no"].map((label, i) => ({
      bytes: Uint8Array.of(++bytes, i),
      label,
      extension: "wav",
    })),
  );
  hashes = (await import("./tasks.ts")).recordings.value.map(({ hash }) => hash);
});
let hashes: string[] = [];

it("makes them as soon as networks and recordings are there, not before", async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(made).toEqual([]);
  workers.loadProgress.value = 1;
  await vi.waitFor(() => expect(made).toEqual(hashes));
});

it("makes none where they are turned off, or the golem is trained on these recordings", async () => {
  await changeTask(() => ({ augment: "none" }));
  await embedCopies();
  await changeTask(() => ({ augment: undefined }));
  learned.value = { mark: mark.value, document: { labels: [] } } as never;
  workers.loadProgress.value = 1;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(made).toEqual([]);
});

it("passes over one that fails, and gives up where the networks do not load", async () => {
  let tries = 0;
  fakes.answers.embedCopy = ({ hash }: { hash: string }) => {
    tries++;
    if (hash === hashes[1]) throw new Error("damaged");
    made.push(hash);
  };
  await embedCopies();
  expect(made).toEqual(hashes.filter((_, i) => i !== 1));
  expect(tries).toBe(4);
  workers.loadError.value = new Error("offline");
  made = [];
  await embedCopies();
  expect(made).toEqual([]);
});

it("waits while the microphone is listened to", async () => {
  isListening.value = true;
  const done = embedCopies();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(made).toEqual([]);
  isListening.value = false;
  await done;
  expect(made).toEqual(hashes);
});
