/** Annotations in the formats of Audacity, Raven, BirdNET and DCASE. */
import { expect, it } from "vitest";
import {
  findSegmentColumns,
  parseAnnotationTable,
  parseLabelTrack,
  readAnnotationTable,
} from "./annotation-files.ts";
import { parseCsv } from "./table.ts";

it("reads a label track, with frequencies, decimal commas and both line ends", () => {
  const text =
    "\uFEFF1.500000\t2.250000\tdog\r\n\\\t300.000000\t4000.000000\r\n3,5\t4,0\tgreat tit\r\n5\t6\t\r\n";
  expect(parseLabelTrack(text, "day.txt")).toEqual([
    { segment: { start: 1.5, end: 2.25 }, label: "dog", place: "day.txt, line 1" },
    { segment: { start: 3.5, end: 4 }, label: "great tit", place: "day.txt, line 3" },
    { segment: { start: 5, end: 6 }, label: "", place: "day.txt, line 4" },
  ]);
});

it("reads the examples of Audacity's manual: points, frequencies on a second line, undefined ones as -1", () => {
  const text = [
    "1.000000\t1.000000\tThis point was clicked at 6928.456055 Hz",
    "\\\t6928.456055\t6928.456055",
    "2.000000\t2.500000\tLow frequency undefined",
    "\\\t-1.000000\t6334.588867",
    "3.000000\t3.500000\t",
    "\\\t8908.015625\t-1.000000",
    "-0.250000\t0.500000\tmoved to before the start",
    "",
  ].join("\n");
  expect(
    parseLabelTrack(text, "x")?.map(({ segment: { start, end }, label }) => [start, end, label]),
  ).toEqual([
    [1, 1, "This point was clicked at 6928.456055 Hz"],
    [2, 2.5, "Low frequency undefined"],
    [3, 3.5, ""],
    [0, 0.5, "moved to before the start"],
  ]);
});

const ravenStart = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)";
it.each([
  ["a byte order mark and CRLF", `\uFEFF${ravenStart}\tAnnotation\r\n`, "\towl\r\n"],
  ["quotes and commas in a cell", `${ravenStart}\tNotes, free\tSpecies\n`, '\t"whoo, he said\towl\n'],
  [
    "measurements and a column added by the user",
    `${ravenStart}\tDelta Time (s)\tPeak Freq (Hz)\tAvg Power Density (dB FS/Hz)\tOccupancy\tVocalization\n`,
    "\t1.25\t400\t-60.1\tx\towl\n",
  ],
  ["an empty and a filled column of annotations", `${ravenStart}\tAnnotation\tCall Type\n`, "\t\towl\n"],
  [
    "clock times and dates",
    `${ravenStart}\tBegin Clock Time\tBegin Date\tAnnotation\n`,
    "\t17:32:57.000\t2020/4/9\towl\n",
  ],
])("reads a selection table with %s, each selection once", async (_, header, rest) => {
  const row = (number: number, view: string, times: string) =>
    `${number}\t${view}\t1\t${times}\t0.0\t8000.0${rest}`;
  const text = `${header}${row(1, "Waveform 1", "1.25\t2.5")}${row(1, "Spectrogram 1", "1.25\t2.5")}${row(2, "Spectrogram 1", "7,5\t8,0")}`;
  const found = readAnnotationTable(await parseAnnotationTable(text, "day.txt"), "day.txt");
  expect(found?.map(({ segment: { start, end }, label }) => [start, end, label])).toEqual([
    [1.25, 2.5, "owl"],
    [7.5, 8, "owl"],
  ]);
});

it("reads times with exponents, and ignores cells after the label, such as a confidence", () => {
  const found = parseLabelTrack("1e-05\t3.0\tTurdus merula, Common Blackbird\t0.8700\n", "x");
  expect(found).toMatchObject([
    { segment: { start: 1e-5, end: 3 }, label: "Turdus merula, Common Blackbird" },
  ]);
});

it.each(["He said: good morning.", "1 2 three", "", "12\tthings to buy"])(
  "does not accept %j as a label track",
  (text) => {
    expect(parseLabelTrack(text, "day.txt")).toBeUndefined();
  },
);

it("reads a selection table of Raven, each selection once, with a column of labels added by the user", async () => {
  const table = [
    "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tAnnotation",
    "1\tWaveform 1\t1\t1.25\t2.5\t0\t8000\towl",
    "1\tSpectrogram 1\t1\t1.25\t2.5\t0\t8000\towl",
    "2\tSpectrogram 1\t1\t7.0\t8.0\t200\t3000\tfox",
  ].join("\n");
  const found = readAnnotationTable(await parseCsv(table, "day.txt"), "day.txt");
  expect(found?.map(({ segment, label }) => [segment.start, segment.end, label])).toEqual([
    [1.25, 2.5, "owl"],
    [7, 8, "fox"],
  ]);
});

it("converts the times of a table over several files to times from the start of each file", async () => {
  const table = [
    "Selection\tBegin Time (s)\tEnd Time (s)\tBegin File\tFile Offset (s)\tSpecies",
    "1\t605.0\t606.5\tB.wav\t5.0\towl",
  ].join("\n");
  expect(readAnnotationTable(await parseCsv(table, "all.txt"), "all.txt")).toEqual([
    { segment: { start: 5, end: 6.5 }, label: "owl", place: "all.txt, line 2", file: "B.wav" },
  ]);
});

it.each([
  ["file_name,start,end,label", { start: "start", end: "end" }],
  ["Start (s),End (s),Scientific name,Common name,Confidence", { start: "Start (s)", end: "End (s)" }],
  ["filename\tonset\toffset\tevent_label", { start: "onset", end: "offset" }],
  ["file,start_time,duration,label", { start: "start_time", duration: "duration" }],
  ["audio_filepath,offset,duration,label", { start: "offset", duration: "duration" }],
  ["Selection\tBegin Time (s)\tDelta Time (s)", { start: "Begin Time (s)", duration: "Delta Time (s)" }],
  ["file,label,duration", undefined],
  ["slice_file_name,fsID,start,end,class", undefined],
])("finds the columns of %s", (header, expected) => {
  expect(findSegmentColumns(header.split(/[,\t]/))).toEqual(expected);
});

it.each([
  ["x,2,dog", /start is "x"/],
  ["3,2,dog", /the end, 2 s, is before the start, 3 s/],
  [",2,dog", /start is ""/],
])("names the row %s", async (row, message) => {
  const table = await parseCsv(`start,end,label\n${row}`, "day.csv");
  expect(() => readAnnotationTable(table, "day.csv")).toThrow(message);
});
