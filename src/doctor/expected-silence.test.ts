import { describe, expect, it } from "vitest";
import { createExamination, createExamined } from "../../test/support/examined.ts";
import { createMatrix } from "../math/matrix.ts";
import { diagnose } from "./diagnose.ts";

const silent = {
  ...{ peak: 0.00001, loudnessDb: -110, noiseDb: -120, offset: 0.00001, kept: [0, 0.05] as const },
  ...{ clippedFraction: 0.5, sampleRate: 8000, audioHash: "the same", container: "flac" as const },
  warnings: [{ code: "silent", message: "It is silent.", hint: "" }],
};

/** Ten recordings of each of two classes, and five silent ones with this label. */
function createSet(label: string) {
  const sounds = ["a", "b"].flatMap((name, k) =>
    Array.from({ length: 10 }, (_, i) =>
      createExamined(`${name}${i}`, name, { facts: { loudnessDb: -20 - ((7 * i + k) % 10) } }),
    ),
  );
  const silences = Array.from({ length: 5 }, (_, i) => createExamined(`s${i}`, label, { facts: silent }));
  const recordings = [...sounds, ...silences];
  const labels = ["a", "b", label];
  const probabilities = createMatrix(recordings.length, 3);
  // The silent ones are predicted as another class, as with two classes of silence.
  for (const [row, recording] of recordings.entries()) {
    probabilities.data[3 * row + (recording.label === label ? 0 : labels.indexOf(recording.label))] = 1;
  }
  return createExamination(recordings, {
    opinion: {
      ...{ labels, rows: [...recordings.keys()], probabilities },
      firstProbabilities: probabilities,
    },
  });
}

describe("silent recordings", () => {
  it.each(["_silence", "_background", "_unknown"])("are no fault in the class %s", (label) => {
    const about = diagnose(createSet(label)).flatMap(({ kind, files }) =>
      files.some((file) => file.startsWith("s")) ? [kind] : [],
    );
    expect(about).toEqual([]);
    expect(diagnose(createSet(label)).filter(({ kind }) => kind === "confounded")).toEqual([]);
  });

  it("are a fault in any other class", () => {
    const kinds = diagnose(createSet("c")).map(({ kind }) => kind);
    expect(kinds).toContain("silent");
    expect(kinds).toContain("sample-rate-mixture");
  });
});
