/**
 * Parses the JSON files of a golem and checks them against schemas; also the schemas of values that several
 * of these files contain, and the error for a damaged golem.
 */

import * as z from "zod/mini";
import { parseBoundedJson } from "../core/bounded-json.ts";
import { GolemError } from "../core/error.ts";

/** A whole number from 0 to 10^9. */
export const count = z.int().check(z.nonnegative(), z.maximum(1_000_000_000));
/** A number from 0 to 1. */
export const share = z.number().check(z.minimum(0), z.maximum(1));
/** A SHA-256, in hex. */
export const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));
/** A text of at most 4096 UTF-16 units. */
export const shortText = z.string().check(z.maxLength(4096));
/** A class name. */
export const label = z.string().check(z.minLength(1), z.maxLength(1024));
/** A number, text or boolean. */
export const scalar = z.union([z.number(), shortText, z.boolean()]);

/** Parses the JSON of the file `name`; throws `golem-damaged`. */
export function parseJson(json: string, name: string): unknown {
  return parseBoundedJson(json, (found, cause) => createDamagedError(`${name}: ${found}`, cause));
}

/** Checks a value of the file `name`; throws `golem-damaged`, which names the first mismatch. */
export function checkSchema<T extends z.ZodMiniType>(schema: T, value: unknown, name: string): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw createDamagedError(
    `${name}: ${issue?.message ?? "invalid"} at ${issue?.path.join(".") || "the top level"}`,
  );
}

/** Creates the error `golem-damaged`. `what` is a clause that describes the damage. */
export function createDamagedError(what: string, cause?: unknown): GolemError {
  return new GolemError("golem-damaged", `The golem is damaged: ${what}.`, {
    hint: "Copy the golem's folder again from its source, or train the golem again.",
    cause,
  });
}
