/** The fuzzers find planted faults of every kind, make the same inputs again, and leave the real parsers alone. */
import { describe, expect, it } from "vitest";
import { areaNames, getAreaModule } from "../../fuzz/area.ts";
import {
  type Corpus,
  createInput,
  type InputPlan,
  type Mutation,
  minimise,
  planInput,
} from "../../fuzz/mutations.ts";
import { fuzzArea } from "../../fuzz/watch.ts";
import { createRandom } from "../../src/core/random.ts";

const corpus: Corpus = new Map([
  ["json", new TextEncoder().encode('{"a":[1,2,"three"],"b":true}')],
  ["bytes", Uint8Array.from({ length: 100 }, (_, i) => i)],
]);
const faulty = new URL("../support/faulty-area.ts", import.meta.url).href;

it("makes the same inputs from a seed and a number, and others from others", () => {
  const make = (seed: number, index: number) =>
    createInput(corpus, planInput(corpus, createRandom(seed, index)));
  const inputs = Array.from({ length: 300 }, (_, i) => make(1, i));
  expect(Array.from({ length: 300 }, (_, i) => make(1, i))).toEqual(inputs);
  expect(make(2, 0)).not.toEqual(inputs[0]);
  expect(new Set(inputs.map((bytes) => Buffer.from(bytes).toString("hex"))).size).toBeGreaterThan(200);
});

it.each<[Mutation, number[]]>([
  [{ kind: "flip", at: 1, bit: 3 }, [0, 9, 2, 3]],
  [{ kind: "truncate", length: 2 }, [0, 1]],
  [{ kind: "zero", at: 2, length: 9 }, [0, 1, 0, 0]],
  [{ kind: "duplicate", at: 1, length: 2 }, [0, 1, 2, 1, 2, 3]],
  [{ kind: "remove", at: 1, length: 2 }, [0, 3]],
  [{ kind: "integer", at: 2, width: 4, value: "4294967295", littleEndian: true }, [0, 1, 255, 255]],
  [{ kind: "integer", at: 0, width: 2, value: "258", littleEndian: false }, [1, 2, 2, 3]],
  [{ kind: "splice", at: 3, source: "json", from: 1, length: 3 }, [0, 1, 2, 34, 97, 34]],
])("carries out %j", (mutation, expected) => {
  const small: Corpus = new Map([...corpus, ["small", Uint8Array.of(0, 1, 2, 3)]]);
  expect([...createInput(small, { base: "small", mutations: [mutation] })]).toEqual(expected);
});

it("replaces tokens of JSON", () => {
  const mutations: Mutation[] = [{ kind: "token", at: 6, value: "null" }];
  expect(Buffer.from(createInput(corpus, { base: "json", mutations })).toString()).toBe(
    '{"a":[null,2,"three"],"b":true}',
  );
});

it("leaves out what a failure does not need", async () => {
  const flip = (at: number): Mutation => ({ kind: "flip", at, bit: 0 });
  const plan = { base: "bytes", mutations: [flip(1), flip(2), flip(3)] };
  const fails = async (each: InputPlan) => createInput(corpus, each)[2] === 3;
  expect((await minimise(plan, fails)).mutations).toEqual([flip(2)]);
});

describe("in watched processes", () => {
  it("finds raw errors, crashes and hangs, and goes on behind them", async () => {
    const options = { module: faulty, seed: 26, count: 60, seconds: 100, hangSeconds: 1 };
    const { findings, inputs, counts } = await fuzzArea(options);
    expect([...new Set(findings.map(({ kind }) => kind))].sort()).toEqual(["crash", "hang", "raw error"]);
    expect(counts.accepted).toBeGreaterThan(0);
    expect(inputs).toBe(60);
    for (const { kind, plan, bytes } of findings) {
      expect([1, 2]).toContain(plan!.mutations.length);
      expect(Buffer.from(bytes!, "base64")[0]).toBe(
        { crash: 0x2c, hang: 0x2a, "raw error": 0x2f, memory: 0 }[kind],
      );
    }
  });

  it.each(areaNames)("%s finds no fault in a few inputs", async (name) => {
    const result = await fuzzArea({ module: getAreaModule(name), seed: 0, count: 60, seconds: 60 });
    expect(result.findings).toEqual([]);
    expect(result.inputs).toBe(60);
    expect(result.counts.accepted).toBeGreaterThan(0);
  });
});
