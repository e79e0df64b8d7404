/** Locations in a report: sufficient to repeat the training, and without paths of this machine. */
import { describe, expect, it } from "vitest";
import { createLink } from "../node/report/report-clips.ts";
import { createFileNamer, describeAsked, describeDataset, describePlace } from "./report-commands.ts";

it("names data sets by the last part of their path, or by their whole address", () => {
  expect(describeDataset("/home/ann/my recordings/")).toBe("my recordings");
  expect(describeDataset("demo/banking")).toBe("banking");
  expect(describeDataset("hf:o/n?config=c")).toBe("hf:o/n?config=c");
});

it("keeps locations as given unless they reveal folders of this machine", () => {
  expect(describePlace("demo/banking")).toBe("demo/banking");
  expect(["/home/ann/x", "../../ann/x", "~/x"].map(describePlace)).toEqual(["x", "x", "x"]);
});

it("writes the given options as flags, and no others", () => {
  expect(describeAsked({})).toEqual({});
  expect(
    describeAsked({ encoder: "o/n", layer: 3, transcript: false, audio: { trim: false, maximumSeconds: 9 } }),
  ).toEqual({ encoder: "o/n", layer: 3, "no-transcript": true, "no-trim": true, "max-seconds": 9 });
});

describe("createFileNamer", () => {
  it("keeps names within the data set", () => {
    const name = createFileNamer(["a/1.wav", "b/2.wav"]);
    expect(name("b/2.wav")).toBe("b/2.wav");
  });

  it("omits the folders shared by all names outside the data set", () => {
    const files = ["../../home/ann/set/a/1.wav", "../../home/ann/set/b/1.wav"];
    expect(files.map(createFileNamer(files))).toEqual(["a/1.wav", "b/1.wav"]);
    expect(createFileNamer(files)("../../home/ann/set/c/3.wav")).toBe("c/3.wav");
  });

  it("keeps two parts of names that share no folder", () => {
    const files = ["a/1.wav", "../../home/ann/b/1.wav", "C:/Users/ann/c/1.wav"];
    expect(files.map(createFileNamer(files))).toEqual(["a/1.wav", "b/1.wav", "c/1.wav"]);
  });
});

it("links to sibling and parent folders, never with an absolute path", () => {
  expect(createLink("/home/p/golem", "/home/p/da ta/é#1.wav")).toEqual({
    kind: "link",
    href: "../da%20ta/%C3%A9%231.wav",
  });
  expect(createLink("/home/p/golem", "/data/1.wav")).toBeUndefined();
  expect(createLink("/a/b/c/d/e/f", "/a/x/1.wav")).toBeUndefined();
});
