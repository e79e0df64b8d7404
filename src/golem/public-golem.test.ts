import { describe, expect, it } from "vitest";
import { makeEmbeddings, testEncoder, testTranscriber } from "../../test/support/make-embeddings.ts";
import { defaultAudioSettings } from "../audio/audio.ts";
import { describeAudio } from "../audio/audio-description.ts";
import { encoderDefinitions, getTranscriberDefinition } from "../encoder/registry.ts";
import { headKinds } from "../head/head.ts";
import { trainGolem } from "../workflow/train-golem.ts";
import type { GolemDocument } from "./golem-document.ts";
import { decodeGolemModel, type GolemModel, golemFiles } from "./golem-model.ts";
import { pickPublicDocument } from "./public-document.ts";
import { createPublicGolem } from "./public-golem.ts";
import { encodeSafetensors } from "./safetensors.ts";

/**
 * A golem of two views of an encoder in a private folder; every field that can contain a name contains a
 * private one.
 */
function createPrivateGolem(changes: object = {}): GolemModel {
  const text = new TextEncoder();
  const encoder = "/home/somebody/secret-encoder";
  const view = (layer: number) => ({ encoder, layer, pooling: "mean", weight: 0.5 });
  const head = { kind: "ridge", features: 1, classes: 2, normalise: false, facts: { note: "planted" } };
  const recording = (file: string, label: string) => ({
    ...{ file, label, speaker: "Ada Quux", fileHash: "0".repeat(64), audioHash: "1".repeat(64), seconds: 1 },
    ...{ text: "my number is", outOfFold: [0.5, 0.5], votes: [[0, 3]] },
    // A field that a later version may add.
    heardBy: "planted",
  });
  const document: Record<string, unknown> = {
    ...{ format: "golem", formatVersion: 3, createdBy: "test", labels: ["no", "yes"], seed: 0 },
    encoders: [
      {
        ...{ id: encoder, revision: "local", sha256: {}, sampleRate: 16_000, layers: 2, dimensions: 1 },
        ...{ precision: "fp32", recipe: "" },
      },
    ],
    audio: {
      sampleRate: 16_000,
      trim: true,
      maximumSeconds: 60,
      windowSeconds: 30,
      pipeline: { host: "planted" },
    },
    views: [view(0), view(1)],
    heads: [head, head],
    data: {
      ...{ name: "/home/somebody/calls", fingerprint: "2".repeat(64), recordings: 2, seconds: 2 },
      perClass: { no: 1, yes: 1 },
    },
    trainAccuracy: 1,
    evaluation: {
      ...{ protocol: "held-out", recordings: 1, classes: 2, accuracy: 1, balancedAccuracy: 1, chance: 0.5 },
      ...{ interval: [0, 1], majority: 0.5, macroF1: 1, labels: ["no", "yes"], perClass: {}, confusion: [] },
      ...{ trainAccuracy: 1, grouping: "none", unseenLabels: { planted: 2 }, overlap: ["calls/ada.wav"] },
      groupingReason: "1 of its speakers, such as Ada Quux, are also in the training set",
      unforeseen: ["planted"],
      skipped: [{ file: "ada-2.wav", code: "silent", message: "ada-2.wav is silent", hint: "" }],
    },
  };
  const training = {
    formatVersion: 3,
    recordings: [recording("ada-0.wav", "no"), recording("ada-1.wav", "yes")],
    test: [recording("ada-3.wav", "yes")],
    asked: { encoder, test: "/home/somebody/test", "no-trim": true, "class-map": "planted" },
    findings: [{ kind: "silent", severity: "note", files: ["ada-0.wav"], message: "ada-0.wav", advice: "" }],
  };
  const tensors: Record<string, { shape: number[]; data: Float32Array }> = {
    "fusion/weight": { shape: [2], data: Float32Array.of(1, 1) },
  };
  for (const layer of [0, 1]) {
    const own = `${encoder}/layer_${layer}`;
    tensors[`${own}/mean`] = { shape: [1], data: Float32Array.of(0) };
    tensors[`${own}/scale`] = { shape: [1], data: Float32Array.of(1) };
    tensors[`${own}/weight`] = { shape: [2, 1], data: Float32Array.of(1, layer) };
    tensors[`${own}/bias`] = { shape: [2], data: Float32Array.of(0, 1) };
  }
  return decodeGolemModel({
    document: text.encode(JSON.stringify({ ...document, ...changes })),
    tensors: encodeSafetensors(tensors),
    training: text.encode(JSON.stringify(training)),
  });
}

it("contains no names of people or paths, and predicts the same", () => {
  const original = createPrivateGolem();
  const { model, leftOut } = createPublicGolem(original);
  const embeddings = [{ vectors: [Float32Array.of(2, 0, -1, 0)] }];
  expect(model.predictEmbedded(embeddings)).toEqual(original.predictEmbedded(embeddings));
  const text = new TextDecoder("latin1");
  for (const [name, bytes] of Object.entries(model.encode())) {
    for (const secret of ["somebody", "Quux", "ada-", "my number", "/home", "secret", "planted"]) {
      expect(text.decode(bytes).includes(secret), `${name} holds ${secret}`).toBe(false);
    }
  }
  expect(model.document.encoders[0]!.id).toBe("./encoder");
  expect(model.training.asked).toEqual({ "no-trim": true });
  expect(leftOut).toEqual([
    "3 names of recordings",
    "1 name of a speaker",
    "3 transcripts",
    "1 finding of the doctor",
    "2 recordings listed as left out",
    "3 paths and addresses",
  ]);
});

it("keeps the hashes that identify training recordings", () => {
  const { model, holds } = createPublicGolem(createPrivateGolem());
  expect(model.training.recordings[0]).toMatchObject({ label: "no", fileHash: "0".repeat(64) });
  expect(model.document.data.fingerprint).toBe("2".repeat(64));
  expect(holds.join()).toContain("hashes");
});

it("does not change a golem that was already made public", () => {
  const once = createPublicGolem(createPrivateGolem());
  const twice = createPublicGolem(once.model);
  for (const name of Object.values(golemFiles)) {
    expect(twice.model.encode()[name]).toEqual(once.model.encode()[name]);
  }
  expect(twice.leftOut).toEqual([]);
});

it("names a data set of the Hub only if it is known to be public", () => {
  const { data } = createPrivateGolem().document;
  const name = "hf:owner/calls?split=train";
  const pass = (isPublic?: boolean) =>
    createPublicGolem(createPrivateGolem({ data: { ...data, name, public: isPublic } }));
  expect(pass(true).model.document.data.name).toBe(name);
  expect(pass(true).holds.join()).toContain(name);
  for (const hidden of [pass(false), pass()]) {
    expect(hidden.model.document.data).toMatchObject({ name: "recordings" });
    expect(hidden.holds.join()).not.toContain("owner");
  }
  const path = pass(true).model.document.data;
  const mislabelled = createPrivateGolem({ data: { ...path, name: "/home/somebody", public: true } });
  expect(createPublicGolem(mislabelled).model.document.data.name).toBe("recordings");
});

it.each([
  ["createdBy", { createdBy: "/home/somebody/golem" }],
  ["revision", { encoders: [{ ...createPrivateGolem().document.encoders[0], revision: "of Ada" }] }],
])("rejects values of an unexpected form: %s", (place, changes) => {
  expect(() => createPublicGolem(createPrivateGolem(changes))).toThrow(place);
});

it("keeps the encoders, the transcriber and the audio settings unchanged", () => {
  const encoders = Object.values(encoderDefinitions).map(({ info }) => info);
  const transcriber = getTranscriberDefinition("moonshine-tiny")!.info;
  const audio = { ...defaultAudioSettings, pipeline: describeAudio(defaultAudioSettings) };
  const { document } = createPrivateGolem();
  const wide = { ...document, encoders, transcriber, audio, views: [], heads: [] };
  const picked = pickPublicDocument(wide as unknown as GolemDocument);
  expect(picked).toMatchObject({ encoders, transcriber });
  expect(JSON.stringify(picked.audio)).toBe(JSON.stringify(audio));
});

it.each(headKinds)("keeps all facts of a head of kind %s, and its evaluation", async (kind) => {
  const { document } = await trainGolem(
    {
      ...{ name: "made up", recordings: makeEmbeddings({ classes: 2, shots: 4, seed: 1 }) },
      ...{ encoders: [testEncoder], audio: defaultAudioSettings, createdBy: "a test" },
      pipeline: describeAudio(defaultAudioSettings),
    },
    { seed: 0, repeats: 1, head: kind, layer: 1 },
  );
  const named = { ...document, encoders: [{ ...testEncoder, id: "mfcc" }], familiarity: undefined };
  const { heads, evaluation } = pickPublicDocument({ ...named, views: [] });
  expect(heads).toEqual(document.heads);
  expect(evaluation).toEqual({
    ...document.evaluation,
    groupingReason: undefined,
    notMeasured: { code: "no-speakers" },
  });
});

describe("words", () => {
  const says = ["freeze my card", "what is my balance", "send money abroad", "speak to Zebulon"];
  const make = (seed: number) =>
    makeEmbeddings({ classes: 4, shots: 8, seed, separation: [0, 0.3, 0] }).map((recording, i) => ({
      ...recording,
      text: `${["please", "so", "well"][i % 3]} ${says[Number(recording.label.slice("class ".length))]}`,
      logprob: -0.1,
      decoded: testTranscriber.vectors.map(({ size }) => new Float32Array(size).fill(i % 2)),
    }));
  const trained = trainGolem(
    {
      ...{ name: "made up", recordings: make(1), encoders: [testEncoder], transcriber: testTranscriber },
      ...{ audio: defaultAudioSettings, pipeline: describeAudio(defaultAudioSettings), createdBy: "a test" },
    },
    { seed: 0, repeats: 2 },
  );
  const decode = (model: GolemModel): string =>
    Object.values(model.encode())
      .map((bytes) => new TextDecoder("latin1").decode(bytes))
      .join("\n");

  it("are replaced by hashes, with exactly the same predictions", async () => {
    const original = await trained;
    expect(original.document.views.some(({ layer }) => layer === "transcript")).toBe(true);
    expect(decode(original)).toContain("zebulon");
    const { model, holds, leftOut } = createPublicGolem(original);
    for (const piece of ["zebu", "Zebu", "reez", "abroad"]) expect(decode(model)).not.toContain(piece);
    const embeddings = make(2).map((recording, i) => ({
      ...recording,
      text: `${recording.text} ${["", "Zebulon", "unheard of"][i % 3]}`,
    }));
    expect(model.predictEmbedded(embeddings)).toEqual(original.predictEmbedded(embeddings));
    expect(holds.join()).toMatch(/hashes of \d+ words and word pairs/);
    expect(leftOut.join()).toMatch(/\d+ words and word pairs of the transcripts/);
    expect(createPublicGolem(model).model.encode()).toEqual(model.encode());
  });

  it("are kept if transcripts are requested, which the golem must have", async () => {
    const original = await trained;
    const options = { includeTranscripts: true };
    const { model, holds, leftOut } = createPublicGolem(original, options);
    expect(model.training.recordings.map(({ text }) => text)).toEqual(make(1).map(({ text }) => text));
    expect(model.classifier.vocabulary).toEqual(original.classifier.vocabulary);
    expect(holds.join()).toContain("the transcripts of 32 recordings");
    expect(leftOut.join()).not.toMatch(/transcript|words/);
    const hidden = createPublicGolem(model);
    expect(hidden.leftOut[0]).toBe("32 transcripts");
    expect(() => createPublicGolem(hidden.model, options)).toThrow("exported without");
    expect(() => createPublicGolem(createPrivateGolem(), options)).not.toThrow();
  });
});
