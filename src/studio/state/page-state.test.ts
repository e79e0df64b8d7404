/** The small pieces of state: messages, levels, the address, names of tasks and recordings. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { stubPage } from "../../../test/support/studio-state.ts";
import { describeTask, nameRecording } from "../data/task.ts";

const listeners = new Map<string, () => void>();
stubPage();
vi.stubGlobal("addEventListener", (name: string, listener: () => void) => listeners.set(name, listener));
location.hash = "#/task/abc-1/try";
const { getAddress, go, route } = await import("./route.ts");
const { hush, notice, tell } = await import("./notice.ts");
const { levelCount, levels, pushLevel, resetLevels } = await import("./levels.ts");

describe("a message", () => {
  beforeEach(() => void vi.useFakeTimers());

  it("goes after 8 s, an error only when it is closed", () => {
    tell({ text: () => "saved" });
    vi.advanceTimersByTime(7999);
    expect(notice.value!.text()).toBe("saved");
    vi.advanceTimersByTime(1);
    expect(notice.value).toBeUndefined();
    tell({ text: () => "failed", isError: true });
    vi.advanceTimersByTime(60_000);
    expect(notice.value!.text()).toBe("failed");
    hush();
    expect(notice.value).toBeUndefined();
  });

  it("is not removed by the time of the one before", () => {
    tell({ text: () => "first" });
    vi.advanceTimersByTime(7000);
    tell({ text: () => "second", isError: true });
    vi.advanceTimersByTime(7000);
    expect(notice.value!.text()).toBe("second");
  });
});

describe("levels", () => {
  it("are from silence to full scale on a scale of decibels, in a ring", () => {
    resetLevels();
    const start = levels.position;
    const push = (amplitude: number) => pushLevel(new Float32Array(320).fill(amplitude));
    for (const amplitude of [0, 1, 10 ** -1.5, 10 ** -4]) push(amplitude);
    const read = (i: number) => levels.values[(start + i) % levelCount];
    expect([0, 1, 2, 3].map(read)).toEqual([0, 1, expect.closeTo(0.5, 4), 0]);
    for (let i = 4; i < levelCount; i++) push(0);
    expect(levels.position).toBe(start);
    resetLevels();
    expect(Math.max(...levels.values)).toBe(0);
  });
});

describe("the address", () => {
  it("names a screen; an unknown one is the list of tasks", () => {
    expect(route.value).toEqual({ screen: "try", task: "abc-1" });
    for (const hash of ["", "#/", "#/task/abc/nothing", "#/task/a b/try"]) {
      location.hash = hash;
      listeners.get("hashchange")!();
      expect(route.value, hash).toEqual({ screen: "home" });
    }
    go({ screen: "take", task: "x" });
    expect(location.hash).toBe("/task/x/take");
    expect(getAddress(route.value)).toBe("#/task/x/take");
    expect(getAddress({ screen: "home" })).toBe("#/");
  });
});

describe("names", () => {
  it("of a task without one are its first classes", () => {
    expect(describeTask({ name: "mine", classes: ["a"] }, "none")).toBe("mine");
    expect(describeTask({ name: "", classes: [] }, "none")).toBe("none");
    expect(describeTask({ name: "", classes: ["a", "b"] }, "none")).toBe("a, b");
    expect(describeTask({ name: "", classes: [..."abcde"] }, "none")).toBe("a, b, c, d …");
  });

  it("of recordings sort by number and stay in one folder, whatever the label", () => {
    expect(nameRecording("yes", 7)).toBe("yes/yes-007.wav");
    expect(nameRecording("yes", 1234, "mp3")).toBe("yes/yes-1234.mp3");
    for (const label of ["../up", "a/b", "c:\\d", "."]) {
      expect(nameRecording(label, 1).split("/"), label).toHaveLength(2);
      expect(nameRecording(label, 1), label).not.toMatch(/\\|:|^\.\.?\//);
    }
  });
});
