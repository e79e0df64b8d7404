import { expect, it } from "vitest";
import { errorReference } from "./error-reference.ts";

it("gives every code a cause and a remedy, as sentences", () => {
  for (const [code, { cause, remedy }] of Object.entries(errorReference)) {
    for (const text of [cause, remedy]) expect(text, code).toMatch(/^[A-Z`].{15,}\.$/);
  }
});
