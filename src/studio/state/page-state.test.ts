/** The small pieces of state: messages, levels, the address, names of tasks and recordings. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { stubPage } from "../../../test/support/browser/studio-state.ts";
import { describeTask, nameRecording } from "../data/task.ts";

const listeners = new Map<string, () => void>();
stubPage();
vi.stubGlobal("addEventListener", (name: string, listener: () => void) => listeners.set(name, listener));
location.hash = "#/task/abc-1/try";
const { getAddress, go, route } = await import("./route.ts");
const { hush, notice, tell } = await import("./notice.ts");
const { bandCount, columnCount, elapsed, isTooLoud, isTooQuiet, levels, pushLevel, resetLevels } =
  await import("./levels.ts");

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
    const push = (amplitude: number, hertz = 1000) => {
      const wave = (_: unknown, i: number) => amplitude * Math.sin((2 * Math.PI * hertz * i) / 16_000);
      pushLevel(Float32Array.from({ length: 320 }, wave));
      return levels.level;
    };
    expect([0, 1, 10 ** -1.5, 10 ** -4].map((amplitude) => push(amplitude))).toEqual([
      ...[0, expect.closeTo(0.95, 2), expect.closeTo(0.45, 2), 0],
    ]);
    push(0.5, 300);
    push(0.5, 6000);
    const loudest = (column: number) => {
      const from = ((start + column) % columnCount) * bandCount;
      const bands = levels.columns.subarray(from, from + bandCount);
      return bands.indexOf(Math.max(...bands));
    };
    expect(loudest(4)).toBeLessThan(loudest(1));
    expect(loudest(1)).toBeLessThan(loudest(5));
    for (let i = 6; i < columnCount; i++) push(0);
    expect(levels.position).toBe(start);
    resetLevels();
    expect(Math.max(...levels.columns)).toBe(0);
  });

  it("tell the time, that the sound is cut off, and that there is none for 3 s", () => {
    resetLevels();
    const push = (amplitude: number, seconds: number) => {
      for (let i = 0; i < 50 * seconds; i++) pushLevel(new Float32Array(320).fill(amplitude));
      return [elapsed.value, isTooLoud.value, isTooQuiet.value];
    };
    expect(push(0.5, 1)).toEqual([1, false, false]);
    expect(push(1, 0.02)).toEqual([1, true, false]);
    expect(push(0, 2)).toEqual([3, false, false]);
    expect(push(0, 1)).toEqual([4, false, true]);
    expect(push(0.1, 0.02)).toEqual([4, false, false]);
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
