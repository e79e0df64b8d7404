/** Trains golems on embeddings made by code, and gives the files of a saved one. */

import { defaultAudioSettings } from "../../src/audio/audio.ts";
import { describeAudio } from "../../src/audio/audio-description.ts";
import type { EmbeddedRecording } from "../../src/embed/embedded-recording.ts";
import type { GolemModel } from "../../src/golem/golem-model.ts";
import { type TrainingOptions, trainGolem } from "../../src/workflow/train-golem.ts";
import { testEncoder } from "./make-embeddings.ts";

export function train(
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
