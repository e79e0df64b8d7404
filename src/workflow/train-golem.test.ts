/** Training on synthetic embeddings: an unbiased score, choice of the layer, groups, test sets. */
import { describe, expect, it } from "vitest";
import { makeEmbeddings } from "../../test/support/make-embeddings.ts";
import { train } from "../../test/support/train-golem.ts";
import { createRandom, shuffle } from "../core/random.ts";
import type { EmbeddedRecording } from "../embed/embedded-recording.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import { golemFiles } from "../golem/golem-model.ts";
import { describeProtocol, describeVerdict } from "../view/sentences.ts";

describe("trainGolem", () => {
  it("gives most weight to the layer that separates the classes", async () => {
    for (const separation of [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]) {
      const model = await train(makeEmbeddings({ classes: 4, shots: 6, seed: 3, separation }), {
        repeats: 1,
      });
      const best = model.document.views.reduce((a, b) => (b.weight > a.weight ? b : a));
      expect(best.layer).toBe(separation.indexOf(1));
      expect(best.weight).toBeGreaterThan(0.5);
    }
  });

  it("reports a score close to that on new recordings", async () => {
    const model = await train(makeEmbeddings({ classes: 5, shots: 10, seed: 4, separation: [0, 0.25, 0] }));
    const fresh = makeEmbeddings({ classes: 5, shots: 200, seed: 5, separation: [0, 0.25, 0] });
    const { balancedAccuracy } = model.evaluate(fresh);
    const { interval } = model.document.evaluation!;
    expect(balancedAccuracy).toBeGreaterThan(interval[0]);
    expect(balancedAccuracy).toBeLessThan(interval[1]);
  });

  it("reports near-chance accuracy for random labels, though they are fitted well", async () => {
    const scores = [];
    for (let seed = 0; seed < 8; seed++) {
      const recordings = makeEmbeddings({ classes: 2, shots: 25, seed, separation: [1, 1, 1] });
      const labels = shuffle(
        recordings.map(({ label }) => label),
        createRandom(seed, 9),
      );
      const model = await train(
        recordings.map((recording, i) => ({ ...recording, label: labels[i]! })),
        { repeats: 2 },
      );
      expect(model.document.trainAccuracy).toBeGreaterThan(0.75);
      scores.push(model.document.evaluation!.balancedAccuracy);
    }
    expect(scores.reduce((a, b) => a + b) / scores.length).toBeGreaterThan(0.35);
    expect(scores.reduce((a, b) => a + b) / scores.length).toBeLessThan(0.65);
  });

  it("never tests a fold on speakers of its training side", async () => {
    // All recordings of a speaker are the same point, with a random class, so only a leak of speakers can
    // give a score above chance.
    const random = createRandom(6);
    const recordings = makeEmbeddings({
      classes: 2,
      shots: 42,
      seed: 6,
      separation: [0, 0, 0],
      speakers: 14,
    });
    const bySpeaker = new Map<string, EmbeddedRecording>();
    const leaky = recordings.map((recording) => {
      const first = bySpeaker.get(recording.speaker!) ?? {
        ...recording,
        label: `class ${random.integer(2)}`,
      };
      bySpeaker.set(recording.speaker!, first);
      return { ...recording, label: first.label, vectors: first.vectors };
    });
    const grouped = (await train(leaky)).document.evaluation!;
    const leaked = (await train(leaky.map(({ speaker, ...rest }) => rest))).document.evaluation!;
    expect(grouped.grouping).toBe("speaker");
    expect(grouped.balancedAccuracy).toBeLessThan(0.75);
    expect(leaked.balancedAccuracy).toBeGreaterThan(0.9);
  });

  it("fits nothing on the test set", async () => {
    const recordings = makeEmbeddings({ classes: 3, shots: 6, seed: 7 });
    const test = makeEmbeddings({ classes: 3, shots: 4, seed: 8 });
    const model = await train(recordings, {}, test);
    const alone = await train(recordings);
    expect(model.encode()[golemFiles.tensors]).toEqual(alone.encode()[golemFiles.tensors]);
    expect(model.document.evaluation).toMatchObject({ protocol: "held-out", recordings: 12, overlap: [] });
    const overlapping = await train(recordings, {}, [...test, ...recordings.slice(0, 2)]);
    expect(overlapping.document.evaluation).toMatchObject({
      recordings: 12,
      overlap: [recordings[0]!.file, recordings[1]!.file],
    });
  });

  it("trains a class of one recording, and scores the others", async () => {
    const recordings = makeEmbeddings({ classes: 3, shots: 4, seed: 7 }).slice(0, 10);
    const single = recordings.filter(({ label }, i) => label !== "class 2" || i === 2);
    const thin = await train(single);
    expect(thin.document.labels).toHaveLength(3);
    expect(thin.document.evaluation).toMatchObject({
      ...{ protocol: "cross-validation", recordings: single.length - 1 },
      ...{ unscoredLabels: [single.find(({ label }) => label === "class 2")?.label ?? "constructor"] },
    });
    const [first] = recordings;
    const own = recordings.filter(({ label }) => label === first!.label);
    const other = recordings.find(({ label }) => label !== first!.label)!;
    await expect(train([...own, other])).rejects.toMatchObject({
      code: "too-few-recordings",
    });
    const test = makeEmbeddings({ classes: 3, shots: 4, seed: 8 });
    expect((await train(single, {}, test)).document.evaluation!.protocol).toBe("held-out");
    await expect(train(recordings.filter(({ label }) => label === "class 1"))).rejects.toMatchObject({
      code: "too-few-classes",
    });
  });

  it("trains from two recordings per class, falling back to the last layer inside folds", async () => {
    const model = await train(makeEmbeddings({ classes: 6, shots: 2, seed: 9 }));
    expect(model.document.evaluation).toMatchObject({ protocol: "cross-validation", recordings: 12 });
  });

  it("can be aborted", async () => {
    const controller = new AbortController();
    const recordings = makeEmbeddings({ classes: 3, shots: 6, seed: 7 });
    const work = train(recordings, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(work).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("scoring on a test set", () => {
  it("reports speakers of the training set in it", async () => {
    const recordings = makeEmbeddings({ classes: 3, shots: 6, seed: 7, speakers: 3 });
    const test = makeEmbeddings({ classes: 3, shots: 6, seed: 8, speakers: 3 });
    const evaluation = (await train(recordings, {}, test)).document.evaluation!;
    expect(evaluation.grouping).toBe("none");
    expect(evaluation.groupingReason).toMatch(/^3 of its speakers, such as speaker \d, are also/);
    const others = test.map((recording) => ({ ...recording, speaker: `other ${recording.speaker}` }));
    expect((await train(recordings, {}, others)).document.evaluation!.grouping).toBe("speaker");
  });

  it("counts recordings with labels that are not classes, whatever their names", async () => {
    const recordings = makeEmbeddings({ classes: 3, shots: 4, seed: 7 });
    const strange = ["constructor", "toString", "__proto__", "constructor"];
    const test = makeEmbeddings({ classes: 3, shots: 4, seed: 8 }).map((recording, i) =>
      strange[i] === undefined ? recording : { ...recording, label: strange[i] },
    );
    const { unseenLabels } = (await train(recordings)).evaluate(test);
    expect(Object.entries(unseenLabels).sort()).toEqual([
      ["__proto__", 1],
      ["constructor", 2],
      ["toString", 1],
    ]);
    const trained = await train(recordings, {}, test);
    expect(trained.document.evaluation!.unseenLabels.constructor).toBe(2);
  });

  it("reports a class with one recording", async () => {
    const recordings = makeEmbeddings({ classes: 3, shots: 4, seed: 7 }).filter(
      ({ label }, i) => label !== "class 2" || i === 2,
    );
    const codes: string[] = [];
    await train(
      recordings,
      { onWarning: ({ code }) => codes.push(code) },
      makeEmbeddings({ classes: 3, shots: 4, seed: 8 }),
    );
    expect(codes).toEqual(["too-few-recordings"]);
  });
});

describe("scoring on pieces of sources", () => {
  const withSources = (perClass: number, seed = 7) =>
    makeEmbeddings({ classes: 3, shots: 6, seed }).map(({ speaker: _, ...recording }, i) => ({
      ...recording,
      source: `${recording.label}/${i % perClass}`,
    }));

  it("keeps the pieces of a source together, and states this", async () => {
    const evaluation = (await train(withSources(2), {})).document.evaluation!;
    expect(evaluation).toMatchObject({ grouping: "speaker", groupedBy: "source" });
    expect(evaluation.groupingReason).toMatch(/^18 recordings are pieces of 6 sources, such as/);
    expect(describeProtocol(evaluation as unknown as Evaluation)).toContain(
      "no source on both sides of a fold (18 recordings",
    );
  });

  it("is never called good if they cannot be kept apart", async () => {
    const evaluation = (await train(withSources(1), {})).document.evaluation!;
    expect(evaluation).toMatchObject({ grouping: "none", groupedBy: "source", sourcesMixed: true });
    expect(evaluation.groupingReason).toContain("so pieces of one source are trained and tested on");
    const { chance } = evaluation;
    const stated = { interval: [0.97, 1], chance, recordings: 18, balancedAccuracy: 0.99 } as const;
    expect(describeVerdict({ ...stated, sourcesMixed: true })).toBe(
      "on new sources not measurable; to measure it, record each class from at least two sources",
    );
    expect(describeVerdict(stated)).toMatch(/^good/);
  });

  it("reports tests on pieces of the training set's sources", async () => {
    const test = withSources(2, 8);
    const evaluation = (await train(withSources(2), {}, test)).document.evaluation!;
    expect(evaluation).toMatchObject({ protocol: "held-out", grouping: "none", sourcesMixed: true });
  });
});
