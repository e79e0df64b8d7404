/** Recording sessions with a microphone that plays what a test pushes into it. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  createFakeWorkers,
  createMemoryShelf,
  embedded,
  stubPage,
} from "../../../test/support/browser/studio-state.ts";
import type { Microphone } from "../sound/microphone.ts";

const fakes = vi.hoisted(() => ({
  open: (_: (samples: Float32Array) => void): Promise<{ close(): void }> => Promise.reject(new Error("none")),
}));
vi.mock("../data/shelf.ts", async () => ({ openShelf: async () => createMemoryShelf() }));
vi.mock("./workers.ts", async () => createFakeWorkers({ recall: () => null, embed: () => embedded }));
vi.mock("../sound/microphone.ts", () => ({
  microphoneRate: 16_000,
  openMicrophone: (onSamples: (samples: Float32Array) => void): Promise<Microphone> => fakes.open(onSamples),
}));
stubPage();
const { createTask, getShelf, recordings } = await import("./tasks.ts");
const { openTask } = await import("./open-task.ts");
const {
  completed,
  describeMicrophoneError,
  isLive,
  isSounding,
  microphoneError,
  session,
  startRecording,
  stopRecording,
} = await import("./recording.ts");
const { levels } = await import("./levels.ts");

const rate = 16_000;
let push: (samples: Float32Array) => void;
const close = vi.fn();

/** Seconds of a tone, or of almost nothing, in blocks as a microphone gives them. */
function play(seconds: number, amplitude: number): void {
  const block = 320;
  for (let start = 0; start < seconds * rate; start += block) {
    push(
      Float32Array.from(
        { length: block },
        (_, i) => amplitude * Math.sin((2 * Math.PI * 440 * (start + i)) / rate) + 1e-5 * Math.sin(i * i),
      ),
    );
  }
}
const playWord = () => {
  play(0.4, 0.5);
  play(0.8, 0);
};

beforeEach(async () => {
  await stopRecording();
  close.mockClear();
  fakes.open = async (onSamples) => {
    push = onSamples;
    return { close };
  };
  await openTask((await createTask("", ["yes", "no"])).id);
});

describe("a session", () => {
  it("counts in, cuts takes at the pauses, and stops when the class has enough", async () => {
    await startRecording({ label: "yes", goal: 2, isCut: true });
    play(0.5, 0);
    expect(isLive.value).toBe(false);
    play(0.5, 0);
    expect(isLive.value).toBe(true);
    play(0.3, 0.5);
    expect(isSounding.value).toBe(true);
    play(0.8, 0);
    expect(isSounding.value).toBe(false);
    await vi.waitFor(() => expect(recordings.value).toHaveLength(1));
    expect(session.value).toBeDefined();
    playWord();
    playWord();
    await vi.waitFor(() => expect(session.value).toBeUndefined());
    await vi.waitFor(() => expect(completed.value).toBe("yes"));
    expect(recordings.value.map(({ file }) => file)).toEqual(["yes/yes-001.wav", "yes/yes-002.wav"]);
    expect(close).toHaveBeenCalledTimes(1);
  });

  it("saves what was begun when it is stopped, but offers no next class", async () => {
    await startRecording({ label: "yes", goal: 8, isCut: true });
    play(1, 0);
    play(0.4, 0.5);
    await stopRecording();
    expect(recordings.value).toHaveLength(1);
    expect(completed.value).toBeUndefined();
    expect(isSounding.value).toBe(false);
  });

  it("without cutting is one take, from the end of the count-in to stop", async () => {
    await startRecording({ label: "no", goal: 1, isCut: false });
    play(1, 0);
    playWord();
    await stopRecording();
    const sound = (await (await getShelf()).getSound(recordings.value[0]!.id))!;
    // 16 bits per sample, after a header of 44 bytes.
    expect((sound.length - 44) / 2 / rate).toBeCloseTo(0.3 + 0.02 + 1.2, 1);
    expect(recordings.value).toMatchObject([{ label: "no" }]);
  });

  it("replaces a recording with its first take", async () => {
    await startRecording({ label: "yes", goal: 8, isCut: true });
    play(1, 0);
    playWord();
    await stopRecording();
    const [old] = recordings.value;
    await startRecording({ label: "yes", goal: 8, isCut: true, replaced: old });
    play(1, 0);
    playWord();
    await vi.waitFor(() => expect(session.value).toBeUndefined());
    await vi.waitFor(() => expect(recordings.value.map(({ id }) => id)).not.toContain(old!.id));
    expect(recordings.value).toHaveLength(1);
    expect(completed.value).toBeUndefined();
  });

  it("shows levels, and ends where the microphone cannot be opened", async () => {
    await startRecording({ label: "yes", goal: 8, isCut: true });
    play(0.1, 0.5);
    expect(levels.level).toBeGreaterThan(0.8);
    fakes.open = async () => {
      throw new DOMException("", "NotAllowedError");
    };
    await startRecording({ label: "yes", goal: 8, isCut: true });
    expect(levels.level).toBe(0);
    expect(session.value).toBeUndefined();
    expect(microphoneError.value).toMatchObject({ name: "NotAllowedError" });
  });

  it("that is stopped before the microphone opens turns it off again", async () => {
    let opened = (_: { close(): void }): void => {};
    fakes.open = () =>
      new Promise((resolve) => {
        opened = resolve;
      });
    const starting = startRecording({ label: "yes", goal: 8, isCut: true });
    await vi.waitFor(() => expect(session.value).toBeDefined());
    await stopRecording();
    opened({ close });
    await starting;
    expect(close).toHaveBeenCalledTimes(1);
    expect(session.value).toBeUndefined();
  });
});

it("words why a microphone cannot be opened", () => {
  const describeName = (name: string) => describeMicrophoneError(new DOMException("why", name));
  expect(describeName("NotAllowedError")).toMatch(/may not use the microphone/);
  expect(describeName("NotFoundError")).toMatch(/No microphone was found/);
  expect(describeName("AbortError")).toBe("The microphone does not work: why");
});
