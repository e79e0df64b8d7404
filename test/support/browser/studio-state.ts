/**
 * What the studio's state stands on, without a browser: a page, a shelf in memory, workers that answer at
 * once.
 */
import { signal } from "@preact/signals";
import { vi } from "vitest";
import type { Progress } from "../../../src/core/progress.ts";
import type { Shelf } from "../../../src/studio/data/shelf.ts";
import { findFreeName, type KeptRecording, type Task } from "../../../src/studio/data/task.ts";

/** Stubs the globals that the state's modules read when they are loaded. */
export function stubPage(language = "en"): void {
  vi.stubGlobal("document", { documentElement: { lang: "", dataset: {} }, baseURI: "http://studio.test/" });
  vi.stubGlobal("navigator", { languages: [language] });
  vi.stubGlobal("location", { hash: "" });
  vi.stubGlobal("addEventListener", () => {});
}

/** A shelf in memory that keeps clones, as a database does. */
export function createMemoryShelf(): Shelf {
  const tasks = new Map<string, Task>();
  const recordings = new Map<string, KeptRecording>();
  const sounds = new Map<string, Uint8Array>();
  const embeddings = new Map<string, Uint8Array>();
  const golems = new Map<string, Parameters<Shelf["putGolem"]>[1]>();
  const listOf = (task: string) =>
    [...recordings.values()].filter((one) => one.task === task).sort((a, b) => a.order - b.order);
  return {
    listTasks: async () => [...tasks.values()].sort((a, b) => b.created - a.created),
    putTask: async (task) => void tasks.set(task.id, structuredClone(task)),
    changeTask: async (id, change) => {
      const stored = tasks.get(id);
      if (!stored) return undefined;
      tasks.set(id, structuredClone(change(stored)));
      return structuredClone(tasks.get(id));
    },
    deleteTask: async (id) => {
      tasks.delete(id);
      golems.delete(id);
      for (const one of listOf(id)) {
        recordings.delete(one.id);
        sounds.delete(one.id);
      }
    },
    countRecordings: async (task) => listOf(task).length,
    listRecordings: async (task) => listOf(task).map((one) => structuredClone(one)),
    putRecordings: async (all) =>
      all.map(({ recording, sound }) => {
        const taken = new Set(listOf(recording.task).map(({ file }) => file));
        const stored = { ...recording, file: findFreeName(recording, taken) };
        recordings.set(stored.id, structuredClone(stored));
        sounds.set(stored.id, sound.slice());
        return stored;
      }),
    updateRecordings: async (changes) => {
      for (const change of changes) {
        const stored = recordings.get(change.id);
        if (stored) recordings.set(change.id, structuredClone({ ...stored, ...change }));
      }
    },
    deleteRecordings: async (ids) => {
      for (const id of ids) {
        recordings.delete(id);
        sounds.delete(id);
      }
    },
    getSound: async (id) => sounds.get(id),
    getGolem: async (task) => golems.get(task),
    putGolem: async (task, golem) => void golems.set(task, structuredClone(golem)),
    getEmbeddings: async (keys) => keys.map((key) => embeddings.get(key)),
    hasEmbeddings: async (keys) => keys.map((key) => embeddings.has(key)),
    putEmbeddings: async (values) => {
      for (const { key, bytes } of values) embeddings.set(key, bytes);
    },
    removeEmbeddings: async (pick) => {
      const index = {
        tasks: [...tasks.values()],
        recordings: [...recordings.values()],
        keys: [...embeddings.keys()],
      };
      for (const key of pick(index)) embeddings.delete(key);
    },
  };
}

/** Answers of the fake workers by the name of the call; tests replace them. */
type FakeAnswers = Record<string, (argument: never, onProgress?: (progress: Progress) => void) => unknown>;

/** The module of the workers with one fake worker for all, whose answers can be replaced. */
export function createFakeWorkers(answers: FakeAnswers) {
  const caller = {
    call: async (
      name: string,
      argument: unknown,
      { onProgress }: { readonly onProgress?: (progress: Progress) => void } = {},
    ) => {
      const answer = answers[name];
      if (!answer) throw new Error(`No answer to ${name}.`);
      return answer(argument as never, onProgress);
    },
  };
  const end = vi.fn();
  return {
    end,
    getEmbedder: () => caller,
    getHelpers: () => [],
    leastForHelpers: 24,
    loadProgress: signal(0),
    loadError: signal<unknown>(undefined),
    shareOut: async <Job>(jobs: readonly Job[], work: (worker: typeof caller, job: Job) => Promise<void>) => {
      for (const job of jobs) await work(caller, job);
    },
    getLearner: () => caller,
    getExaminer: () => caller,
    createComparer: () => ({ comparer: caller, end }),
  };
}

/** A recording with some sound, as embedding would find it. */
export const embedded = {
  state: "embedded",
  seconds: 1.5,
  isSpeech: false,
  peaks: Uint8Array.of(1, 2),
} as const;
