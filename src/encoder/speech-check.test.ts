import { describe, expect, it } from "vitest";
import { getSpokenText, isSpeech } from "./speech-check.ts";

describe("transcripts", () => {
  it.each([
    ["Thank you for watching!", -0.72],
    ["♪ What? ♪ ♪ What? ♪", -0.56],
    ["© transcript Emily Beynon", -0.68],
    ["2-3ตวบนลาง วดโอ", -0.61],
    ["You", -1.5],
    ["I'm going to be back in a moment.", -1.4],
    ["What what what what, what?", -0.3],
    ["...", -0.1],
    ["", 0],
  ])("of other sounds are not of speech: %s", (text, logprob) => {
    expect(isSpeech({ text, logprob })).toBe(false);
    expect(getSpokenText({ text, logprob })).toBe("");
  });

  it.each([
    ["Up.", -1.3],
    ["Snow boy.", -1.18],
    ["Thank you.", -0.1],
    ["Eight, eight, eight,", -0.52],
    ["I'd like a café crème – 2 of them!", -0.5],
    ["Please freeze my card.", undefined],
  ])("of speech stay as they are: %s", (text, logprob) => {
    expect(isSpeech({ text, logprob })).toBe(true);
    expect(getSpokenText({ text, logprob })).toBe(text);
  });
});
