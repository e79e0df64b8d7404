/** Training on made-up embeddings: honesty of the score, choice of the layer, determinism, saving and loading. */

import { describe, expect, it } from "vitest";
import { makeEmbeddings, testEncoder, testTranscriber } from "../../test/support/make-embeddings.ts";
import { encodeUnbound } from "../../test/support/unbound-golem.ts";
import { defaultAudioSettings } from "../audio/audio.ts";
import { describeAudio } from "../audio/audio-description.ts";
import { GolemError } from "../core/error.ts";
import { createRandom, shuffle } from "../core/random.ts";
import type { EmbeddedRecording, Embedding } from "../embed/embedded-recording.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import { decodeGolemModel, type GolemModel, golemFiles } from "../golem/golem-model.ts";
import { decodeSafetensors, encodeSafetensors } from "../golem/safetensors.ts";
import { describeProtocol, describeVerdict } from "../view/sentences.ts";
import { type TrainingOptions, trainGolem } from "./train-golem.ts";

function train(
  recordings: readonly EmbeddedRecording[],
  options: Partial<TrainingOptions> = {},
  test?: readonly EmbeddedRecording[],
): Promise<GolemModel> {
  return trainGolem(
    {
      ...{ name: "made up", recordings, test, encoders: [testEncoder], audio: defaultAudioSettings },
      ...{ pipeline: describeAudio(defaultAudioSettings), createdBy: "a test" },
    },
    { seed: 0, ...options },
  );
}

describe("trainGolem", () => {
  it("gives most weight to the layer where the classes are apart", async () => {
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

  it("reports about what fresh recordings get", async () => {
    const model = await train(makeEmbeddings({ classes: 5, shots: 10, seed: 4, separation: [0, 0.25, 0] }));
    const fresh = makeEmbeddings({ classes: 5, shots: 200, seed: 5, separation: [0, 0.25, 0] });
    const { balancedAccuracy } = model.evaluate(fresh);
    const { interval } = model.document.evaluation!;
    expect(balancedAccuracy).toBeGreaterThan(interval[0]);
    expect(balancedAccuracy).toBeLessThan(interval[1]);
  });

  it("stays near chance when labels mean nothing, though it fits them well", async () => {
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

  it("never shows a fold the speakers it is tested on", async () => {
    // Every recording of a speaker is the same point, of a class that is random: only a leak of speakers scores.
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

  it("trains from two recordings a class, falling back to the last layer inside folds", async () => {
    const model = await train(makeEmbeddings({ classes: 6, shots: 2, seed: 9 }));
    expect(model.document.evaluation).toMatchObject({ protocol: "cross-validation", recordings: 12 });
  });

  it("can be interrupted", async () => {
    const controller = new AbortController();
    const recordings = makeEmbeddings({ classes: 3, shots: 6, seed: 7 });
    const work = train(recordings, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(work).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("a saved golem", () => {
  it("predicts the same, bit for bit, and is saved as the same bytes", async () => {
    for (const head of ["auto", "linear", "mlp", "logistic", "ridge", "centroid"] as const) {
      const model = await train(makeEmbeddings({ classes: 3, shots: 5, seed: 1 }), { head, repeats: 1 });
      const files = encodeUnbound(model);
      const loaded = decodeGolemModel(files);
      const vectors = makeEmbeddings({ classes: 3, shots: 5, seed: 2 });
      expect(loaded.predictEmbedded(vectors)).toEqual(model.predictEmbedded(vectors));
      expect(encodeUnbound(loaded)).toEqual(files);
    }
  });

  it("flags about the stated share of known recordings as unknown", async () => {
    const model = await train(makeEmbeddings({ classes: 4, shots: 12, seed: 1, separation: [0, 0.4, 0] }));
    const vectors = makeEmbeddings({ classes: 4, shots: 100, seed: 2, separation: [0, 0.4, 0] });
    const share = model.predictEmbedded(vectors).filter(({ unknown }) => unknown).length / vectors.length;
    expect(model.document.familiarity).toMatchObject({ falseRejectionRate: 0.05, recordings: 48 });
    expect(share).toBeLessThan(0.15);
    const noise = createRandom(3);
    const nothing = vectors.map((embeddings) => ({
      vectors: embeddings.vectors.map((vector) => vector.map(() => noise.normal())),
    }));
    const flag = (embeddings: readonly Embedding[]) =>
      model.predictEmbedded(embeddings).filter(({ unknown }) => unknown).length / embeddings.length;
    const far = nothing.map(({ vectors }) => ({
      vectors: vectors.map((vector) => vector.map((x) => 4 * x)),
    }));
    expect(flag(far)).toBeGreaterThan(0.95);
  });

  it("takes for unknown what is most like a class for the unknown, which is no class to be like", async () => {
    const rename = (recording: EmbeddedRecording): EmbeddedRecording =>
      recording.label === "class 0" ? { ...recording, label: "_background" } : recording;
    const options = { classes: 4, shots: 12, separation: [0, 2, 0] };
    const model = await train(makeEmbeddings({ ...options, seed: 1 }).map(rename));
    const answers = model.predictEmbedded(makeEmbeddings({ ...options, seed: 2 }));
    for (const { label, unknown } of answers) if (label === "_background") expect(unknown).toBe(true);
    expect(answers.filter(({ label }) => label === "_background")).toHaveLength(12);
    expect(model.document.familiarity!.recordings).toBe(36);
    const twoOfThem = (row: EmbeddedRecording) =>
      rename(row).label === "_background" || row.label === "class 1";
    const pair = await train(
      makeEmbeddings({ ...options, seed: 1 })
        .map(rename)
        .filter(twoOfThem),
    );
    expect(pair.document.familiarity).toBeUndefined();
  });

  it("tells the unknown whatever the order of the recordings, and however many classes there are", async () => {
    for (const [classes, shots] of [
      [20, 5],
      [20, 2],
      [130, 2],
    ] as const) {
      const made = makeEmbeddings({ classes, shots, seed: 1, separation: [0, 2, 0] });
      const sorted = [...made].sort((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0));
      for (const recordings of [made, sorted]) {
        const { familiarity } = (await train(recordings, { repeats: 1 })).document;
        expect(familiarity?.recordings).toBe(Math.min(classes * shots, Math.max(128, 3 * classes)));
      }
    }
  }, 240_000);

  it("gives label sets that hold the true label about as often as they say, and the guess always", async () => {
    const options = { classes: 4, shots: 12, separation: [0, 0.25, 0] };
    const model = await train(makeEmbeddings({ ...options, seed: 1 }));
    const fresh = makeEmbeddings({ ...options, shots: 100, seed: 2 });
    const answers = model.predictEmbedded(fresh);
    for (const { label, labelSet } of answers) expect(labelSet![0]).toBe(label);
    const held = answers.filter(({ labelSet }, i) => labelSet!.includes(fresh[i]!.label)).length;
    expect(held / answers.length).toBeGreaterThan(0.8);
    expect(held / answers.length).toBeLessThan(0.99);
    const sizes = answers.map(({ labelSet }) => labelSet!.length);
    expect(Math.max(...sizes)).toBeGreaterThan(1);
    expect(Math.min(...sizes)).toBe(1);
  });

  it("refuses documents that are damaged, of another version, or do not fit each other", async () => {
    const files = encodeUnbound(
      await train(makeEmbeddings({ classes: 3, shots: 4, seed: 1 }), { repeats: 1 }),
    );
    const change = (edit: (document: Record<string, unknown>) => void) => {
      const document = JSON.parse(new TextDecoder().decode(files.document));
      edit(document);
      return () =>
        decodeGolemModel({ ...files, document: new TextEncoder().encode(JSON.stringify(document)) });
    };
    const codeOf = (work: () => unknown): string => {
      try {
        work();
      } catch (error) {
        return error instanceof GolemError ? error.code : `not a GolemError: ${error}`;
      }
      return "none";
    };
    expect(codeOf(change(() => {}))).toBe("none");
    expect(codeOf(change((document) => (document.formatVersion = 1)))).toBe("golem-version");
    for (const edit of [
      (document: Record<string, unknown>) => (document.labels = ["a", "a", "b"]),
      (document: Record<string, unknown>) => (document.labels = ["a", "b"]),
      (document: Record<string, unknown>) => (document.views = []),
      (document: Record<string, unknown>) =>
        (document.views = [{ encoder: "test", layer: 9, pooling: "mean", weight: 1 }]),
      (document: Record<string, unknown>) =>
        (document.heads = [{ ...(document.heads as object[])[0], features: 2 ** 40 }]),
      (document: Record<string, unknown>) =>
        (document.heads = [{ ...(document.heads as object[])[0], kind: "forest" }]),
      (document: Record<string, unknown>) =>
        (document.encoders = [{ ...testEncoder, dimensions: 65_536, layers: 1000 }]),
      (document: Record<string, unknown>) => delete document.familiarity,
      (document: Record<string, unknown>) => delete document.labelSets,
      (document: Record<string, unknown>) => Object.assign(document.familiarity as object, { layers: [] }),
      (document: Record<string, unknown>) =>
        ((document.familiarity as { threshold: unknown }).threshold = "low"),
      (document: Record<string, unknown>) => (document.seed = "0"),
      (document: Record<string, unknown>) =>
        Object.assign(document.evaluation as object, { calibration: { bins: "none" } }),
    ]) {
      expect(codeOf(change(edit))).toBe("golem-damaged");
    }
    for (const part of ["document", "tensors", "training"] as const) {
      for (const length of [0, 1, 100, files[part].length - 2]) {
        const cut = { ...files, [part]: files[part].slice(0, length) };
        expect(codeOf(() => decodeGolemModel(cut))).toBe("golem-damaged");
      }
    }
  });

  it("survives any changed byte with a clear error or none", async () => {
    const files = encodeUnbound(
      await train(makeEmbeddings({ classes: 3, shots: 4, seed: 1 }), { repeats: 1 }),
    );
    const random = createRandom(11);
    for (let round = 0; round < 300; round++) {
      const part = (["document", "tensors", "training"] as const)[round % 3]!;
      const bytes = files[part].slice();
      bytes[random.integer(bytes.length)] = random.integer(256);
      try {
        decodeGolemModel({ ...files, [part]: bytes });
      } catch (error) {
        expect(error).toBeInstanceOf(GolemError);
      }
    }
  });
});

describe("the transcript", () => {
  const transcriber = {
    ...{ id: "scribe", revision: "1", sha256: {}, sampleRate: 16_000, precision: "int8", recipe: "none" },
    vectors: [],
  };
  const words = ["freeze my card", "what is my balance", "send money abroad"];
  const withText = (options: Parameters<typeof makeEmbeddings>[0], says: (label: number) => string) =>
    makeEmbeddings(options).map((recording) => ({
      ...recording,
      text: says(Number(recording.label.slice("class ".length))),
    }));
  const trainWithText = (recordings: readonly EmbeddedRecording[], encoders = [testEncoder]) =>
    trainGolem(
      {
        ...{ name: "made up", recordings, encoders, transcriber, audio: defaultAudioSettings },
        ...{ pipeline: describeAudio(defaultAudioSettings), createdBy: "a test" },
      },
      { seed: 0, repeats: 2 },
    );
  const deaf = { classes: 3, shots: 6, separation: [0, 0, 0] };

  it("decides where the sound says nothing, and is saved with its vocabulary", async () => {
    const model = await trainWithText(withText({ ...deaf, seed: 1 }, (label) => words[label]!));
    expect(model.document.evaluation!.balancedAccuracy).toBeGreaterThan(0.95);
    expect(model.transcriber).toEqual(transcriber);
    const files = model.encode();
    const loaded = decodeGolemModel({ ...encodeUnbound(model), text: files[golemFiles.text]! });
    const fresh = withText({ ...deaf, seed: 2 }, (label) => `please ${words[label]}`);
    const recordings = fresh.map(({ text, vectors }) => ({
      text,
      vectors: model.encoders.length > 0 ? vectors : [],
    }));
    expect(loaded.predictEmbedded(recordings)).toEqual(model.predictEmbedded(recordings));
    expect(loaded.predictEmbedded(recordings).map(({ label }) => label)).toEqual(
      fresh.map(({ label }) => label),
    );
    expect(loaded.encode()).toEqual(files);
  });

  it("is left out where it says nothing", async () => {
    const recordings = withText({ classes: 3, shots: 8, seed: 1, separation: [0, 3, 0] }, () => "uh");
    const model = await trainWithText(recordings);
    expect(model.transcriber).toBeUndefined();
    expect(model.encode()[golemFiles.text]).toBeUndefined();
  });

  it("is refused without its vocabulary, or with another", async () => {
    const model = await trainWithText(withText({ ...deaf, seed: 1 }, (label) => words[label]!));
    const files = encodeUnbound(model);
    const text = model.encode()[golemFiles.text]!;
    const vocabulary = JSON.parse(new TextDecoder().decode(text));
    const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
    expect(() => decodeGolemModel(files)).toThrow("damaged");
    vocabulary.words.terms.pop();
    expect(() => decodeGolemModel({ ...files, text: encode(vocabulary) })).toThrow("damaged");
    vocabulary.words.idf.pop();
    expect(() => decodeGolemModel({ ...files, text: encode(vocabulary) })).toThrow("damaged");
    expect(() => decodeGolemModel({ ...files, text: text.slice(0, 40) })).toThrow("damaged");
  });
});

describe("the decoder's vectors", () => {
  const transcriber = testTranscriber;
  /** Recordings that all say the same; classes are as far apart in the decoder's vectors as `separation` says. */
  const withDecoded = (options: Parameters<typeof makeEmbeddings>[0], separation: number) => {
    const means = createRandom(1, 7);
    const centres = Array.from({ length: options.classes * 17 }, () => separation * means.normal());
    const random = createRandom(options.seed, 7);
    return makeEmbeddings(options).map((recording) => {
      const first = 17 * Number(recording.label.slice("class ".length));
      const all = Float32Array.from({ length: 17 }, (_, i) => centres[first + i]! + random.normal());
      return { ...recording, text: "uh", decoded: [all.subarray(0, 12), all.subarray(12)] };
    });
  };
  const input = (recordings: readonly EmbeddedRecording[]) => ({
    ...{ name: "made up", recordings, encoders: [testEncoder], audio: defaultAudioSettings },
    ...{ pipeline: describeAudio(defaultAudioSettings), createdBy: "a test" },
  });
  const trainWithDecoder = (recordings: readonly EmbeddedRecording[]) =>
    trainGolem({ ...input(recordings), transcriber }, { seed: 0, repeats: 2 });
  const deaf = { classes: 3, shots: 6, separation: [0, 0, 0] };
  const isRead = ({ layer }: { layer: unknown }) => typeof layer !== "number";

  it("decide where the sound says nothing, and a golem is saved with them bit for bit", async () => {
    const model = await trainWithDecoder(withDecoded({ ...deaf, seed: 1 }, 4));
    expect(model.document.evaluation!.balancedAccuracy).toBeGreaterThan(0.95);
    expect(model.document.views.map(({ layer }) => layer)).toEqual(
      expect.arrayContaining(["context", "start"]),
    );
    expect(model.transcriber).toEqual(transcriber);
    const files = model.encode();
    const text = files[golemFiles.text];
    const loaded = decodeGolemModel({ ...encodeUnbound(model), ...(text ? { text } : {}) });
    const fresh = withDecoded({ ...deaf, seed: 2 }, 4);
    const recordings = model.encoders.length > 0 ? fresh : fresh.map((row) => ({ ...row, vectors: [] }));
    expect(loaded.predictEmbedded(recordings)).toEqual(model.predictEmbedded(recordings));
    expect(loaded.predictEmbedded(recordings).map(({ label }) => label)).toEqual(
      fresh.map(({ label }) => label),
    );
    expect(loaded.encode()).toEqual(files);
    const card = new TextDecoder().decode(files[golemFiles.card]);
    expect(card).toMatch(
      /its views \(transcript, context and start\) have a share of \d+\.\d % in the decision/,
    );
  });

  it("are left out together where they say nothing that sound does not", async () => {
    const model = await trainWithDecoder(
      withDecoded({ classes: 3, shots: 8, seed: 1, separation: [0, 3, 0] }, 0),
    );
    expect(model.document.views.some(isRead)).toBe(false);
    expect(model.transcriber).toBeUndefined();
    expect(model.encode()[golemFiles.text]).toBeUndefined();
  });

  it("are not looked at without a transcriber", async () => {
    const recordings = withDecoded({ ...deaf, seed: 1 }, 4);
    const alone = await trainGolem(input(recordings), { seed: 0, repeats: 2 });
    const plain = recordings.map(({ text, decoded, ...rest }) => rest);
    const expected = await trainGolem(input(plain), { seed: 0, repeats: 2 });
    expect(alone.document.views.some(isRead)).toBe(false);
    expect(alone.encode()).toEqual(expected.encode());
  });

  it("are refused when they are missing, of another size, or nobody's", async () => {
    const recordings = withDecoded({ ...deaf, seed: 1 }, 4);
    const model = await trainWithDecoder(recordings);
    const change = (decoded: readonly Float32Array[] | undefined) => () =>
      model.predictEmbedded([
        {
          vectors: model.encoders.length > 0 ? recordings[0]!.vectors : [],
          text: "uh",
          ...(decoded ? { decoded } : {}),
        },
      ]);
    const refused = expect.objectContaining({ code: "invalid-shape" });
    expect(change(recordings[0]!.decoded)).not.toThrow();
    expect(change(undefined)).toThrow(refused);
    expect(change(recordings[0]!.decoded.toReversed())).toThrow(refused);
    const plain = recordings.map(({ decoded, ...rest }) => rest);
    await expect(trainWithDecoder(plain)).rejects.toMatchObject({ code: "invalid-shape" });

    const files = encodeUnbound(model);
    const text = model.encode()[golemFiles.text];
    for (const vectors of [
      [],
      [transcriber.vectors[0]],
      [
        { name: "context", size: 12 },
        { name: "start", size: 6 },
      ],
      [
        { name: "context", size: 12 },
        { name: "end", size: 5 },
      ],
      [...transcriber.vectors, { name: "start", size: 5 }],
      undefined,
    ]) {
      const document = JSON.parse(new TextDecoder().decode(files.document));
      document.transcriber.vectors = vectors;
      const forged = { ...files, document: new TextEncoder().encode(JSON.stringify(document)) };
      expect(() => decodeGolemModel({ ...forged, ...(text ? { text } : {}) })).toThrow("damaged");
    }
  });
});

describe("scoring on a test set", () => {
  it("tells when speakers of the training set are in it", async () => {
    const recordings = makeEmbeddings({ classes: 3, shots: 6, seed: 7, speakers: 3 });
    const test = makeEmbeddings({ classes: 3, shots: 6, seed: 8, speakers: 3 });
    const evaluation = (await train(recordings, {}, test)).document.evaluation!;
    expect(evaluation.grouping).toBe("none");
    expect(evaluation.groupingReason).toMatch(/^3 of its speakers, such as speaker \d, are also/);
    const others = test.map((recording) => ({ ...recording, speaker: `other ${recording.speaker}` }));
    expect((await train(recordings, {}, others)).document.evaluation!.grouping).toBe("speaker");
  });

  it("counts labels of any name that it does not know", async () => {
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

  it("tells of a class with one recording", async () => {
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

it("refuses a golem whose weights give no probabilities, or that has a view twice", async () => {
  const model = await train(makeEmbeddings({ classes: 3, shots: 4, seed: 1 }), {
    head: "ridge",
    repeats: 1,
  });
  const files = encodeUnbound(model);
  const tensors = decodeSafetensors(files.tensors);
  tensors.weight!.data.fill(3e38);
  const huge = decodeGolemModel({ ...files, tensors: encodeSafetensors(tensors) });
  const vectors = makeEmbeddings({ classes: 3, shots: 1, seed: 2 });
  expect(() => huge.predictEmbedded(vectors)).toThrow("not numbers");
  const document = JSON.parse(new TextDecoder().decode(files.document));
  document.views.push(document.views[0]);
  document.heads.push(document.heads[0]);
  const twice = new TextEncoder().encode(JSON.stringify(document));
  expect(() => decodeGolemModel({ ...files, document: twice })).toThrow("damaged");
});

describe("scoring on pieces of sources", () => {
  const withSources = (perClass: number, seed = 7) =>
    makeEmbeddings({ classes: 3, shots: 6, seed }).map(({ speaker: _, ...recording }, i) => ({
      ...recording,
      source: `${recording.label}/${i % perClass}`,
    }));

  it("keeps the pieces of a source together, and says so", async () => {
    const evaluation = (await train(withSources(2), {})).document.evaluation!;
    expect(evaluation).toMatchObject({ grouping: "speaker", groupedBy: "source" });
    expect(evaluation.groupingReason).toMatch(/^18 recordings are pieces of 6 sources, such as/);
    expect(describeProtocol(evaluation as unknown as Evaluation)).toContain(
      "no source on both sides of a fold (18 recordings",
    );
  });

  it("is never called good where they cannot be kept apart", async () => {
    const evaluation = (await train(withSources(1), {})).document.evaluation!;
    expect(evaluation).toMatchObject({ grouping: "none", groupedBy: "source", sourcesMixed: true });
    expect(evaluation.groupingReason).toContain("so pieces of one source are trained and tested on");
    const { chance } = evaluation;
    expect(describeVerdict({ interval: [0.97, 1], chance, sourcesMixed: true })).toContain(
      "says nothing about new ones",
    );
    expect(describeVerdict({ interval: [0.97, 1], chance })).toMatch(/^good/);
  });

  it("tells when pieces of the training set's sources are tested on", async () => {
    const test = withSources(2, 8);
    const evaluation = (await train(withSources(2), {}, test)).document.evaluation!;
    expect(evaluation).toMatchObject({ protocol: "held-out", grouping: "none", sourcesMixed: true });
  });
});
