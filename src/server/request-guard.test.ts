/** Accepts and rejects Host and Origin headers. */
import { describe, expect, it } from "vitest";
import { createRequestGuard } from "./request-guard.ts";

const guard = createRequestGuard({
  hosts: ["Golem.example:8080", "0.0.0.0"],
  origins: ["https://page.example"],
});

describe("Host", () => {
  it.each([
    "127.0.0.1:8080",
    "192.0.2.7",
    "[::1]:80",
    "localhost:1",
    "LOCALHOST",
    "golem.example",
    "golem.example:1",
  ])("accepts %s", (host) => expect(() => guard(host, undefined)).not.toThrow());
  it.each([
    undefined,
    "",
    "evil.example",
    "evil.example:8080",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "a b",
    "[::1",
    "127.0.0.1:123456",
  ])("refuses %s", (host) =>
    expect(() => guard(host, undefined)).toThrow(expect.objectContaining({ code: "forbidden" })),
  );
});

describe("Origin", () => {
  it.each(["https://page.example", "HTTPS://PAGE.example", "http://localhost:8080"])("accepts %s", (origin) =>
    expect(() => guard("localhost:8080", origin)).not.toThrow(),
  );
  it.each([
    "http://page.example",
    "https://page.example:1",
    "http://localhost",
    "https://localhost:8080",
    "null",
    "",
  ])("refuses %s", (origin) =>
    expect(() => guard("localhost:8080", origin)).toThrow(expect.objectContaining({ code: "forbidden" })),
  );
  it.each(["*", "page.example", "https://page.example/", "https://page.example/a"])(
    "is never %s, so it cannot be allowed",
    (origin) =>
      expect(() => createRequestGuard({ hosts: [], origins: [origin] })).toThrow(
        expect.objectContaining({ code: "invalid-option" }),
      ),
  );
});
