/** The contract of all kinds of heads. */
import { describe, expect, test } from "vitest";
import { GolemError } from "../core/error.ts";
import { createRandom, shuffle } from "../core/random.ts";
import { createMatrix, getRow, type Matrix, selectRows } from "../math/matrix.ts";
import { type Head, type HeadKind, headKinds } from "./head.ts";
import { trainHead } from "./registry.ts";
import { loadHead, saveHead } from "./saved-head.ts";
import { computeProbabilities } from "./softmax.ts";

interface Problem {
  embeddings: Matrix;
  labels: Int32Array;
  classes: number;
}

/** Well-separated Gaussian classes around random centres, with features of very different size. */
function createProblem(perClass: number, features: number, classes: number, seed = 1, distance = 3): Problem {
  const random = createRandom(seed, 77);
  const centres = Float64Array.from({ length: classes * features }, () => distance * random.normal());
  const rows = perClass * classes;
  const embeddings = createMatrix(rows, features);
  const labels = Int32Array.from({ length: rows }, (_, i) => i % classes);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < features; j++) {
      const size = 10 ** ((j % 5) - 2);
      embeddings.data[i * features + j] = size * (centres[labels[i]! * features + j]! + random.normal() + j);
    }
  }
  return { embeddings, labels, classes };
}

/**
 * The default learning rate of `linear` is meant for hundreds of features; the few here need larger steps.
 */
function getOptions(kind: HeadKind, seed = 3) {
  return kind === "linear" ? { seed, learningRate: 0.02 } : { seed };
}

function train(kind: HeadKind, { embeddings, labels, classes }: Problem, seed = 3): Head {
  return trainHead(kind, embeddings, labels, classes, getOptions(kind, seed));
}

function computeAccuracy(logits: Matrix, labels: Int32Array): number {
  let right = 0;
  for (const [i, label] of labels.entries()) {
    const row = getRow(logits, i);
    if (row.indexOf(Math.max(...row)) === label) right++;
  }
  return right / labels.length;
}

/** The code of the error that `work` throws. */
function getCode(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof GolemError) return error.code;
    throw error;
  }
  return "nothing was thrown";
}

describe.each(headKinds)("%s", (kind) => {
  const problem = createProblem(5, 24, 4);

  test("learns classes that are far apart, and classifies new rows correctly", () => {
    const head = train(kind, problem);
    expect(head.kind).toBe(kind);
    expect([head.features, head.classes]).toEqual([24, 4]);
    expect(computeAccuracy(head.computeLogits(problem.embeddings), problem.labels)).toBe(1);
    // The same centres, other noise: rows beyond the first 20 of a longer draw with the same seed.
    const longer = createProblem(30, 24, 4);
    const rows = Array.from({ length: 100 }, (_, i) => 20 + i);
    const fresh = selectRows(longer.embeddings, rows);
    const labels = Int32Array.from(rows, (row) => longer.labels[row]!);
    expect(computeAccuracy(head.computeLogits(fresh), labels)).toBeGreaterThan(0.95);
  });

  test("probabilities are not negative and sum to 1", () => {
    const logits = train(kind, problem).computeLogits(problem.embeddings);
    const { data, rows, columns } = computeProbabilities(logits);
    expect([rows, columns, data.length]).toEqual([20, 4, 80]);
    for (let i = 0; i < rows; i++) {
      const row = data.subarray(i * columns, (i + 1) * columns);
      expect([row.reduce((a, b) => a + b)]).toBeAllclose([1], { rtol: 1e-5 });
      expect(Math.min(...row)).toBeGreaterThanOrEqual(0);
    }
  });

  test("saved, sent as JSON and bytes, and loaded, predicts bitwise the same", () => {
    const head = train(kind, problem);
    const { tensors, meta } = saveHead(head);
    const copied = Object.fromEntries(
      Object.entries(tensors).map(([name, { shape, data }]) => [
        name,
        { shape: JSON.parse(JSON.stringify(shape)), data: new Float32Array(data.slice().buffer) },
      ]),
    );
    const loaded = loadHead({ tensors: copied, meta: JSON.parse(JSON.stringify(meta)) });
    const fresh = createProblem(3, 24, 4, 9).embeddings;
    expect(loaded.computeLogits(fresh).data).toEqual(head.computeLogits(fresh).data);
    expect(loaded.saved).toEqual(head.saved);
  });

  test("one row at a time gives the same as many rows", () => {
    const head = train(kind, problem);
    const together = head.computeLogits(problem.embeddings);
    for (const row of [0, 7, 19]) {
      const alone = head.computeLogits(selectRows(problem.embeddings, [row]));
      expect(alone.data).toEqual(getRow(together, row).slice());
    }
    expect(head.computeLogits(createMatrix(0, 24)).data.length).toBe(0);
  });

  test("the same seed gives the same bytes, whatever was trained in between", () => {
    const first = train(kind, problem);
    train(kind, createProblem(4, 11, 3, 5), 8);
    expect(train(kind, problem).saved).toEqual(first.saved);
  });

  test.each([
    ["one feature", createProblem(6, 1, 2, 3, 6)],
    ["two classes", createProblem(4, 30, 2)],
    ["30 classes of two rows", createProblem(2, 40, 30)],
    ["one row per class", createProblem(1, 12, 5)],
    ["more rows than features", createProblem(20, 6, 3)],
  ])("%s", (_, shaped) => {
    const head = train(kind, shaped);
    const logits = head.computeLogits(shaped.embeddings);
    expect([logits.rows, logits.columns]).toEqual([shaped.labels.length, shaped.classes]);
    expect(logits.data.every(Number.isFinite)).toBe(true);
    expect(computeAccuracy(logits, shaped.labels)).toBeGreaterThan(0.8);
    for (const values of Object.values(head.saved.tensors)) {
      expect(values.data.length).toBe(values.shape.reduce((a, b) => a * b, 1));
    }
  });

  test("constant features have no influence, even if all are constant", () => {
    const { embeddings, labels } = createProblem(5, 8, 3);
    for (let i = 0; i < embeddings.rows; i++) embeddings.data[i * 8 + 2] = 0.1;
    const head = train(kind, { embeddings, labels, classes: 3 });
    expect(head.saved.tensors.scale!.data[2]).toBe(1);
    expect(computeAccuracy(head.computeLogits(embeddings), labels)).toBe(1);

    const flat = createMatrix(6, 4, new Float32Array(24).fill(0.1));
    const flatHead = train(kind, { embeddings: flat, labels: Int32Array.of(0, 1, 2, 0, 1, 2), classes: 3 });
    const { data } = computeProbabilities(flatHead.computeLogits(flat));
    expect(data.every(Number.isFinite)).toBe(true);
  });

  test("without standardisation, mean is 0 and scale is 1", () => {
    const head = trainHead(kind, problem.embeddings, problem.labels, 4, { seed: 0, standardise: false });
    expect(head.saved.tensors.mean!.data).toEqual(new Float32Array(24));
    expect(head.saved.tensors.scale!.data).toEqual(new Float32Array(24).fill(1));
  });

  test("standardisation makes the units of features irrelevant", () => {
    const head = train(kind, problem);
    const scaled = createMatrix(20, 24);
    for (const [i, value] of problem.embeddings.data.entries()) scaled.data[i] = value * 2 ** ((i % 24) - 12);
    const other = train(kind, { ...problem, embeddings: scaled });
    expect(other.computeLogits(scaled).data).toBeAllclose(head.computeLogits(problem.embeddings).data, {
      rtol: 1e-4,
      atol: 1e-4,
    });
  });

  test("invalid training rows are rejected with a reason", () => {
    const { embeddings, labels } = problem;
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const damaged = createMatrix(20, 24, embeddings.data.slice());
      damaged.data[3 * 24 + 5] = bad;
      expect(() => trainHead(kind, damaged, labels, 4, { seed: 0 })).toThrow(/row 3, feature 5/);
      expect(getCode(() => trainHead(kind, damaged, labels, 4, { seed: 0 }))).toBe("invalid-shape");
      const head = train(kind, problem);
      expect(getCode(() => head.computeLogits(damaged))).toBe("invalid-shape");
    }
    const attempt = (given: ArrayLike<number>, classes: number, rows = embeddings): string =>
      getCode(() => trainHead(kind, rows, Int32Array.from(given), classes, { seed: 0 }));
    expect(attempt(labels.subarray(1), 4)).toBe("invalid-shape");
    expect(attempt(labels, 5)).toBe("too-few-recordings");
    expect(attempt(labels, 3)).toBe("invalid-shape");
    expect(
      attempt(
        labels.map(() => 0),
        1,
      ),
    ).toBe("too-few-classes");
    expect(attempt([], 2, createMatrix(0, 24))).toBe("too-few-recordings");
    expect(attempt(labels, 4, createMatrix(20, 0))).toBe("invalid-shape");
    expect(attempt(labels, 1e9)).toBe("too-few-recordings");
    expect(getCode(() => trainHead(kind, embeddings, [...labels].fill(0.5, 0, 1), 4, { seed: 0 }))).toBe(
      "invalid-shape",
    );
    expect(getCode(() => train(kind, problem).computeLogits(createMatrix(2, 23)))).toBe("invalid-shape");
  });

  test("unknown options and values out of range are rejected", () => {
    const { embeddings, labels } = problem;
    const attempt = (options: object): string =>
      getCode(() => trainHead(kind, embeddings, labels, 4, { seed: 0, ...options }));
    expect(attempt({ learningrate: 1 })).toBe("invalid-option");
    expect(attempt({ constructor: 1 })).toBe("invalid-option");
    expect(attempt({ seed: 0.5 })).toBe("invalid-option");
    expect(attempt({ standardise: "no" })).toBe("invalid-option");
    expect(attempt({ standardise: undefined })).toBe("nothing was thrown");
  });
});

describe.each(["logistic", "ridge", "centroid"] as const)("%s, which is deterministic", (kind) => {
  test("does not depend on the order of rows or the numbering of classes", () => {
    const { embeddings, labels, classes } = createProblem(5, 24, 4, 2, 0.7);
    const head = train(kind, { embeddings, labels, classes });
    const order = shuffle(Array.from(labels.keys()), createRandom(4));
    const renamed = [2, 0, 3, 1];
    const other = train(kind, {
      embeddings: selectRows(embeddings, order),
      labels: Int32Array.from(order, (row) => renamed[labels[row]!]!),
      classes,
    });
    const expected = computeProbabilities(head.computeLogits(embeddings));
    const found = computeProbabilities(other.computeLogits(embeddings));
    const unshuffled = Array.from(expected.data, (_, i) => {
      const row = Math.floor(i / 4);
      return found.data[row * 4 + renamed[i % 4]!]!;
    });
    expect(unshuffled).toBeAllclose(expected.data, { rtol: 1e-3, atol: 1e-5 });
  });

  test("does not depend on the seed", () => {
    const shaped = createProblem(4, 9, 3);
    expect(train(kind, shaped, 1).saved.tensors).toEqual(train(kind, shaped, 2).saved.tensors);
  });
});

describe.each(["linear", "mlp"] as const)("%s, which has a random start", (kind) => {
  test("depends on the seed", () => {
    const shaped = createProblem(4, 9, 3);
    expect(train(kind, shaped, 1).saved.tensors).not.toEqual(train(kind, shaped, 2).saved.tensors);
  });
});

describe.each(["linear", "mlp", "logistic", "ridge"] as const)("%s with balanced classes", (kind) => {
  test("gives a rare class a higher probability than without", () => {
    const full = createProblem(20, 6, 2, 6, 0.3);
    const rows = [...full.labels.keys()].filter((row) => full.labels[row] === 0 || row < 6);
    const embeddings = selectRows(full.embeddings, rows);
    const labels = Int32Array.from(rows, (row) => full.labels[row]!);
    const sumRare = (classWeight: "balanced" | "none"): number => {
      const head = trainHead(kind, embeddings, labels, 2, { ...getOptions(kind), classWeight });
      const { data } = computeProbabilities(head.computeLogits(full.embeddings));
      return data.reduce((sum, value, i) => sum + (i % 2 === 1 ? value : 0), 0);
    };
    expect(sumRare("balanced")).toBeGreaterThan(sumRare("none") + 1);
  });
});
