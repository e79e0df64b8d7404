/** Loading damaged, inconsistent and malicious heads. */
import { describe, expect, test } from "vitest";
import { GolemError } from "../core/error.ts";
import { createRandom } from "../core/random.ts";
import { createMatrix } from "../math/matrix.ts";
import type { SavedHead, Tensor } from "./head.ts";
import { trainHead } from "./registry.ts";
import { loadHead, saveHead } from "./saved-head.ts";

const random = createRandom(1);
const embeddings = createMatrix(9, 5, Float32Array.from({ length: 45 }, random.normal));
const labels = [0, 1, 2, 0, 1, 2, 0, 1, 2];
const linear = saveHead(trainHead("linear", embeddings, labels, 3, { seed: 0, epochs: 3 }));
const mlp = saveHead(trainHead("mlp", embeddings, labels, 3, { seed: 0, epochs: 3, hidden: [4, 6] }));

type Tensors = Record<string, Tensor>;

function expectDamaged(saved: unknown, message: RegExp): void {
  let thrown: unknown;
  try {
    loadHead(saved as SavedHead);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(GolemError);
  expect((thrown as GolemError).code).toBe("golem-damaged");
  expect((thrown as GolemError).message).toMatch(message);
}

describe("layout", () => {
  test("of one layer is torch.nn.Linear's", () => {
    const shapes = Object.fromEntries(
      Object.entries(linear.tensors).map(([name, { shape }]) => [name, shape]),
    );
    expect(shapes).toEqual({ weight: [3, 5], bias: [3], mean: [5], scale: [5] });
  });

  test("of several layers is torch.nn.Sequential's", () => {
    const shapes = Object.fromEntries(Object.entries(mlp.tensors).map(([name, { shape }]) => [name, shape]));
    expect(shapes).toEqual({
      "0.weight": [4, 5],
      "0.bias": [4],
      "2.weight": [6, 4],
      "2.bias": [6],
      "4.weight": [3, 6],
      "4.bias": [3],
      mean: [5],
      scale: [5],
    });
    expect(loadHead(mlp).computeLogits(embeddings).columns).toBe(3);
  });

  test("an mlp without hidden layers is one layer", () => {
    const flat = trainHead("mlp", embeddings, labels, 3, { seed: 0, epochs: 2, hidden: [] });
    expect(Object.keys(flat.saved.tensors)).toContain("weight");
    expect(loadHead(flat.saved).computeLogits(embeddings)).toEqual(flat.computeLogits(embeddings));
  });
});

describe("rejected", () => {
  const withMeta = (changes: object): unknown => ({ ...linear, meta: { ...linear.meta, ...changes } });
  const withTensors = (change: (tensors: Tensors) => void, base = linear): unknown => {
    const tensors: Tensors = { ...base.tensors };
    change(tensors);
    return { ...base, tensors };
  };

  test.each([
    ["nothing", undefined, /description of the head is missing/],
    ["no meta", { tensors: {} }, /description of the head is missing/],
    ["no tensors", { meta: linear.meta }, /tensors of the head are missing/],
    ["an unknown kind", withMeta({ kind: "forest" }), /kind of the head is forest/],
    ["an inherited kind", withMeta({ kind: "toString" }), /kind of the head is toString/],
    ["a huge size", withMeta({ features: 2 ** 53 }), /features of the head/],
    [
      "a wrong size",
      withMeta({ features: 1e12 }),
      /Tensor weight has shape \[3,5\]; expected \[3,1000000000000\]/,
    ],
    ["a size as text", withMeta({ classes: "3" }), /classes of the head is 3/],
    ["one class", withMeta({ classes: 1 }), /classes of the head is 1/],
    ["other classes", withMeta({ classes: 4 }), /expected \[4,5\]/],
    ["normalise missing", withMeta({ normalise: undefined }), /normalise of the head/],
    ["facts that are objects", withMeta({ facts: { a: {} } }), /Fact a/],
    ["facts missing", withMeta({ facts: null }), /facts of the head/],
  ])("%s", (_, saved, message) => expectDamaged(saved, message));

  test("tensors that are missing, superfluous, of a wrong shape, or not finite", () => {
    expectDamaged(
      withTensors((t) => delete t.bias),
      /bias/,
    );
    expectDamaged(
      withTensors((t) => delete t.mean),
      /no tensor mean/,
    );
    expectDamaged(
      withTensors((t) => (t.extra = t.mean!)),
      /no tensor extra/,
    );
    expectDamaged(
      withTensors((t) => (t.weight = { shape: [5, 3], data: t.weight!.data })),
      /shape \[5,3\]/,
    );
    expectDamaged(
      withTensors((t) => (t.weight = { shape: [3, 6], data: t.weight!.data })),
      /holds 15 values/,
    );
    expectDamaged(
      withTensors((t) => (t.weight = { shape: [-3, -5], data: t.weight!.data })),
      /holds 15/,
    );
    expectDamaged(
      withTensors((t) => (t.weight = { shape: [15], data: t.weight!.data })),
      /expected \[3,5\]/,
    );
    expectDamaged(
      withTensors((t) => (t.bias = { shape: [3], data: Float32Array.of(0, Number.NaN, 1) })),
      /NaN at 1/,
    );
    expectDamaged(
      withTensors((t) => (t.scale = { shape: [5], data: new Float32Array(5) })),
      /scale is 0/,
    );
    expectDamaged(
      withTensors((t) => (t.bias = { shape: [3], data: [1, 2, 3] } as unknown as Tensor)),
      /float32/,
    );
    expectDamaged(
      withTensors((t) => (t.bias = null as unknown as Tensor)),
      /float32/,
    );
    expectDamaged(
      withTensors((t) => delete t["2.bias"], mlp),
      /2\.bias is missing/,
    );
    expectDamaged(
      withTensors((t) => delete t["2.weight"], mlp),
      /0\.weight|2\.|shape/,
    );
    expectDamaged(
      withTensors((t) => delete t["0.bias"], mlp),
      /0\.bias is missing/,
    );
    expectDamaged({ tensors: mlp.tensors, meta: { ...mlp.meta, kind: "linear" } }, /has one layer/);
  });

  test("tensors named like members of Object.prototype", () => {
    const tensors = JSON.parse('{"__proto__": {"shape": [1], "data": []}}') as Tensors;
    expectDamaged({ meta: linear.meta, tensors: { ...linear.tensors, ...tensors } }, /./);
    expectDamaged(
      withTensors((t) => Object.assign(t, { constructor: t.mean })),
      /no tensor constructor/,
    );
  });
});
