/** Untrusted JSON: what is parsed, and what is rejected before any code recurses over it. */
import { expect, it } from "vitest";
import { parseBoundedJson } from "./bounded-json.ts";

const parse = (json: string | Uint8Array): unknown => parseBoundedJson(json, (found) => new Error(found));
const nest = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

it("parses text and UTF-8", () => {
  const value = { a: [1, "ä[[[", { 'b\\"{': null }] };
  expect(parse(JSON.stringify(value))).toEqual(value);
  expect(parse(new TextEncoder().encode(JSON.stringify(value)))).toEqual(value);
});

it("counts only brackets outside of strings, and open ones at once", () => {
  const text = JSON.stringify("[".repeat(1000));
  expect(parse(text)).toBe("[".repeat(1000));
  expect(parse(`[${Array(1000).fill(nest(50)).join(",")}]`)).toHaveLength(1000);
});

it("rejects nesting over 100 deep, closed or not, in arrays and objects", () => {
  expect(parse(nest(100))).toBeInstanceOf(Array);
  for (const deep of [nest(101), "[".repeat(1_000_000), '{"a":'.repeat(200_000)]) {
    expect(() => parse(deep)).toThrow("it is nested more than 100 deep");
  }
});

it("rejects what is not JSON or not UTF-8", () => {
  for (const wrong of ["", "{", '"\\', "[1,]"]) expect(() => parse(wrong)).toThrow("it is not JSON");
  expect(() => parse(Uint8Array.of(0x22, 0xff, 0x22))).toThrow("it is not JSON in UTF-8");
});
