/** Other programs can read the lines, with any characters in labels. */
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { createEventWriter } from "./event-formats.ts";

const events = [
  { start: 1.25, end: 2, label: "dog", confidence: 0.98765 },
  { start: 3661.5, end: 3662.1234, label: 'a "b", c\td\ne', confidence: 0.5 },
];

const write = (format: Parameters<typeof createEventWriter>[0]): string[] => {
  const writer = createEventWriter(format);
  return [...(writer.header === undefined ? [] : [writer.header]), ...events.map(writer.write)];
};

describe("event formats", () => {
  it("writes JSON lines", () => {
    expect(write("json").map((line) => JSON.parse(line))).toEqual(events);
  });

  it("writes CSV that an independent reader accepts", () => {
    const rows = parse(write("csv").join("\n"), { columns: true });
    expect(rows).toEqual([
      { start: "1.250", end: "2.000", label: "dog", confidence: "0.9877" },
      { start: "3661.500", end: "3662.123", label: events[1]!.label, confidence: "0.5000" },
    ]);
  });

  it.each(["csv", "audacity", "raven"] as const)("escapes control characters in labels for %s", (format) => {
    const line = createEventWriter(format).write({ ...events[0]!, label: "\u001b[31mdog\u009b\u202e\u007f" });
    expect(line).toContain("\\x1b[31mdog\\x9b\\u202e\\x7f");
  });

  it("writes Audacity's labels: start, end and text, with tabs between", () => {
    expect(write("audacity")).toEqual(["1.250000\t2.000000\tdog", '3661.500000\t3662.123400\ta "b", c d e']);
  });

  it("writes Raven's selections, numbered, with its columns", () => {
    const [header, ...lines] = write("raven").map((line) => line.split("\t"));
    expect(header!.slice(0, 7)).toEqual([
      "Selection",
      "View",
      "Channel",
      "Begin Time (s)",
      "End Time (s)",
      "Low Freq (Hz)",
      "High Freq (Hz)",
    ]);
    expect(lines[0]).toEqual(["1", "Spectrogram 1", "1", "1.250", "2.000", "0", "8000", "dog", "0.9877"]);
    expect(lines[1]).toHaveLength(header!.length);
  });
});
