/** Limits on bodies: bytes of one body, bytes of all, time, and senders that disconnect. */
import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { createIncoming } from "../../../test/support/incoming-message.ts";
import { openBody } from "./request-body.ts";

const chunk = (bytes: number) => new Uint8Array(bytes).fill(1);
const createLimits = (maximumBytes: number, limit = 1000) => ({ maximumBytes, budget: { limit, used: 0 } });

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const { length: bytes } of chunks) length += bytes;
  return length;
}

it("counts bytes in memory against the budget until they are given back", async () => {
  const limits = createLimits(100);
  const body = openBody(createIncoming([chunk(40), chunk(60)]), limits);
  expect(await readAll(body.chunks)).toBe(100);
  expect(limits.budget.used).toBe(100);
  body.giveBack(30);
  expect(limits.budget.used).toBe(70);
  body.giveBack(1000);
  expect(limits.budget.used).toBe(0);
  body.release();
  expect(limits.budget.used).toBe(0);
});

it.each([
  ["announced", { "content-length": "101" }, [chunk(1)]],
  ["not announced", {}, [chunk(60), chunk(41)]],
])("rejects a body that is too long, %s", async (_, headers, chunks) => {
  const limits = createLimits(100);
  const body = openBody(createIncoming(chunks, headers), limits, "--max-stream");
  await expect(readAll(body.chunks)).rejects.toMatchObject({
    code: "too-large",
    hint: expect.stringContaining("--max-stream"),
  });
  body.release();
  expect(limits.budget.used).toBe(0);
});

it("rejects a body that exceeds the budget left by all others", async () => {
  const limits = createLimits(100, 120);
  const first = openBody(createIncoming([chunk(100)]), limits);
  await readAll(first.chunks);
  const second = openBody(createIncoming([chunk(21)]), limits);
  await expect(readAll(second.chunks)).rejects.toMatchObject({ code: "overloaded" });
  first.release();
  expect(await readAll(openBody(createIncoming([chunk(100)]), limits).chunks)).toBe(100);
});

it("limits the time of the sender, not that of the reader", async () => {
  const limits = { ...createLimits(100), graceSeconds: 0.2 };
  const slow = openBody(
    createIncoming(
      (async function* () {
        yield chunk(1);
        await setTimeout(5000, undefined, { ref: false });
        yield chunk(1);
      })(),
    ),
    limits,
  );
  await expect(readAll(slow.chunks)).rejects.toMatchObject({ code: "request-timeout" });
  const fast = openBody(createIncoming([chunk(1), chunk(1)]), limits);
  let length = 0;
  for await (const { length: bytes } of fast.chunks) {
    length += bytes;
    await setTimeout(300);
  }
  expect(length).toBe(2);
});

it("distinguishes a truncated body from a complete one", async () => {
  const cut = openBody(createIncoming([chunk(1)], {}, true), createLimits(100));
  await expect(readAll(cut.chunks)).rejects.toMatchObject({ code: "aborted" });
  const broken = openBody(
    createIncoming(
      (async function* () {
        yield chunk(1);
        throw new Error("ECONNRESET");
      })(),
    ),
    createLimits(100),
  );
  await expect(readAll(broken.chunks)).rejects.toMatchObject({ code: "aborted" });
});
