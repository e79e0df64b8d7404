import { expect, it } from "vitest";
import { getTrainingStatistics } from "../detect/training-statistics.ts";
import type { TrainingDocument } from "../golem/training-document.ts";
import { keepDetectionFields } from "./export-web.ts";

it("keeps the fields that detection uses, and nothing that identifies the recordings", () => {
  const training: TrainingDocument = {
    formatVersion: 3,
    recordings: Array.from({ length: 20 }, (_, i) => ({
      ...{ file: `ada-${i}.wav`, label: i % 2 ? "rain" : "yes", speaker: "Ada Quux", text: "my number is" },
      ...{ fileHash: "a".repeat(64), audioHash: "b".repeat(64), seconds: 3 + i, keptSeconds: 1 + i },
      ...{ dynamicsDb: i % 2 ? 1 : 30, logprob: -i / 10 },
    })),
  };
  const kept = keepDetectionFields(training);
  const statistics = getTrainingStatistics({ training });
  expect(getTrainingStatistics({ training: kept })).toEqual(statistics);
  expect(statistics.isSteady).toBe(true);
  expect(statistics.logprobs).toHaveLength(training.recordings.length);
  for (const secret of ["ada-", "Quux", "my number", "aaaa", "bbbb"]) {
    expect(JSON.stringify(kept)).not.toContain(secret);
  }
});
