import { describe, expect, it } from "vitest";
import { createExamination, createExamined } from "../../test/support/examined.ts";
import { diagnose } from "./diagnose.ts";
import type { FindingReason } from "./finding.ts";
import { describeReason, englishFindings, getFindingTitle, wordFinding } from "./finding-words.ts";

describe("findings in English", () => {
  it("have their numbers and names in the message, and the keys in the order of the document", () => {
    const finding = wordFinding({
      kind: "clipped",
      severity: "note",
      files: ["a.wav"],
      reason: { code: "clipped", count: 1 },
    });
    expect(finding.message).toMatch(/^1 recording is clipped at full scale: /);
    expect(Object.keys(finding)).toEqual(["kind", "severity", "files", "message", "reason", "advice"]);
  });

  it("use details that are not in the reason, and omit them from the document", () => {
    const skipped = [{ file: "x", code: "not-audio", message: "It is not audio.", hint: "Delete it." }];
    const [finding] = diagnose(
      createExamination(
        ["a", "b"].flatMap((label) =>
          Array.from({ length: 6 }, (_, i) => createExamined(`${label}${i}`, label)),
        ),
        { skipped },
      ),
    );
    expect(finding).toEqual({
      kind: "unreadable",
      severity: "warning",
      files: ["x"],
      message: "1 recording could not be read and will be left out. It is not audio.",
      reason: { code: "unreadable", count: 1 },
      advice: "Delete it.",
    });
  });

  it("state whether copies are exact", () => {
    const reason = { code: "copies-other-side", files: "a, b" } as const;
    expect(describeReason(englishFindings, reason, { isExact: true })!.message).toMatch(
      /^a, b contain the same audio on both sides/,
    );
    expect(describeReason(englishFindings, reason, { isExact: false })!.message).toMatch(
      /^a, b are copies of one recording on both sides/,
    );
  });

  it("are undefined for codes of other versions or of Object's prototype; an unknown kind is its own title", () => {
    for (const code of ["something-new", "constructor"]) {
      expect(describeReason(englishFindings, { code } as unknown as FindingReason)).toBeUndefined();
      expect(getFindingTitle(englishFindings, code)).toBe(code);
    }
    expect(getFindingTitle(englishFindings, "near-duplicate")).toBe("Copies of one recording");
  });
});
