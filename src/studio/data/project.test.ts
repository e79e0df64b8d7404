import { describe, expect, it } from "vitest";
import { describeProject, parseProject } from "./project.ts";

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const task = { id: "t", name: "mine", classes: ["yes", "no"], created: 1, threshold: 0.7 };
const recording = {
  ...{ id: "r", task: "t", label: "no", file: "no/no-001.wav", original: "x.wav", source: "x" },
  ...{ seconds: 1, peaks: new Uint8Array(2), hash: "h", order: 3 },
};
const golem = {
  ...{ files: { "golem.json": new Uint8Array(1) }, seconds: 2, mark: "m", score: 0.5 },
  history: [{ at: 1, recordings: 8, classes: 2, score: 0.5, interval: [0.3, 0.7] as const }],
};

describe("the document of a project", () => {
  it("has order, names, threshold and history, and is read back", () => {
    const { files: _, ...kept } = golem;
    expect(parseProject(encode(describeProject(task, [recording], golem)))).toEqual({
      ...{ formatVersion: 1, name: "mine", classes: ["yes", "no"], threshold: 0.7, golem: kept },
      recordings: [{ file: "no/no-001.wav", label: "no", original: "x.wav", source: "x" }],
    });
    expect(parseProject(encode(describeProject(task, [], undefined)))).not.toHaveProperty("golem");
  });

  it.each([
    ["no JSON", new TextEncoder().encode("{")],
    ["of another version", encode({ formatVersion: 2 })],
    ["with a class without a name", encode({ ...describeProject(task, [], undefined), classes: [""] })],
    ["with a threshold above 1", encode({ ...describeProject(task, [], undefined), threshold: 2 })],
  ])("is refused where it is %s", (_, bytes) => {
    expect(() => parseProject(bytes)).toThrow(/project\.json cannot be read/);
  });
});
