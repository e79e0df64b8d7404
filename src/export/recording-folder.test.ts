import { expect, it } from "vitest";
import { createRecordingFolder } from "./recording-folder.ts";

it("names files only by label and number, and lists them", () => {
  const files = createRecordingFolder([
    { path: "/home/ada/ada 1.WAV", ending: ".wav", label: "yes" },
    { path: "/home/ada/ada 2.wav", ending: ".wav", label: "yes" },
    { path: "/home/ada/take.secret", ending: "", label: 'a/../b, "c"', text: 'say "hi"' },
    { path: "/home/ada/ada", ending: "", label: "YES" },
    { path: "C:\\ada\\ada.mp3", ending: ".mp3", label: ".." },
  ]);
  expect(Object.keys(files)).toEqual([
    "train/yes/0001.wav",
    "train/yes/0002.wav",
    "train/a-..-b, -c-/0001",
    "train/YES/0003",
    "train/class/0001.mp3",
    "metadata.csv",
  ]);
  expect(String(files["metadata.csv"]).split("\n")).toEqual([
    "file_name,label,transcription",
    "train/yes/0001.wav,yes,",
    "train/yes/0002.wav,yes,",
    '"train/a-..-b, -c-/0001","a/../b, ""c""","say ""hi"""',
    "train/YES/0003,YES,",
    "train/class/0001.mp3,..,",
    "",
  ]);
});
