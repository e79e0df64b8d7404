/**
 * Queries of requests, checked by the schemas that describe them.
 *
 * Not its concern: any route.
 */
import type { z } from "@hono/zod-openapi";
import { GolemError } from "../core/error.ts";

/** Parses a query; throws `bad-request` naming the first thing wrong. */
export function parseQuery<T extends z.ZodType>(schema: T, query: Record<string, string>): z.infer<T> {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new GolemError(
    "bad-request",
    `The query does not fit: ${issue?.path.join(".")}: ${issue?.message}.`,
    { hint: "/docs says what there is." },
  );
}
