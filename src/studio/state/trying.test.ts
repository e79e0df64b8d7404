/** Trying a golem, with a microphone and workers that do what a test says. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  createFakeWorkers,
  createMemoryShelf,
  stubPage,
} from "../../../test/support/browser/studio-state.ts";
import { GolemError } from "../../core/error.ts";
import type { LiveMessage } from "../../web/live-detection.ts";

const fakes = vi.hoisted(() => ({
  answers: {} as Record<string, (argument: never) => unknown>,
  open: (_: (samples: Float32Array) => void): Promise<{ close(): void }> => Promise.reject(new Error("none")),
}));
vi.mock("../data/shelf.ts", async () => ({ openShelf: async () => createMemoryShelf() }));
vi.mock("./workers.ts", async () => createFakeWorkers(fakes.answers));
vi.mock("../sound/microphone.ts", () => ({
  microphoneRate: 16_000,
  openMicrophone: (onSamples: (samples: Float32Array) => void) => fakes.open(onSamples),
}));
stubPage();
const { createTask, task } = await import("./tasks.ts");
const { openTask } = await import("./open-task.ts");
const { answers, forgetAnswers, isListening, pending, shares, startListening, stopListening, tryFiles } =
  await import("./trying.ts");
const { hush, notice } = await import("./notice.ts");

interface Asked {
  readonly task: string;
  readonly sampleRate: number;
  readonly samples: MessagePort;
  readonly told: MessagePort;
}

const close = vi.fn();
let push: (samples: Float32Array) => void;

/**
 * Starts to listen; resolves with the worker's ends of the two channels, and a function that ends its call.
 */
async function listen(): Promise<Asked & { tell(message: unknown): void; end(error?: Error): void }> {
  let asked: Asked | undefined;
  let settle = (_?: Error): void => {};
  fakes.answers.listen = (argument) => {
    asked = argument;
    return new Promise<void>((resolve, reject) => {
      settle = (error) => (error ? reject(error) : resolve());
    });
  };
  await startListening();
  return {
    ...asked!,
    tell: (message) => asked!.told.postMessage(message),
    end: (error) => settle(error),
  };
}

const state = { heard: 1, isSound: true, scores: { a: 0.7, b: 0.1 }, unknown: 0.2 };
const receive = (port: MessagePort) =>
  new Promise((resolve) => {
    port.onmessage = ({ data }) => resolve(data);
  });

beforeEach(async () => {
  fakes.answers.recall = () => null;
  fakes.open = async (onSamples) => {
    push = onSamples;
    return { close };
  };
  close.mockClear();
  forgetAnswers();
  hush();
  await openTask((await createTask("", ["a", "b"])).id);
});

describe("the microphone", () => {
  it("is passed on to the worker, whose events become answers", async () => {
    const worker = await listen();
    expect(worker).toMatchObject({ task: task.value!.id, sampleRate: 16_000 });
    expect(isListening.value).toBe(true);
    const received = receive(worker.samples);
    push(Float32Array.of(0.5, -0.5));
    expect(await received).toEqual(Float32Array.of(0.5, -0.5));
    worker.tell({ events: [{ start: 1, end: 2, label: "a", confidence: 0.9 }], state });
    await vi.waitFor(() => expect(answers.value).toHaveLength(1));
    expect(answers.value[0]).toMatchObject({ span: [1, 2], label: "a", confidence: 0.9, unknown: false });
    expect(shares.value).toEqual({ scores: { a: 0.7, b: 0.1 }, unknown: 0.2 });
    worker.end();
    await vi.waitFor(() => expect(isListening.value).toBe(false));
    expect(close).toHaveBeenCalledTimes(1);
  });

  it("has an unnamed stretch once: unknown, or between two classes", async () => {
    const worker = await listen();
    const unnamed = { start: 3, end: 4, unknown: 0.8 };
    for (let i = 0; i < 3; i++) worker.tell({ events: [], state: { ...state, unnamed } });
    worker.tell({ events: [], state: { ...state, unnamed: { start: 5, end: 6, unknown: 0.2 } } });
    await vi.waitFor(() => expect(answers.value).toHaveLength(2));
    expect(answers.value).toMatchObject([
      { span: [5, 6], label: undefined, unknown: false },
      { span: [3, 4], label: undefined, unknown: true, confidence: 0.8 },
    ]);
    worker.end();
  });

  it("ends with the rest of the stream, which the worker still reports", async () => {
    const worker = await listen();
    const received = receive(worker.samples);
    stopListening();
    expect([isListening.value, await received]).toEqual([false, null]);
    worker.tell({ events: [{ start: 1, end: 2, label: "b", confidence: 0.6 }], state });
    await vi.waitFor(() => expect(answers.value).toMatchObject([{ label: "b" }]));
    worker.end();
  });

  it("gives warnings and errors as messages, and no answers of another task", async () => {
    const worker = await listen();
    worker.tell({ warning: { code: "behind", message: "", hint: "" } } satisfies LiveMessage);
    await vi.waitFor(() => expect(notice.value?.text()).toMatch(/too slow/));
    await openTask((await createTask("other", [])).id);
    worker.tell({ events: [{ start: 1, end: 2, label: "a", confidence: 0.9 }], state });
    worker.end(new GolemError("golem-not-found", "No golem."));
    await vi.waitFor(() => expect(notice.value!.text()).toMatch(/no golem yet/));
    expect(notice.value!.isError).toBe(true);
    expect(answers.value).toEqual([]);
    expect(isListening.value).toBe(false);
  });

  it("that cannot be opened is not listened to", async () => {
    fakes.open = async () => {
      throw new DOMException("", "NotFoundError");
    };
    await startListening();
    expect(isListening.value).toBe(false);
    expect(notice.value!.text()).toMatch(/No microphone was found/);
  });
});

describe("files", () => {
  const file = (path: string) => ({ path, read: async () => new TextEncoder().encode(path) });

  it("are classified one after the other, newest first", async () => {
    fakes.answers.predict = ({ name }: { name: string }) => {
      expect(pending.value).toBe(1);
      return { label: "a", confidence: 0.8, unknown: false, transcript: `of ${name}`, scores: { a: 0.8 } };
    };
    await tryFiles([file("folder/1.wav"), file("2.wav")]);
    expect(answers.value).toMatchObject([
      { name: "2.wav", label: "a", confidence: 0.8, transcript: "of 2.wav" },
      { name: "1.wav" },
    ]);
    expect(new Set(answers.value.map(({ id }) => id)).size).toBe(2);
    expect(shares.value).toEqual({ scores: { a: 0.8 } });
    expect(pending.value).toBe(0);
  });

  it("that fail are messages; answers are the last fifty", async () => {
    fakes.answers.predict = () => {
      throw new GolemError("empty-file", "Nothing.");
    };
    await tryFiles([file("1.wav")]);
    expect(notice.value!.text()).toMatch(/^The file is empty/);
    expect([answers.value, pending.value]).toEqual([[], 0]);
    fakes.answers.predict = () => ({ label: "a", confidence: 1, unknown: false, scores: {} });
    for (let i = 0; i < 60; i++) await tryFiles([file(`${i}.wav`)]);
    expect(answers.value).toHaveLength(50);
    expect(answers.value[0]).toMatchObject({ name: "59.wav" });
  });
});
