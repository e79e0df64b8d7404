import { describe, expect, it } from "vitest";
import {
  integer,
  list,
  port,
  positive,
  ratePerHour,
  share,
  shareOrZero,
  timeLimit,
} from "./option-values.ts";

describe("values of options", () => {
  it.each([
    ["a port", port, "0", 0],
    ["a port", port, "65535", 65_535],
    ["a whole number", integer(2), "2", 2],
    ["a number", positive, "0.25", 0.25],
    ["a share", share, "1", 1],
    ["a rate", ratePerHour, "0.5/h", 0.5],
    ["a rate", ratePerHour, " 12/d", 0.5],
    ["a rate", ratePerHour, "1/hour", 1],
    ["a share or nothing", shareOrZero, "0", 0],
    ["seconds", timeLimit, "86400", 86_400],
    ["words", list, "a, b", ["a", "b"]],
  ])("takes %s", (_, parse, text, value) => {
    expect(parse(text)).toEqual(value);
  });

  it.each([
    ["a port", port, ["65536", "-1", "80.5", "", "http"]],
    ["a whole number", integer(2), ["1", "2.5", " ", "1e400"]],
    ["a number", positive, ["0", "-1", "", "Infinity", "NaN"]],
    ["a share", share, ["0", "1.01", "x"]],
    ["a rate", ratePerHour, ["1", "0/h", "-1/h", "1/w", "x/h", "/h", "1.2.3/h", ""]],
    ["seconds", timeLimit, ["0", "86401"]],
    ["words", list, ["", "a,,b"]],
  ])("rejects text that is not %s", (_, parse, texts) => {
    for (const text of texts) expect(() => parse(text), text).toThrow(/Expected/);
  });
});
