import { expect, it } from "vitest";
import { errorReference } from "./error-reference.ts";

it("gives every code a cause and a cure, as sentences", () => {
  for (const [code, { cause, cure }] of Object.entries(errorReference)) {
    for (const text of [cause, cure]) expect(text, code).toMatch(/^[A-Z`].{15,}\.$/);
  }
});
