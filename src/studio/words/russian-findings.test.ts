import { describe, expect, it } from "vitest";
import { createExamination, createExamined } from "../../../test/examined.ts";
import { diagnose } from "../../doctor/diagnose.ts";
import type { ExaminedRecording } from "../../doctor/examination.ts";
import type { FindingReason } from "../../doctor/finding.ts";
import { describeFinding } from "./russian-findings.ts";

const make = (
  count: number,
  label: string,
  facts: ExaminedRecording["facts"] | object = {},
  rest: object = {},
) => Array.from({ length: count }, (_, i) => createExamined(`${label} ${i}`, label, { ...rest, facts }));

describe("findings in Russian", () => {
  it("say with the same numbers what the doctor says, of whatever is found", () => {
    const sets = [
      [
        ...make(4, "quiet", { peak: 0.001 }),
        ...make(20, "loud", { clippedFraction: 0.2 }),
        ...make(1, "alone"),
      ],
      [...make(6, "low", { sampleRate: 8000 }), ...make(6, "high", { offset: 0.2 })],
      [
        ...make(9, "long", { seconds: 40, kept: [0, 40] }),
        ...make(9, "short", { seconds: 0.05, kept: [0, 0.05] }),
      ],
      [...make(5, "a", {}, { speaker: "Ann" }), ...make(5, "b", {}, { speaker: "Ann" })],
      [...make(5, "a", {}, { speaker: "Ann" }), ...make(5, "b", {}, { speaker: "Bo" })],
      [
        ...make(5, "a", {}, { speaker: "Ann" }),
        ...make(5, "b", {}, { speaker: "Bo" }),
        ...make(5, "c", {}, { speaker: "Ann", split: "test" }),
      ],
      make(3, "only"),
    ];
    const skipped = ["silent", "not-audio"].map((code) => ({
      file: code,
      code,
      message: "It is.",
      hint: "",
    }));
    const codes = new Set<string>();
    for (const recordings of sets) {
      for (const { reason, message } of diagnose(createExamination(recordings, { skipped }))) {
        const told = describeFinding(reason)!;
        codes.add(reason.code);
        expect(told, message).toMatch(/[а-яё]{4}/);
        expect(told, message).not.toMatch(/undefined|NaN|\[object/);
        const count = "count" in reason ? reason.count : undefined;
        if (count !== undefined) expect(told).toContain(String(count));
      }
    }
    expect(codes.size).toBeGreaterThan(12);
  });

  it("are left to the doctor's own words where the reason is not known", () => {
    expect(describeFinding({ code: "something new" } as unknown as FindingReason)).toBeUndefined();
    expect(() => describeFinding({ code: "too-long" } as unknown as FindingReason)).not.toThrow();
  });
});
