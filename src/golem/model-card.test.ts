import { expect, it } from "vitest";
import { makeEmbeddings, testEncoder } from "../../test/support/make-embeddings.ts";
import { defaultAudioSettings } from "../audio/audio.ts";
import { describeAudio } from "../audio/audio-description.ts";
import { trainGolem } from "../workflow/train-golem.ts";
import { writeModelCard } from "./model-card.ts";

async function writeCard(encoder: string, name: string): Promise<string> {
  const input = {
    ...{ name, recordings: makeEmbeddings({ classes: 2, shots: 3, seed: 1 }), encoders: [testEncoder] },
    ...{ audio: defaultAudioSettings, pipeline: describeAudio(defaultAudioSettings), createdBy: "a test" },
  };
  const { document } = await trainGolem(input, { seed: 0, repeats: 1, layer: "last", head: "centroid" });
  return writeModelCard({ ...document, encoders: [{ ...testEncoder, id: encoder }] });
}

it("names models of the Hub, and only these, as base models", async () => {
  const named = await writeCard("facebook/wav2vec2-base", "recordings");
  expect(named).toContain('base_model: ["facebook/wav2vec2-base"]\nbase_model_relation: adapter');
  expect(await writeCard("openai/whisper-tiny?padded", "x")).toContain('base_model: ["openai/whisper-tiny"]');
  for (const id of ["moonshine-tiny", "/home/me/encoder", "./encoder", "../a/b"]) {
    expect(await writeCard(id, "recordings")).not.toContain("base_model");
  }
});

it("names data sets of the Hub by their id, others by the last part of their path", async () => {
  expect(await writeCard("moonshine-tiny", "hf:PolyAI/minds14?config=en-GB")).toContain(
    'dataset: { type: "PolyAI/minds14", name: "PolyAI/minds14" }',
  );
  expect(await writeCard("moonshine-tiny", "/home/me/my calls/")).toContain('name: "my calls" }');
});
