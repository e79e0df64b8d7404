/** Training as the page sees it, with workers that answer at once. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  createFakeWorkers,
  createMemoryShelf,
  stubPage,
} from "../../../test/support/browser/studio-state.ts";

const fakes = vi.hoisted(() => ({
  answers: {} as Record<string, (argument: never, onProgress?: (progress: never) => void) => unknown>,
}));
vi.mock("../data/shelf.ts", async () => ({ openShelf: async () => createMemoryShelf() }));
vi.mock("./workers.ts", async (load) => ({
  ...(await load<object>()),
  ...createFakeWorkers(fakes.answers),
}));
stubPage();
const { createTask, learned, mark, task } = await import("./tasks.ts");
const { openTask } = await import("./open-task.ts");
const workers = (await import("./workers.ts")) as unknown as ReturnType<typeof createFakeWorkers>;
const {
  comparedHeads,
  compareHeads,
  comparison,
  curve,
  learn,
  learnError,
  learning,
  measureCurve,
  stopComparing,
} = await import("./learning.ts");
const { notice } = await import("./notice.ts");

const golem = (ownMark: string) => ({ mark: ownMark, document: { labels: [] } }) as never;

beforeEach(async () => {
  fakes.answers.recall = () => null;
  fakes.answers.forget = vi.fn();
  await openTask((await createTask("", ["yes", "no"])).id);
  curve.value = undefined;
  comparison.value = undefined;
  workers.end.mockClear();
});

describe("training", () => {
  it("shows its progress, then the golem, of which the other worker is told", async () => {
    const seen: unknown[] = [];
    fakes.answers.learn = (argument, onProgress) => {
      seen.push(argument, learning.value);
      onProgress!({ stage: "", completed: 1, total: 4 } as never);
      seen.push(learning.value);
      return golem("m");
    };
    await learn();
    expect(seen).toEqual([{ task: task.value!.id, name: "yes, no", mark: mark.value }, 0, 0.25]);
    expect(learned.value).toEqual(golem("m"));
    expect(learning.value).toBeUndefined();
    expect(fakes.answers.forget).toHaveBeenCalledTimes(1);
  });

  it("keeps the error where it fails, until the next attempt", async () => {
    fakes.answers.learn = () => {
      throw new Error("no");
    };
    await learn();
    expect(learnError.value).toEqual(new Error("no"));
    expect(learning.value).toBeUndefined();
    fakes.answers.learn = () => golem("m");
    await learn();
    expect(learnError.value).toBeUndefined();
  });

  it("runs once at a time, and its golem is not shown in another task", async () => {
    let finish = (_: unknown): void => {};
    fakes.answers.learn = vi.fn(
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    );
    const first = learn();
    await learn();
    await vi.waitFor(() => expect(fakes.answers.learn).toHaveBeenCalledTimes(1));
    await openTask((await createTask("other", [])).id);
    finish(golem("m"));
    await first;
    expect(learned.value).toBeNull();
  });
});

describe("the learning curve", () => {
  it("is measured once per golem, and is null where it cannot be", async () => {
    fakes.answers.curve = vi.fn(() => ({ points: [] }));
    await measureCurve();
    expect(fakes.answers.curve).not.toHaveBeenCalled();
    learned.value = golem("one");
    await measureCurve();
    await measureCurve();
    expect(fakes.answers.curve).toHaveBeenCalledTimes(1);
    expect(curve.value).toEqual({ mark: "one", curve: { points: [] } });
    fakes.answers.curve = () => {
      throw new Error("too few");
    };
    learned.value = golem("two");
    await measureCurve();
    expect(curve.value).toEqual({ mark: "two", curve: null });
  });
});

describe("the comparison of heads", () => {
  it("adds each head as it is measured, then ends its worker", async () => {
    const counts: unknown[] = [];
    fakes.answers.compare = ({ name }: { name: string }) => {
      counts.push(comparison.value!.heads.length);
      return { name };
    };
    await compareHeads();
    expect(counts).toEqual([...comparedHeads.keys()]);
    expect(comparison.value).toEqual({
      ...{ mark: mark.value, heads: comparedHeads.map((name) => ({ name })), isDone: true },
    });
    expect(workers.end).toHaveBeenCalledTimes(1);
  });

  it("keeps what was measured when it is stopped, or takes too long", async () => {
    for (const stop of [stopComparing, () => vi.advanceTimersByTime(30_000)]) {
      vi.useFakeTimers();
      fakes.answers.compare = ({ name }: { name: string }) =>
        name === comparedHeads[1] ? new Promise(() => {}) : { name };
      const running = compareHeads();
      for (let i = 0; i < 20; i++) await Promise.resolve();
      expect(comparison.value).toMatchObject({ heads: [{ name: comparedHeads[0] }], isDone: false });
      stop();
      await running;
      expect(comparison.value).toMatchObject({ heads: [{ name: comparedHeads[0] }], isDone: true });
      vi.useRealTimers();
    }
  });

  it("shows why it failed", async () => {
    fakes.answers.compare = () => {
      throw new Error("broken");
    };
    await compareHeads();
    expect(notice.value!.text()).toBe("broken");
    expect(comparison.value).toMatchObject({ heads: [], isDone: true });
    expect(workers.end).toHaveBeenCalledTimes(1);
  });
});
