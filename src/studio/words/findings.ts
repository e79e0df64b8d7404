/**
 * A golem's findings in the chosen language.
 *
 * Not its concern: how anything is found, where it is shown.
 */
import type { FindingReason } from "../../doctor/finding.ts";
import { describeReason, type FindingText, getFindingTitle } from "../../doctor/finding-words.ts";
import type { StoredFinding } from "../../golem/training-account.ts";
import { language, words } from "./language.ts";

/** A finding in words. */
export interface DescribedFinding extends FindingText {
  /** Of its kind. */
  readonly title: string;
  /** Whether message and advice are in English because the chosen language has none for this reason. */
  readonly isLeftEnglish: boolean;
}

/** Words a finding from its reason; a golem of another version may have none, or an unknown one. */
export function describeFinding({ kind, reason, message, advice }: StoredFinding): DescribedFinding {
  const { findings } = words.value.result;
  const title = getFindingTitle(findings, kind);
  const isEnglish = language.value === "en";
  // The stored words are English, and have details that the reason lacks.
  const text =
    isEnglish || !reason ? undefined : describeReason(findings, reason as unknown as FindingReason);
  return { title, ...(text ?? { message, advice }), isLeftEnglish: !isEnglish && !text };
}
