/**
 * Reading recordings from requests: raw bodies and forms, cut into any pieces, and bodies that are neither.
 */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { createIncoming } from "../../test/support/incoming-message.ts";
import { GolemError } from "../core/error.ts";
import { openRecording, readRecordings } from "./recordings.ts";

const type = "multipart/form-data; boundary=edge";
const createLimits = (maximumFiles = 3) => ({
  body: { maximumBytes: 100_000, budget: { limit: 100_000, used: 0 } },
  maximumFiles,
});
const file = (name: string, content: string) =>
  `--edge\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: audio/wav\r\n\r\n${content}\r\n`;
const field = (content: string) =>
  `--edge\r\nContent-Disposition: form-data; name="note"\r\n\r\n${content}\r\n`;
const end = "--edge--\r\n";

function read(text: string, cuts: readonly number[] = [], contentType = type, maximumFiles?: number) {
  const bytes = Buffer.from(text, "utf8");
  const edges = [0, ...[...cuts].map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const chunks = edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge));
  const incoming = createIncoming(
    chunks.filter(({ length }) => length > 0),
    { "content-type": contentType },
  );
  return readRecordings(incoming, undefined, createLimits(maximumFiles));
}

const form = `preamble\r\n${file("one.wav", "first\r\n--edg of it")}${field("ignored")}${file("C:\\\\a\\\\t%22wo.wav", "")}${end}epilogue`;
const cuts = fc.array(fc.nat({ max: 1000 }), { maxLength: 40 });

describe("a form", () => {
  test.prop([cuts])("gives the same files for any division into chunks", async (places) => {
    const { files, isForm, byteLength } = await read(form, places);
    expect(files.map(({ name, bytes }) => [name, Buffer.from(bytes).toString()])).toEqual([
      ["one.wav", "first\r\n--edg of it"],
      ['t"wo.wav', ""],
    ]);
    expect([isForm, byteLength]).toEqual([true, 18]);
  });

  test.prop([fc.nat({ max: 400 }), fc.integer({ min: 0, max: 255 })])(
    "gives files or a GolemError if a byte is changed",
    async (place, value) => {
      const bytes = Buffer.from(form);
      bytes[place % bytes.length] = value;
      try {
        await read(bytes.toString("latin1"));
      } catch (error) {
        expect(error).toBeInstanceOf(GolemError);
      }
    },
  );

  it.each([
    ["without its boundary", "nothing here", type, "bad-request"],
    ["without a boundary in its type", form, "multipart/form-data", "bad-request"],
    ["cut off", file("a.wav", "1"), type, "bad-request"],
    ["without a file", field("x") + end, type, "bad-request"],
    ["with a part without disposition", `--edge\r\nX: y\r\n\r\n1\r\n${end}`, type, "bad-request"],
    ["with endless headers", `--edge\r\nX: ${"y".repeat(20_000)}\r\n\r\n1\r\n${end}`, type, "bad-request"],
    ["with too many fields", field("x").repeat(101) + end, type, "bad-request"],
    ["with too many files", file("a.wav", "1").repeat(4) + end, type, "too-large"],
    ["that is text", "hello", "text/plain", "unsupported-media-type"],
  ])("%s is rejected", async (_, text, contentType, code) => {
    await expect(read(text, [], contentType)).rejects.toMatchObject({ code });
  });
});

describe("a raw body", () => {
  it("is one recording, with the given name", async () => {
    const limits = createLimits();
    const incoming = createIncoming([Buffer.from("ab"), Buffer.from("c")], { "content-type": "audio/wav" });
    const recordings = await readRecordings(incoming, "take.wav", limits);
    expect(recordings.files).toEqual([{ name: "take.wav", bytes: new Uint8Array(Buffer.from("abc")) }]);
    expect([recordings.isForm, limits.body.budget.used]).toEqual([false, 3]);
    recordings.release();
    expect(limits.body.budget.used).toBe(0);
  });

  it("is rejected if it is encoded", async () => {
    const incoming = createIncoming([], { "content-encoding": "gzip" });
    await expect(readRecordings(incoming, undefined, createLimits())).rejects.toMatchObject({
      code: "unsupported-media-type",
      message: expect.stringContaining("gzip"),
    });
  });
});

it("is read while it arrives, and a second file is rejected", async () => {
  const limits = createLimits();
  const incoming = createIncoming(
    [Buffer.from(file("a.wav", "12")), Buffer.from(file("b.wav", "34") + end)],
    { "content-type": type },
  );
  const recording = openRecording(incoming, undefined, limits.body, "--max-stream");
  const names: string[] = [];
  const work = async () => {
    for await (const { name, pieces } of recording.files) {
      names.push(name);
      for await (const piece of pieces) recording.giveBack(piece.length);
    }
  };
  await expect(work()).rejects.toMatchObject({ code: "too-large" });
  expect(names).toEqual(["a.wav"]);
  recording.release();
  expect(limits.body.budget.used).toBe(0);
});

describe("a body that is not a recording", () => {
  const picture = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), Buffer.alloc(2000)]);
  async function* endless(): AsyncGenerator<Buffer> {
    yield picture;
    // The rest never arrives.
    await new Promise(() => {});
  }
  const limits = createLimits();

  it("is rejected before the rest is read, for predictions and for streams", async () => {
    const incoming = () => createIncoming(endless(), { "content-type": "audio/wav" });
    await expect(readRecordings(incoming(), undefined, limits)).rejects.toMatchObject({
      code: "not-audio",
      message: "The body is a PNG picture; expected a recording.",
    });
    const { files, release } = openRecording(incoming(), undefined, limits.body, "--max-stream");
    const readAll = async () => {
      for await (const { pieces } of files) for await (const _ of pieces);
    };
    await expect(readAll()).rejects.toMatchObject({ code: "not-audio" });
    release();
    expect(limits.body.budget.used).toBe(0);
  });

  it("is rejected as the only file of a form for a stream; each of several files has its own answer", async () => {
    const content = "just a text, longer than a header";
    const incoming = () =>
      createIncoming([Buffer.from(file("a.wav", content) + end)], { "content-type": type });
    const { files } = openRecording(incoming(), undefined, limits.body, "--max-stream");
    const readAll = async () => {
      for await (const { pieces } of files) for await (const _ of pieces);
    };
    await expect(readAll()).rejects.toMatchObject({ code: "not-audio", message: /is text/ });
    expect((await readRecordings(incoming(), undefined, limits)).files).toHaveLength(1);
  });
});
