/**
 * The doctor's findings, most severe first, each with advice.
 *
 * Not its concern: how faults are found.
 */
import type { FindingReason } from "../../doctor/finding.ts";
import { describeReason, type FindingText, getFindingTitle } from "../../doctor/finding-words.ts";
import type { StoredFinding } from "../../golem/training-account.ts";
import type { TrainingDocument } from "../../golem/training-document.ts";
import { shortName } from "../data/task.ts";
import { learned } from "../state/tasks.ts";
import { language, words } from "../words/language.ts";
import { findKept } from "./behind.ts";
import { Behind } from "./behind-list.tsx";
import { findMistake } from "./recording-list.tsx";

const order = ["severe", "warning", "note"] as const;
const maximumFiles = 50;

type Finding = NonNullable<TrainingDocument["findings"]>[number];

/** Findings of one kind and severity: pairs of copies, for example. */
function groupFindings(findings: readonly Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>();
  for (const severity of order) {
    for (const finding of findings) {
      if (finding.severity !== severity) continue;
      const key = `${severity} ${finding.kind}`;
      groups.set(key, [...(groups.get(key) ?? []), finding]);
    }
  }
  return [...groups.values()];
}

/** The section; nothing if the doctor did not run. */
export function Findings() {
  const { findings } = learned.value!.training;
  const w = words.value.result;
  if (!findings) return null;
  const groups = groupFindings(findings);
  return (
    <section aria-labelledby="doctor">
      <header>
        <h2 id="doctor">{w.doctor}</h2>
        <p class="lead">{groups.length === 0 ? w.doctorNone : w.doctorSome(groups.length)}</p>
      </header>
      <ul class="findings">
        {groups.map((group) => {
          const { severity, kind } = group[0]!;
          return (
            <li key={`${severity} ${kind}`} class={`is-${severity}`}>
              <span class="severity">{w.severity[severity]}</span>
              <Group findings={group} />
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Group({ findings }: { readonly findings: readonly Finding[] }) {
  const w = words.value;
  const described = findings.map(describeFinding);
  const { title } = described[0]!;
  const advice = [...new Set(described.map((one) => one.advice))].join(" ");
  const count = findings.reduce((sum, { files }) => sum + files.length, 0);
  const size = count > 0 ? w.recordings(count) : w.result.details;
  return (
    <div class="behind">
      <p>
        <b>{title}.</b> {advice}
      </p>
      <details>
        <summary>{findings.length > 1 ? `${w.result.groups(findings.length)}, ${size}` : size}</summary>
        {findings.map((finding) => (
          <One key={finding.message} finding={finding} />
        ))}
      </details>
    </div>
  );
}

function One({ finding }: { readonly finding: Finding }) {
  const { files, kind } = finding;
  const { message, isLeftEnglish } = describeFinding(finding);
  return (
    <>
      <p lang={isLeftEnglish ? "en" : undefined}>{nameRecordings(message, files)}</p>
      {files.length > 0 && (
        <Behind
          canCorrect
          items={files.slice(0, maximumFiles).map((file) => {
            const recording = findKept({ file });
            const suggested = recording && kind === "likely-mislabelled" ? findMistake(recording) : undefined;
            return { recording, name: file, note: recording?.label, suggested };
          })}
        />
      )}
    </>
  );
}

/** Files by the names that the studio shows them with. */
function nameRecordings(message: string, files: readonly string[]): string {
  let named = message;
  for (const file of files) {
    const recording = findKept({ file });
    if (recording) named = named.replaceAll(file, shortName(recording));
  }
  return named;
}

/** A finding in words. */
interface DescribedFinding extends FindingText {
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
