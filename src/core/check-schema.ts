/**
 * Checks an untrusted value against a schema, and describes what is wrong in the style of the project's
 * messages.
 *
 * Not its concern: the schema, the error (the caller provides both).
 */
import * as z from "zod/mini";

/** Longest excerpt of a wrong value in a message, in characters. */
const maximumExcerpt = 100;

/**
 * Returns the value as parsed by the schema; otherwise throws the error that `fail` creates from the first
 * fault, such as `sampleRate is 0; expected at least 4000`.
 */
export function checkSchema<Schema extends z.core.$ZodType>(
  schema: Schema,
  value: unknown,
  fail: (found: string) => Error,
): z.core.output<Schema> {
  const result = z.safeParse(schema, value, { reportInput: true });
  if (result.success) return result.data;
  throw fail(describeIssue(result.error.issues[0]!));
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const place = issue.path.map(String).join(".") || "it";
  const found = `${place} is ${describeValue(issue.input)}`;
  switch (issue.code) {
    case "unrecognized_keys":
      return `${place} has the unknown field ${issue.keys.join(", ")}`;
    case "invalid_type":
      return issue.input === undefined
        ? `${place} is missing; expected ${issue.expected}`
        : `${found}; expected ${issue.expected}`;
    case "invalid_value":
      return `${found}; expected ${issue.values.map((value) => describeValue(value)).join(" or ")}`;
    case "too_small":
      return `${found}; expected at least ${issue.minimum}${getUnit(issue.origin)}`;
    case "too_big":
      return `${found}; expected at most ${issue.maximum}${getUnit(issue.origin)}`;
    case "custom":
      return `${place}: ${issue.message}`;
    default:
      return `${found}: ${issue.message}`;
  }
}

function getUnit(origin: string): string {
  if (origin === "string") return " characters";
  return origin === "array" || origin === "tuple" ? " entries" : "";
}

function describeValue(value: unknown): string {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? "missing");
  return text.length > maximumExcerpt ? `${text.slice(0, maximumExcerpt)}...` : text;
}
