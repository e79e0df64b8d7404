import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { createLogSink } from "./log-sink.ts";

it.skipIf(process.platform !== "linux")(
  "drops and counts lines that cannot be written to a full disk",
  async () => {
    const full = createWriteStream("/dev/full");
    await once(full, "open");
    const sink = createLogSink(full);
    sink.write("one\n");
    await expect.poll(sink.getDropped).toBe(1);
    sink.write("two\n");
    await expect.poll(sink.getDropped).toBe(2);
  },
);

it("cuts long lines", () => {
  let text = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  createLogSink(stream).write(`${JSON.stringify({ path: "x".repeat(100_000) })}\n`);
  expect(text.length).toBeLessThan(8192);
  expect(JSON.parse(text)).toMatchObject({ cut: 100_012, msg: "a log line was too long" });
});

it("escapes control characters of terminals", () => {
  let text = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  const name = "a\u007f\u009b31m\u202eb";
  createLogSink(stream).write(`${JSON.stringify({ name })}\n`);
  expect(text).toBe('{"name":"a\\u007f\\u009b31m\\u202eb"}\n');
  expect(JSON.parse(text)).toEqual({ name });
});
