/**
 * What the doctor found in the recordings, the gravest first, each with what to do.
 *
 * Must not know: how faults are found.
 */
import type { TrainingDocument } from "../../golem/golem-document.ts";
import { learned } from "../state/tasks.ts";
import { words } from "../words/language.ts";
import { findKept } from "./behind.ts";
import { Behind } from "./behind-list.tsx";

const order = ["severe", "warning", "note"] as const;
const mostFiles = 50;

type Finding = NonNullable<TrainingDocument["findings"]>[number];

/** The section; nothing where the doctor was not asked. */
export function Findings() {
  const { findings } = learned.value!.training;
  const w = words.value.result;
  if (!findings) return null;
  const sorted = order.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
  return (
    <section aria-labelledby="doctor">
      <header>
        <h2 id="doctor">{w.doctor}</h2>
        <p class="lead">{sorted.length === 0 ? w.doctorNone : w.doctorSome(sorted.length)}</p>
      </header>
      <ul class="findings">
        {sorted.map((finding) => (
          <li key={finding.message} class={`is-${finding.severity}`}>
            <span class="severity">{w.severity[finding.severity]}</span>
            <FindingText finding={finding} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function FindingText({ finding }: { readonly finding: Finding }) {
  const w = words.value;
  const [title, advice] = w.result.findings[finding.kind] ?? [finding.kind, finding.advice];
  const { files } = finding;
  return (
    <div class="behind">
      <p>
        <b>{title}.</b> {advice}
      </p>
      <details>
        <summary>{files.length > 0 ? w.recordings(files.length) : w.result.details}</summary>
        <p lang="en">{finding.message}</p>
        {files.length > 0 && (
          <Behind
            items={files.slice(0, mostFiles).map((file) => {
              const recording = findKept({ file });
              return { recording, name: file, note: recording?.label };
            })}
          />
        )}
      </details>
    </div>
  );
}
