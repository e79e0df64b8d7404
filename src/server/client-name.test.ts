/** Determines which requests are counted as from one client. */
import { expect, it } from "vitest";
import { getClientName } from "./api-keys.ts";

it("is derived from the key if there is one, without revealing it", () => {
  const name = getClientName("a key of one client", "192.0.2.1");
  expect(name).toBe(getClientName("a key of one client", "192.0.2.2"));
  expect(name).not.toBe(getClientName("a key of another client", "192.0.2.1"));
  expect(name).not.toContain("somebody");
});

it.each([
  ["192.0.2.1", "192.0.2.1", true],
  ["192.0.2.1", "192.0.2.2", false],
  ["::ffff:192.0.2.1", "192.0.2.1", true],
  ["2001:db8:0:1::1", "2001:db8:0:1:2:3:4:5", true],
  ["2001:db8::1", "2001:db8:0:0:ffff::", true],
  ["2001:db8:0:1::1", "2001:db8:0:2::1", false],
  ["fe80::1%eth0", "fe80::2%eth0", true],
])("compares the addresses %s and %s", (one, other, isSame) => {
  expect(getClientName(undefined, one) === getClientName(undefined, other)).toBe(isSame);
});
