import { expect, it } from "vitest";
import { getTrainingHabits } from "../detect/training-habits.ts";
import type { TrainingDocument } from "../golem/golem-document.ts";
import { keepHabits } from "./export-web.ts";

it("keeps all that a page's detection goes by, and nothing that tells whose recordings they were", () => {
  const training: TrainingDocument = {
    formatVersion: 3,
    recordings: Array.from({ length: 20 }, (_, i) => ({
      ...{ file: `ada-${i}.wav`, label: i % 2 ? "rain" : "yes", speaker: "Ada Quux", text: "my number is" },
      ...{ fileHash: "a".repeat(64), audioHash: "b".repeat(64), seconds: 3 + i, keptSeconds: 1 + i },
      ...{ dynamicsDb: i % 2 ? 1 : 30, logprob: -i / 10 },
    })),
  };
  const kept = keepHabits(training);
  const habits = getTrainingHabits({ training });
  expect(getTrainingHabits({ training: kept })).toEqual(habits);
  expect(habits.isSteady).toBe(true);
  expect(habits.unclearLogprob).toBeLessThan(0);
  for (const secret of ["ada-", "Quux", "my number", "aaaa", "bbbb"]) {
    expect(JSON.stringify(kept)).not.toContain(secret);
  }
});
