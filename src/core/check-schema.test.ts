/** Messages about invalid values. */
import { expect, it } from "vitest";
import * as z from "zod/mini";
import { checkSchema } from "./check-schema.ts";

const schema = z.strictObject({
  rate: z.int().check(z.minimum(4000), z.maximum(96_000)),
  kind: z._default(z.enum(["a", "b"]), "a"),
  names: z.optional(z.array(z.string().check(z.minLength(1))).check(z.maxLength(2))),
  even: z.optional(z.number().check(z.refine((value) => value % 2 === 0, "must be even"))),
  word: z.optional(z.string().check(z.regex(/^[a-z]+$/))),
});
const fail = (found: string) => new RangeError(found);

it("returns what the schema makes of a value", () => {
  expect(checkSchema(schema, { rate: 8000 }, fail)).toEqual({ rate: 8000, kind: "a" });
});

it.each([
  [{}, "rate is missing; expected number"],
  [{ rate: "8" }, 'rate is "8"; expected number'],
  [{ rate: 1 }, "rate is 1; expected at least 4000"],
  [{ rate: 1e5 }, "rate is 100000; expected at most 96000"],
  [{ rate: 8000.5 }, "rate is 8000.5; expected int"],
  [{ rate: Number.NaN }, "rate is NaN; expected number"],
  [{ rate: 8000, kind: "c" }, 'kind is "c"; expected "a" or "b"'],
  [{ rate: 8000, names: ["a", ""] }, 'names.1 is ""; expected at least 1 characters'],
  [{ rate: 8000, names: ["a", "b", "c"] }, 'names is ["a","b","c"]; expected at most 2 entries'],
  [{ rate: 8000, even: 3 }, "even: must be even"],
  [{ rate: 8000, word: "x".repeat(500) + 1 }, /^word is "x{99}\.\.\.: /],
  [{ rate: 8000, more: 1 }, "it has the unknown field more"],
  [[], "it is []; expected object"],
  [null, "it is null; expected object"],
])("describes the fault in %j", (value, message) => {
  let found = "nothing";
  try {
    checkSchema(schema, value, fail);
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    found = (error as Error).message;
  }
  if (typeof message === "string") expect(found).toBe(message);
  else expect(found).toMatch(message);
});
