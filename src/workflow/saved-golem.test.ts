/** Saving and loading golems trained on synthetic embeddings; unknown recordings and label sets. */
import { describe, expect, it } from "vitest";
import { makeEmbeddings, testEncoder } from "../../test/support/make-embeddings.ts";
import { train } from "../../test/support/train-golem.ts";
import { encodeUnbound } from "../../test/support/unbound-golem.ts";
import { GolemError } from "../core/error.ts";
import { createRandom } from "../core/random.ts";
import type { EmbeddedRecording, Embedding } from "../embed/embedded-recording.ts";
import { decodeGolemModel } from "../golem/golem-model.ts";
import { decodeSafetensors, encodeSafetensors } from "../golem/safetensors.ts";

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

  it("flags recordings most like the class for unknown sounds, which does not count as a familiar class", async () => {
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

  it("flags unknown recordings for any order of the recordings and any number of classes", async () => {
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

  it("gives label sets that contain the true label about as often as stated, and the predicted label always", async () => {
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

  it("rejects documents that are damaged, of another version, or inconsistent", async () => {
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

  it("gives a clear error or none for any changed byte", async () => {
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

it("rejects a golem whose weights give no probabilities, or that has a view twice", async () => {
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
