/** Problem documents: what they reveal, and their headers. */
import { expect, it } from "vitest";
import { createProblem, getProblemHeaders, statusOfCode } from "./problem.ts";

const create = (code: string) => createProblem({ code, message: "found it", hint: "do that" }, "1-2");

it.each(Object.entries(statusOfCode))(
  "%s is %i, and reveals its message unless the server is at fault",
  (code, status) => {
    expect(create(code)).toMatchObject({
      ...{
        type: `/docs#${code}`,
        status,
        code,
        instance: "urn:uuid:1-2",
        title: expect.stringMatching(/\w/),
      },
      ...(status === 500
        ? { detail: "The server failed; see its log.", hint: "" }
        : { detail: "found it", hint: "do that" }),
    });
  },
);

it("is 500 for an unknown code", () => {
  expect(create("surprise")).toMatchObject({ status: 500, hint: "" });
});

it("states when to retry and how to authenticate", () => {
  const headers = (code: string) => getProblemHeaders(create(code), 7);
  expect(headers("overloaded")["retry-after"]).toBe("7");
  expect(headers("too-many-requests")["retry-after"]).toBe("7");
  expect(headers("unauthorised")["www-authenticate"]).toContain("Bearer");
  expect(headers("not-found")).toEqual({
    "content-type": "application/problem+json",
    "cache-control": "no-store",
  });
});
