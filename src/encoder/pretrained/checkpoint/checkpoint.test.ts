/**
 * Checkpoints: every layout and element type gives the right numbers; hostile files are rejected, and no code
 * in them runs.
 */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { fixtureSource, memorySource, safetensorsBytes } from "../../../../test/support/checkpoint-files.ts";
import { scaleRuns } from "../../../../test/support/effort.ts";
import { GolemError } from "../../../core/error.ts";
import { openCheckpoint } from "./open-checkpoint.ts";
import { unpickle } from "./pickle.ts";
import { unpickleTensors } from "./torch-pickle.ts";

const halves = [0, 0.5, 1, 1.5, 2, 2.5];
const open = (name: string, bytes: Uint8Array) => openCheckpoint({ [name]: memorySource(name, bytes) });

describe("PyTorch files", () => {
  it.each(["torch.bin", "torch-legacy.bin"])("reads every type and stride of %s", async (file) => {
    const source = await fixtureSource(file, "pytorch_model.bin");
    const checkpoint = await openCheckpoint({ "pytorch_model.bin": source });
    const read = async (name: string) => [...(await checkpoint.readTensor(name))];
    for (const name of ["float", "double", "half", "bfloat16", "transposed", "parameter", "part"]) {
      expect(checkpoint.getShape(name), name).toEqual([2, 3]);
      expect(await read(name), name).toEqual(halves);
    }
    expect(await read("other_part")).toEqual(halves.map((value) => value - 3));
    expect(await read("long")).toEqual([0, 1, 2, 3, 4, 5]);
    expect(checkpoint.getShape("scalar")).toEqual([]);
    expect(await read("scalar")).toEqual([7.5]);
    expect(checkpoint.names).toHaveLength(10);
    await expect(checkpoint.readTensor("none")).rejects.toMatchObject({ code: "weights-damaged" });
  });

  it.each(["torch.bin", "torch-legacy.bin"])("survives damage anywhere in %s", async (file) => {
    const source = await fixtureSource(file, "pytorch_model.bin");
    const bytes = await source.read(0, source.byteLength);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: bytes.length - 1 }),
        fc.integer({ min: 0, max: 255 }),
        fc.boolean(),
        async (position, value, cut) => {
          const changed = cut ? bytes.slice(0, position) : bytes.slice();
          if (!cut) changed[position] = value;
          try {
            const checkpoint = await open("pytorch_model.bin", changed);
            for (const name of checkpoint.names) await checkpoint.readTensor(name);
          } catch (error) {
            expect(error).toBeInstanceOf(GolemError);
          }
        },
      ),
      { numRuns: scaleRuns(300) },
    );
  });

  /** Pickles as Python writes them for objects whose `__reduce__` names a callable. */
  const hostile: [string, string][] = [
    ["os.system", "\x80\x02cos\nsystem\nX\x02\0\0\0id\x85R."],
    ["posix.system", "\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R."],
    ["builtins.eval", "\x80\x02cbuiltins\neval\nX\x01\0\0\x001\x85R."],
    ["__builtin__.getattr", "c__builtin__\ngetattr\n."],
    ["subprocess.Popen", "\x80\x02(X\x01\0\0\0acsubprocess\nPopen\n)Rd."],
    ["torch.load", "\x80\x02ctorch\nload\nX\x01\0\0\0a\x85R."],
    ["collections.OrderedDict.__class__", "\x80\x04\x8c\x0bcollections\x8c\x15OrderedDict.__class__\x93."],
    ["torch.FloatStorage.__reduce__", "\x80\x04\x8c\x05torch\x8c\x17FloatStorage.__reduce__\x93."],
  ];
  it.each(hostile)("rejects a pickle that names %s, and states the name", (name, pickle) => {
    const bytes = Uint8Array.from(pickle, (character) => character.charCodeAt(0));
    expect(() => unpickleTensors(bytes, "pytorch_model.bin")).toThrow(
      expect.objectContaining({ code: "weights-damaged", message: expect.stringContaining(`'${name}'`) }),
    );
  });

  it.each([
    ["INST", "(ios\nsystem\n."],
    ["OBJ", "(cos\nsystem\no."],
    ["NEWOBJ", "ccollections\nOrderedDict\n)\x81."],
    ["an extension", "\x82\x01."],
    ["a text persistent id", "Pabc\n."],
    ["a call of a value that is not a function", "\x80\x02K\x01)R."],
    ["a call of a storage type", "\x80\x02ctorch\nFloatStorage\n)R."],
    ["an empty memo slot", "h\x01."],
    ["an empty stack", "."],
    ["a missing mark", "t."],
    ["items of a number", "K\x01K\x02K\x03s."],
    ["no end", "\x80\x02K\x01"],
    ["a text past the end", "X\xff\xff\xff\x7fa."],
    ["over a million instructions", "N0".repeat(500_001)],
    ["a shape that contains itself", "ctorch._utils\n_rebuild_tensor_v2\n(NK\x00]q\x00h\x00a)tR."],
    [
      "a shape of 2^60 lists",
      `ctorch._utils\n_rebuild_tensor_v2\n(NK\x00]q\x00${"0]h\x00ah\x00aq\x00".repeat(60)})tR.`,
    ],
    [
      "a shape nested 200,000 deep",
      `ctorch._utils\n_rebuild_tensor_v2\n(NK\x00)${"\x85".repeat(200_000)})tR.`,
    ],
    ["a global named by lists", `]q\x00${"0]h\x00ah\x00aq\x00".repeat(60)}K\x01\x93.`],
    ["a long of 200 bytes", `\x8a\xc8${"\x01".repeat(200)}.`],
  ])("rejects %s", (_, pickle) => {
    const bytes = Uint8Array.from(pickle, (character) => character.charCodeAt(0));
    expect(() => unpickleTensors(bytes, "x")).toThrow(expect.objectContaining({ code: "weights-damaged" }));
  });

  it("keeps names in messages short", () => {
    const bytes = new TextEncoder().encode(`c${"x".repeat(1_000_000)}\ny\n.`);
    try {
      unpickleTensors(bytes, "x");
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(400);
    }
  });

  it("rejects tensors that reach past their storage", () => {
    const storage = (id: unknown) => ({
      kind: "storage" as const,
      key: "0",
      type: "F32" as const,
      elements: 4,
      id,
    });
    const globals = new Map();
    expect(() =>
      unpickle(Uint8Array.of(0x4e, 0x51, 0x2e), { file: "x", globals, loadPersistent: storage }),
    ).not.toThrow();
    const text =
      "\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(" +
      "(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x04tQ" +
      "K\x01K\x04\x85K\x01\x85\x89}tR.";
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    expect(() => unpickleTensors(bytes, "x")).toThrow("reaches past its storage of 4");
  });

  test.prop([fc.uint8Array({ maxLength: 60 })])("any bytes give a value or a GolemError", (bytes) => {
    try {
      unpickleTensors(bytes, "x");
    } catch (error) {
      expect(error).toBeInstanceOf(GolemError);
    }
  });
});

describe("safetensors files", () => {
  it("reads float types tensor by tensor", async () => {
    const data = new Uint8Array(8 + 4 + 4 + 8);
    const view = new DataView(data.buffer);
    view.setFloat32(0, 1.5, true);
    view.setFloat32(4, -2, true);
    view.setUint16(8, 0x3e00, true); // 1.5 in binary16
    view.setUint16(10, 0x8001, true); // -2^-24, subnormal
    view.setUint16(12, 0x3fc0, true); // 1.5 in bfloat16
    view.setUint16(14, 0xff80, true); // -Infinity
    view.setFloat64(16, 0.25, true);
    const checkpoint = await open(
      "model.safetensors",
      safetensorsBytes(
        {
          __metadata__: { format: "pt" },
          a: { dtype: "F32", shape: [2], data_offsets: [0, 8] },
          b: { dtype: "F16", shape: [2], data_offsets: [8, 12] },
          c: { dtype: "BF16", shape: [2, 1], data_offsets: [12, 16] },
          d: { dtype: "F64", shape: [], data_offsets: [16, 24] },
        },
        data,
      ),
    );
    expect(checkpoint.names).toEqual(["a", "b", "c", "d"]);
    expect([...(await checkpoint.readTensor("a"))]).toEqual([1.5, -2]);
    expect([...(await checkpoint.readTensor("b"))]).toEqual([1.5, -(2 ** -24)]);
    expect([...(await checkpoint.readTensor("c"))]).toEqual([1.5, Number.NEGATIVE_INFINITY]);
    expect([...(await checkpoint.readTensor("d"))]).toEqual([0.25]);
    expect(checkpoint.getShape("c")).toEqual([2, 1]);
  });

  const entry = (change: object) => ({ a: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...change } });
  it.each([
    ["nothing", new Uint8Array(0)],
    ["a header of 2^63 bytes", Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128, 123, 125)],
    ["a header that is not JSON", safetensorsBytes("{", new Uint8Array(8))],
    ["a header that is a list", safetensorsBytes([], new Uint8Array(8))],
    ["an entry that is null", safetensorsBytes({ a: null }, new Uint8Array(8))],
    ["an unknown type", safetensorsBytes(entry({ dtype: "F8_E4M3" }), new Uint8Array(8))],
    ["a type from the prototype", safetensorsBytes(entry({ dtype: "toString" }), new Uint8Array(8))],
    ["a negative size", safetensorsBytes(entry({ shape: [-2] }), new Uint8Array(8))],
    ["a huge shape", safetensorsBytes(entry({ shape: [1e15, 1e15] }), new Uint8Array(8))],
    ["a shape of many dimensions", safetensorsBytes(entry({ shape: Array(9).fill(1) }), new Uint8Array(8))],
    ["offsets past the end", safetensorsBytes(entry({}), new Uint8Array(7))],
    [
      "offsets that do not fit the shape",
      safetensorsBytes(entry({ data_offsets: [0, 4] }), new Uint8Array(8)),
    ],
    ["offsets that are text", safetensorsBytes(entry({ data_offsets: ["0", 8] }), new Uint8Array(8))],
    ["overlap", safetensorsBytes({ ...entry({}), b: entry({}).a }, new Uint8Array(8))],
  ])("rejects %s", async (_, bytes) => {
    await expect(open("model.safetensors", bytes)).rejects.toMatchObject({ code: "weights-damaged" });
  });
});

describe("sharded checkpoints", () => {
  const shard = (name: string, tensor: string, value: number) =>
    memorySource(
      name,
      safetensorsBytes(
        { [tensor]: { dtype: "F32", shape: [1], data_offsets: [0, 4] } },
        new Uint8Array(Float32Array.of(value).buffer),
      ),
    );
  const index = (map: unknown) =>
    memorySource(
      "model.safetensors.index.json",
      new TextEncoder().encode(JSON.stringify({ weight_map: map })),
    );
  const [one, two] = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
  const sources = { [one]: shard(one, "a", 1), [two]: shard(two, "b", 2) };

  it("reads each tensor from its shard", async () => {
    const checkpoint = await openCheckpoint({
      ...sources,
      "model.safetensors.index.json": index({ a: one, b: two }),
    });
    expect([...(await checkpoint.readTensor("a")), ...(await checkpoint.readTensor("b"))]).toEqual([1, 2]);
    expect(checkpoint.names).toEqual(["a", "b"]);
    expect(checkpoint.getShape("c")).toBeUndefined();
  });

  it("reads shards of PyTorch files", async () => {
    const name = "pytorch_model-00001-of-00001.bin";
    const checkpoint = await openCheckpoint({
      [name]: await fixtureSource("torch.bin", name),
      "pytorch_model.bin.index.json": memorySource(
        "pytorch_model.bin.index.json",
        new TextEncoder().encode(JSON.stringify({ weight_map: { half: name } })),
      ),
    });
    expect([...(await checkpoint.readTensor("half"))]).toEqual(halves);
  });

  it.each([
    ["a missing shard", { a: one, c: "model-00003-of-00002.safetensors" }, "weights-missing"],
    ["a tensor that is not in its shard", { a: two }, "weights-damaged"],
    ["a file outside the folder", { a: "../model.safetensors" }, "weights-damaged"],
    ["a file that is a number", { a: 1 }, "weights-damaged"],
    ["no map", null, "weights-damaged"],
  ])("rejects %s", async (_, map, code) => {
    const files = { ...sources, "model.safetensors.index.json": index(map) };
    await expect(openCheckpoint(files)).rejects.toMatchObject({ code });
  });

  it("lists the expected files when there are no weights", async () => {
    await expect(
      openCheckpoint({ "tf_model.h5": memorySource("tf_model.h5", new Uint8Array(1)) }),
    ).rejects.toThrow("expected one of model.safetensors");
  });
});
