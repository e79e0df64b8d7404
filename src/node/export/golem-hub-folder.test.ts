import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeEmbeddings, testEncoder } from "../../../test/support/make-embeddings.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { defaultAudioSettings } from "../../audio/audio.ts";
import { describeAudio } from "../../audio/audio-description.ts";
import { type EncoderDescriptor, parseDescriptor } from "../../encoder/described/encoder-descriptor.ts";
import { createPublicGolem } from "../../golem/public-golem.ts";
import { trainGolem } from "../../workflow/train-golem.ts";
import { getCacheFolder } from "../disk/cache-folder.ts";
import { exportHubFolder } from "./golem-hub-folder.ts";

/** A network whose input is log-mel frames; it cannot be part of an ONNX file whose input is samples. */
const descriptor: EncoderDescriptor = parseDescriptor(
  JSON.stringify({
    ...{ format: "golem-encoder", formatVersion: 1, description: "a test", licence: "MIT", model: "m.onnx" },
    ...{ sampleRate: 16_000, minimumSamples: 400, precision: "fp32" },
    input: {
      ...{ name: "frames", kind: "log-mel", axes: ["frames", "bands"], window: 400, hop: 160, high: 8000 },
      ...{ transformSize: 512, bands: 40 },
    },
    output: { layers: ["a", "b", "c"], axes: ["time", "features"], dimensions: testEncoder.dimensions },
  }),
);

it("states why there is no ONNX file without the path of the encoder", async () => {
  const folder = await createScratchFolder();
  const path = join(folder, "m.onnx");
  await writeFile(path, "a network");
  const sha256 = { "m.onnx": createHash("sha256").update("a network").digest("hex") };
  const info = { ...testEncoder, id: join(folder, "secret-place"), revision: "local", sha256 };
  const model = await trainGolem(
    {
      ...{ name: "made up", recordings: makeEmbeddings({ classes: 3, shots: 4, seed: 1 }) },
      ...{ encoders: [info], audio: defaultAudioSettings },
      ...{ pipeline: describeAudio(defaultAudioSettings), createdBy: "a test" },
    },
    { seed: 0, repeats: 2 },
  );
  const source = { kind: "described", model: path, descriptor } as const;
  const { files, notes } = await exportHubFolder({
    golem: createPublicGolem(model),
    encoderSet: { encoders: [{ info, description: "", licence: "MIT", source }], transcriber: undefined },
    ...{ name: "out", licence: undefined, cache: getCacheFolder() },
  });
  expect(notes.join()).toContain("./encoder takes log-mel frames");
  const card = String(files["README.md"]).replaceAll("\\", "");
  expect(card).toContain("There is no ONNX file: ./encoder takes");
  for (const text of [card, notes.join()]) {
    expect(text).not.toContain(folder);
    expect(text).not.toContain("secret-place");
  }
});
