/** Training with synthetic transcripts and decoder vectors: their weight, saving and loading. */
import { describe, expect, it } from "vitest";
import { makeEmbeddings, testEncoder, testTranscriber } from "../../test/support/make-embeddings.ts";
import { encodeUnbound } from "../../test/support/unbound-golem.ts";
import { defaultAudioSettings } from "../audio/audio.ts";
import { describeAudio } from "../audio/audio-description.ts";
import { createRandom } from "../core/random.ts";
import type { EmbeddedRecording } from "../embed/embedded-recording.ts";
import { decodeGolemModel, golemFiles } from "../golem/golem-model.ts";
import { trainGolem } from "./train-golem.ts";

describe("the transcript", () => {
  const transcriber = {
    ...{ id: "scribe", revision: "1", sha256: {}, sampleRate: 16_000, precision: "int8", recipe: "none" },
    vectors: [],
  };
  const words = ["freeze my card", "what is my balance", "send money abroad"];
  const withText = (options: Parameters<typeof makeEmbeddings>[0], getText: (label: number) => string) =>
    makeEmbeddings(options).map((recording) => ({
      ...recording,
      text: getText(Number(recording.label.slice("class ".length))),
    }));
  const trainWithText = (recordings: readonly EmbeddedRecording[], encoders = [testEncoder]) =>
    trainGolem(
      {
        ...{ name: "made up", recordings, encoders, transcriber, audio: defaultAudioSettings },
        ...{ pipeline: describeAudio(defaultAudioSettings), createdBy: "a test" },
      },
      { head: "auto", seed: 0, repeats: 2 },
    );
  const inseparable = { classes: 3, shots: 6, separation: [0, 0, 0] };

  it("decides if the sound does not distinguish the classes, and is saved with its vocabulary", async () => {
    const model = await trainWithText(withText({ ...inseparable, seed: 1 }, (label) => words[label]!));
    expect(model.document.evaluation!.balancedAccuracy).toBeGreaterThan(0.95);
    expect(model.transcriber).toEqual(transcriber);
    const files = model.encode();
    const loaded = decodeGolemModel({ ...encodeUnbound(model), text: files[golemFiles.text]! });
    const fresh = withText({ ...inseparable, seed: 2 }, (label) => `please ${words[label]}`);
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

  it("is left out if it does not distinguish the classes", async () => {
    const recordings = withText({ classes: 3, shots: 8, seed: 1, separation: [0, 3, 0] }, () => "uh");
    const model = await trainWithText(recordings);
    expect(model.transcriber).toBeUndefined();
    expect(model.encode()[golemFiles.text]).toBeUndefined();
  });

  it("is rejected without its vocabulary, or with another", async () => {
    const model = await trainWithText(withText({ ...inseparable, seed: 1 }, (label) => words[label]!));
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
  /**
   * Recordings with the same transcript; `separation` is the distance between classes in the decoder vectors.
   */
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
    trainGolem({ ...input(recordings), transcriber }, { head: "auto", seed: 0, repeats: 2 });
  const inseparable = { classes: 3, shots: 6, separation: [0, 0, 0] };
  const isRead = ({ layer }: { layer: unknown }) => typeof layer !== "number";

  it("decide if the sound does not distinguish the classes, and a golem is saved with them bit for bit", async () => {
    const model = await trainWithDecoder(withDecoded({ ...inseparable, seed: 1 }, 4));
    expect(model.document.evaluation!.balancedAccuracy).toBeGreaterThan(0.95);
    expect(model.document.views.map(({ layer }) => layer)).toEqual(
      expect.arrayContaining(["context", "start"]),
    );
    expect(model.transcriber).toEqual(transcriber);
    const files = model.encode();
    const text = files[golemFiles.text];
    const loaded = decodeGolemModel({ ...encodeUnbound(model), ...(text ? { text } : {}) });
    const fresh = withDecoded({ ...inseparable, seed: 2 }, 4);
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

  it("are left out together if they add nothing to the sound", async () => {
    const model = await trainWithDecoder(
      withDecoded({ classes: 3, shots: 8, seed: 1, separation: [0, 3, 0] }, 0),
    );
    expect(model.document.views.some(isRead)).toBe(false);
    expect(model.transcriber).toBeUndefined();
    expect(model.encode()[golemFiles.text]).toBeUndefined();
  });

  it("are ignored without a transcriber", async () => {
    const recordings = withDecoded({ ...inseparable, seed: 1 }, 4);
    const alone = await trainGolem(input(recordings), { head: "auto", seed: 0, repeats: 2 });
    const plain = recordings.map(({ text, decoded, ...rest }) => rest);
    const expected = await trainGolem(input(plain), { head: "auto", seed: 0, repeats: 2 });
    expect(alone.document.views.some(isRead)).toBe(false);
    expect(alone.encode()).toEqual(expected.encode());
  });

  it("are rejected if they are missing, of another size, or not from the golem's transcriber", async () => {
    const recordings = withDecoded({ ...inseparable, seed: 1 }, 4);
    const model = await trainWithDecoder(recordings);
    const change = (decoded: readonly Float32Array[] | undefined) => () =>
      model.predictEmbedded([
        {
          vectors: model.encoders.length > 0 ? recordings[0]!.vectors : [],
          text: "uh",
          ...(decoded ? { decoded } : {}),
        },
      ]);
    const rejection = expect.objectContaining({ code: "invalid-shape" });
    expect(change(recordings[0]!.decoded)).not.toThrow();
    expect(change(undefined)).toThrow(rejection);
    expect(change(recordings[0]!.decoded.toReversed())).toThrow(rejection);
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
