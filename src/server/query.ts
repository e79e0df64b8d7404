/**
 * Checks the queries of requests by the schemas that describe them.
 *
 * Not its concern: what a query is for.
 */
import type { z } from "@hono/zod-openapi";
import { checkSchema } from "../core/check-schema.ts";
import { GolemError } from "../core/error.ts";

/** Parses a query; throws `bad-request` with the first parameter that is wrong. */
export function parseQuery<T extends z.ZodType>(schema: T, query: Record<string, string>): z.infer<T> {
  return checkSchema(
    schema,
    query,
    (found) =>
      new GolemError("bad-request", `The query does not fit: ${found}.`, {
        hint: "/docs lists the parameters of each address.",
      }),
  );
}
