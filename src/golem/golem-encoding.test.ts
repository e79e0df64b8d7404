/** The hashes that bind the files of a golem together. */
import { expect, it } from "vitest";
import { makeEmbeddings, testEncoder, testTranscriber } from "../../test/support/make-embeddings.ts";
import { defaultAudioSettings } from "../audio/audio.ts";
import { describeAudio } from "../audio/audio-description.ts";
import { createWebGolem } from "../export/export-web.ts";
import { trainGolem } from "../workflow/train-golem.ts";
import { encodeGolem } from "./golem-encoding.ts";
import { golemFiles, hashFiles, reportFile } from "./golem-files.ts";
import { decodeGolemModel, type GolemModel } from "./golem-model.ts";
import { createPublicGolem } from "./public-golem.ts";

const says = ["freeze my card", "what is my balance", "send money abroad"];
const trained = trainGolem(
  {
    recordings: makeEmbeddings({ classes: 3, shots: 6, seed: 1, separation: [0, 0.3, 0] }).map(
      (recording, i) => ({
        ...recording,
        text: `${["please", "so", "well"][i % 3]} ${says[Number(recording.label.slice("class ".length))]}`,
        logprob: -0.1,
        decoded: testTranscriber.vectors.map(({ size }) => new Float32Array(size).fill(i % 2)),
      }),
    ),
    ...{ name: "made up", encoders: [testEncoder], transcriber: testTranscriber },
    ...{ audio: defaultAudioSettings, pipeline: describeAudio(defaultAudioSettings), createdBy: "a test" },
  },
  { seed: 0, repeats: 1 },
);

const parts = ["tensors", "training", "text"] as const;

function readParts(files: Readonly<Record<string, Uint8Array | string>>, folder = "") {
  const read = (part: keyof typeof golemFiles) => {
    const file = files[folder + golemFiles[part]]!;
    return typeof file === "string" ? new TextEncoder().encode(file) : file;
  };
  return {
    document: read("document"),
    tensors: read("tensors"),
    training: read("training"),
    text: read("text"),
  };
}

const parse = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));

function catchError(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

it("lists the hashes of all files but the card, and writes golem.json last", async () => {
  const files = encodeGolem(await trained, { report: "<!doctype html>" });
  const { [golemFiles.card]: card, [golemFiles.document]: document, ...others } = files;
  expect(card).toBeDefined();
  expect(Object.keys(files).at(-1)).toBe(golemFiles.document);
  expect(parse(document!).files).toEqual(hashFiles(others));
  expect(Object.keys(others)).toEqual(["head.safetensors", "training.json", "text.json", reportFile]);
});

it.each(parts)("detects flipped bits in %s", async (part) => {
  const files = readParts((await trained).encode());
  const name = golemFiles[part];
  const { length } = files[part];
  for (const place of [0, 1, length >> 1, length - 2, length - 1]) {
    const bytes = files[part].slice();
    bytes[place]! ^= 1 << (place % 8);
    const error = catchError(() => decodeGolemModel({ ...files, [part]: bytes }));
    expect(error).toMatchObject({ code: "golem-damaged", hint: expect.stringContaining(`"${name}"`) });
    const { message } = error as Error;
    expect(message).toContain(hashFiles({ found: bytes }).found);
    expect(message).toContain(parse(files.document).files[name]);
  }
});

it("does not check what golem.json does not list", async () => {
  const files = readParts((await trained).encode());
  const text = new TextEncoder();
  const edited = text.encode(`${new TextDecoder().decode(files.training)} `);
  expect(() => decodeGolemModel({ ...files, training: edited })).toThrow("training.json");
  const { files: hashes, ...document } = parse(files.document);
  const without = { ...document, files: { ...hashes, [golemFiles.training]: undefined } };
  for (const each of [document, without]) {
    const bytes = text.encode(JSON.stringify(each));
    const { training } = decodeGolemModel({ ...files, document: bytes, training: edited });
    expect(training.recordings).toHaveLength(18);
  }
});

it("keeps no hashes in memory, and gives the same bytes again", async () => {
  const model = await trained;
  const loaded = decodeGolemModel(readParts(model.encode()));
  expect(loaded.document).toEqual(model.document);
  expect(loaded.document.files).toBeUndefined();
  expect(loaded.encode()).toEqual(model.encode());
});

it("lists the hashes of the remaining files in exported golems and in those for pages", async () => {
  const check = (files: Readonly<Record<string, Uint8Array | string>>, folder: string): GolemModel => {
    const read = readParts(files, folder);
    const { files: listed } = parse(read.document);
    expect(listed).toEqual(
      hashFiles({
        [golemFiles.tensors]: read.tensors,
        [golemFiles.training]: read.training,
        [golemFiles.text]: read.text,
      }),
    );
    return decodeGolemModel(read);
  };
  const passed = createPublicGolem(await trained);
  check(passed.model.encode(), "");
  const page = check(createWebGolem(passed).files, "golem/");
  expect(page.training.recordings[0]).not.toHaveProperty("outOfFold");
});
