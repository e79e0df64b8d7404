/**
 * The doctor's findings, most severe first, each with advice.
 *
 * Not its concern: how faults are found, the wording (doctor/finding-words.ts).
 */
import { formatNumberOf } from "../../core/format.ts";
import { severities } from "../../doctor/finding.ts";
import { englishFindings, getFindingTitle } from "../../doctor/finding-words.ts";
import { RecordingItem } from "./recording-item.tsx";
import type { ReportData, ReportFinding, ReportRecording } from "./report-data.ts";
import { Section } from "./section.tsx";

/** Files shown per finding. */
const maximumFiles = 50;

/** The section; undefined if the doctor did not run. */
export function writeFindings({ findings, recordings }: ReportData) {
  if (!findings) return undefined;
  const sorted = severities.flatMap((severity) =>
    findings.filter((finding) => finding.severity === severity),
  );
  const severe = sorted.filter(({ severity }) => severity === "severe").length;
  const places = new Map(recordings.map(({ file }, index) => [file, index]));
  const sentence =
    sorted.length === 0 ? (
      "Nothing found that would distort the score: no damaged recordings, no copies, no doubtful labels."
    ) : severe > 0 ? (
      <>
        <b>{formatNumberOf(severe, "finding")}</b> could distort the score. Look at{" "}
        {severe === 1 ? "it" : "them"} before trusting a number on this page.
      </>
    ) : (
      <>
        <b>{formatNumberOf(sorted.length, "finding")}</b>, none of them severe.
      </>
    );
  return (
    <Section id="doctor" title="What the doctor found" sentence={sentence}>
      {sorted.length > 0 && (
        <ul class="findings">
          {sorted.map((finding, i) => (
            <FindingItem key={i} finding={finding} places={places} recordings={recordings} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function FindingItem(props: {
  readonly finding: ReportFinding;
  /** Indices of the report's recordings by their names. */
  readonly places: ReadonlyMap<string, number>;
  readonly recordings: readonly ReportRecording[];
}) {
  const { finding, places, recordings } = props;
  const { kind, severity, files, message, advice } = finding;
  return (
    <li class={`is-${severity}`}>
      <span class="severity">{severity}</span>
      <div>
        <p>
          <b>{getFindingTitle(englishFindings, kind)}.</b> {message}
        </p>
        <p class="quiet">{advice}</p>
        {files.length > 0 && (
          <details>
            <summary>{formatNumberOf(files.length, "recording")}</summary>
            <ul class="recordings">
              {files.slice(0, maximumFiles).map((file) => {
                const index = places.get(file);
                return index === undefined ? (
                  <li key={file}>
                    <span class="play none" aria-hidden="true" />
                    <div>
                      <span class="file">{file}</span>
                    </div>
                  </li>
                ) : (
                  <RecordingItem key={file} recording={recordings[index]!} index={index} />
                );
              })}
            </ul>
            {files.length > maximumFiles && <p class="note">and {files.length - maximumFiles} more</p>}
          </details>
        )}
      </div>
    </li>
  );
}
