/** The shares of a thread's time, measured by a clock that only work advances. */
import { expect, it } from "vitest";
import { createFairTurns, type FairTurns, type Turn } from "./fair-turns.ts";

function create(): { turns: FairTurns; work(milliseconds: number): void; log: string[] } {
  let now = 0;
  const turns = createFairTurns({
    getTime: () => now,
    takeTurn: () => new Promise((resolve) => setImmediate(resolve)),
  });
  return {
    turns,
    log: [],
    work: (milliseconds) => {
      now += milliseconds;
    },
  };
}

/** Windows of work, with a pass after each. */
async function runWindows(turn: Turn, count: number, one: () => void): Promise<void> {
  for (let i = 0; i < count; i++) {
    one();
    await turn.pass();
  }
}

it("makes no client wait longer than one piece of another client's work", async () => {
  const { turns, work, log } = create();
  const expensive = Array.from({ length: 6 }, (_, i) =>
    turns.hold("a", async () => {
      log.push(`a${i}`);
      work(1000);
    }),
  );
  const cheap = turns.hold("b", async () => {
    log.push("b");
    work(1);
  });
  await Promise.all([...expensive, cheap]);
  expect(log.indexOf("b")).toBe(1);
});

it("shares time, not turns: many long windows of one client against few short ones of another", async () => {
  const { turns, work, log } = create();
  const streams = Array.from({ length: 8 }, () =>
    turns.hold("a", (turn) =>
      runWindows(turn, 50, () => {
        log.push("a");
        work(40);
      }),
    ),
  );
  const other = turns.hold("b", (turn) =>
    runWindows(turn, 20, () => {
      log.push("b");
      work(10);
    }),
  );
  await Promise.all([...streams, other]);
  const before = log.slice(0, log.lastIndexOf("b"));
  // 200 ms of its own, and about as much of the other client, whatever the number of streams.
  expect(before.filter((name) => name === "a").length).toBeLessThanOrEqual(7);
});

it("frees the thread while work waits, and counts only the time used", async () => {
  const { turns, work, log } = create();
  let arrive!: () => void;
  const arrival = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  let used = 0;
  const first = turns.hold("a", async (turn) => {
    work(5);
    await turn.wait(() => arrival);
    log.push("a");
    work(3);
    used = turn.getUsed();
  });
  await turns.hold("b", async () => {
    log.push("b");
    work(100);
  });
  arrive();
  await first;
  expect(log).toEqual(["b", "a"]);
  expect(used).toBe(8);
});

it("continues after work that fails", async () => {
  const { turns } = create();
  const failed = turns.hold("a", async () => {
    throw new Error("no");
  });
  await expect(failed).rejects.toThrow("no");
  expect(await turns.hold("a", async () => 1)).toBe(1);
});

it("reports the time for which work held the thread, excluding waits", async () => {
  let now = 0;
  let used = 0;
  const turns = createFairTurns({
    getTime: () => now,
    takeTurn: () => new Promise((resolve) => setImmediate(resolve)),
    onUsed: (milliseconds) => {
      used += milliseconds;
    },
  });
  await turns.hold("a", async (turn) => {
    now += 5;
    await turn.pass();
    expect(used).toBe(5);
    await turn.wait(async () => {
      now += 100;
    });
    now += 2;
  });
  expect(used).toBe(7);
});
