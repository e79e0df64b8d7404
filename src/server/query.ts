/** Validates the queries of requests with their schemas. */
import type { z } from "@hono/zod-openapi";
import { checkSchema } from "../core/check-schema.ts";
import { GolemError } from "../core/error.ts";

/** Parses a query; throws `bad-request`, which names the first invalid parameter. */
export function parseQuery<T extends z.ZodType>(schema: T, query: Record<string, string>): z.infer<T> {
  return checkSchema(
    schema,
    query,
    (found) =>
      new GolemError("bad-request", `The query is invalid: ${found}.`, {
        hint: "/docs lists the parameters of each address.",
      }),
  );
}
