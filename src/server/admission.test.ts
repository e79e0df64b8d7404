/** Limits on concurrent work: the total, and each client's share. */
import { expect, it } from "vitest";
import { createAdmission } from "./admission.ts";

it("admits up to the limit, and more after work is finished", () => {
  const admission = createAdmission({ limit: 2, clientShare: 1 }, "requests are at work");
  const done = admission.enter("a");
  admission.enter("b");
  expect(admission.getCount()).toBe(2);
  for (const act of [admission.check, admission.enter]) {
    expect(() => act("c")).toThrow(
      expect.objectContaining({
        code: "overloaded",
        message: expect.stringContaining("2 requests are at work"),
      }),
    );
  }
  done();
  done();
  expect(admission.getCount()).toBe(1);
  expect(() => admission.check("c")).not.toThrow();
});

it.each([
  [4, 0.5, 2],
  [3, 0.5, 1],
  [2, 0.1, 1],
])("with the limit %i and the share %d admits %i for one client", (limit, clientShare, share) => {
  const admission = createAdmission({ limit, clientShare }, "streams are open");
  const done = Array.from({ length: share }, () => admission.enter("a"));
  expect(() => admission.enter("a")).toThrow(expect.objectContaining({ code: "too-many-requests" }));
  expect(() => admission.enter("b")).not.toThrow();
  done[0]!();
  expect(() => admission.enter("a")).not.toThrow();
});

it("does not count rejected work", () => {
  const admission = createAdmission({ limit: 1, clientShare: 1 }, "requests are at work");
  const done = admission.enter("a");
  expect(() => admission.enter("a")).toThrow();
  done();
  expect(admission.getCount()).toBe(0);
  expect(admission.getRetrySeconds()).toBe(1);
});
