/**
 * What the doctor found in the data: the gravest first, each with what to do.
 *
 * Not its concern: how faults are found.
 */
import { formatNumberOf } from "../../core/format.ts";
import { RecordingItem } from "./recording-item.tsx";
import type { ReportData, ReportFinding, ReportRecording } from "./report-data.ts";
import { Section } from "./section.tsx";

const order = ["severe", "warning", "note"] as const;
const maximumFiles = 50;

/** The section; nothing where the doctor was not asked. */
export function writeFindings({ findings, recordings }: ReportData) {
  if (!findings) return undefined;
  const sorted = order.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
  const severe = sorted.filter(({ severity }) => severity === "severe").length;
  const places = new Map(recordings.map(({ file }, index) => [file, index]));
  const sentence =
    sorted.length === 0 ? (
      "Nothing was found that would decide the score: no damaged, doubled or doubtful recording."
    ) : severe > 0 ? (
      <>
        <b>{formatNumberOf(severe, "finding")}</b> could decide the score. Look at{" "}
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
  /** Places in the report's recordings by their names. */
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
          <b>{kind}</b> {message}
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
