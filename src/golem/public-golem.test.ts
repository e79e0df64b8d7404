import { expect, it } from "vitest";
import { decodeGolemModel, type GolemModel, golemFiles } from "./golem-model.ts";
import { createPublicGolem } from "./public-golem.ts";
import { encodeSafetensors } from "./safetensors.ts";

/** A golem of two views of an encoder in a folder of somebody's, with everything in it that names things. */
function createPrivateGolem(): GolemModel {
  const text = new TextEncoder();
  const encoder = "/home/somebody/secret-encoder";
  const view = (layer: number) => ({ encoder, layer, pooling: "mean", weight: 0.5 });
  const head = { kind: "ridge", features: 1, classes: 2, normalise: false, facts: {} };
  const recording = (file: string, label: string) => ({
    ...{ file, label, speaker: "Ada Quux", fileHash: "0".repeat(64), audioHash: "1".repeat(64), seconds: 1 },
    ...{ text: "my number is", outOfFold: [0.5, 0.5], votes: [[0, 3]] },
  });
  const document = {
    ...{ format: "golem", formatVersion: 3, createdBy: "test", labels: ["no", "yes"], seed: 0 },
    encoders: [
      {
        ...{ id: encoder, revision: "local", sha256: {}, sampleRate: 16_000, layers: 2, dimensions: 1 },
        ...{ precision: "fp32", recipe: "" },
      },
    ],
    audio: { sampleRate: 16_000, trim: true, maximumSeconds: 60, windowSeconds: 30, pipeline: {} },
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
      ...{ trainAccuracy: 1, grouping: "none", unseenLabels: {}, overlap: ["calls/ada.wav"] },
      groupingReason: "1 of its speakers, such as Ada Quux, are also in the training set",
      skipped: [{ file: "ada-2.wav", code: "silent", message: "ada-2.wav is silent", hint: "" }],
    },
  };
  const training = {
    formatVersion: 3,
    recordings: [recording("ada-0.wav", "no"), recording("ada-1.wav", "yes")],
    test: [recording("ada-3.wav", "yes")],
    asked: { encoder, test: "/home/somebody/test", "no-trim": true },
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
    document: text.encode(JSON.stringify(document)),
    tensors: encodeSafetensors(tensors),
    training: text.encode(JSON.stringify(training)),
  });
}

it("names nobody and no place, and predicts the same", () => {
  const original = createPrivateGolem();
  const { model, leftOut } = createPublicGolem(original);
  const heard = [{ vectors: [Float32Array.of(2, 0, -1, 0)] }];
  expect(model.predictHeard(heard)).toEqual(original.predictHeard(heard));
  const text = new TextDecoder("latin1");
  for (const [name, bytes] of Object.entries(model.encode())) {
    for (const secret of ["somebody", "Quux", "ada-", "my number", "/home"]) {
      expect(text.decode(bytes).includes(secret), `${name} holds ${secret}`).toBe(false);
    }
  }
  expect(model.document.encoders[0]!.id).toBe("./secret-encoder");
  expect(model.training.asked).toEqual({ "no-trim": true });
  expect(leftOut).toEqual([
    "3 names of recordings",
    "1 name of a speaker",
    "3 transcripts",
    "1 finding of the doctor",
    "2 recordings listed as left out",
    "3 places on this machine",
  ]);
});

it("keeps what tells a training recording from a new one", () => {
  const { model, holds } = createPublicGolem(createPrivateGolem());
  expect(model.training.recordings[0]).toMatchObject({ label: "no", fileHash: "0".repeat(64) });
  expect(model.document.data.fingerprint).toBe("2".repeat(64));
  expect(holds.join()).toContain("hashes");
});

it("leaves a golem that was passed on as it is", () => {
  const once = createPublicGolem(createPrivateGolem());
  const twice = createPublicGolem(once.model);
  for (const name of Object.values(golemFiles)) {
    expect(twice.model.encode()[name]).toEqual(once.model.encode()[name]);
  }
  expect(twice.leftOut).toEqual([]);
});
