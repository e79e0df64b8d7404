/**
 * The end of the page: a table of all recordings, what was left out, how to reproduce the result, and what
 * the file contains.
 */
import { formatDuration, formatNumberOf } from "../../core/format.ts";
import { formatShare } from "../format.ts";
import { isMistaken, PlayButton } from "./recording-item.tsx";
import type { ReportData, ReportRecording } from "./report-data.ts";
import { Section } from "./section.tsx";

const maximumRows = 2000;
const maximumSkipped = 200;

/** Writes the table of all recordings, and those left out. */
export function writeRecordings({ recordings, evaluation }: ReportData) {
  const left = (evaluation?.skipped.length ?? 0) + (evaluation?.overlap.length ?? 0);
  return (
    <Section
      id="recordings"
      title="All recordings"
      sentence={`${formatNumberOf(recordings.length, "recording")}, ${left === 0 ? "none left out" : `${left} left out`}.`}
    >
      <details>
        <summary>Show {recordings.length > maximumRows ? `the first ${maximumRows}` : "all"}</summary>
        <p class="filter">
          <label>
            Filter{" "}
            <input type="search" id="filter" autocomplete="off" placeholder="file, class or transcript" />
          </label>
        </p>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
        <div class="scroll" tabIndex={0} role="region" aria-label="Table of all recordings">
          <table class="rows" id="rows">
            <thead>
              <tr>
                <th scope="col">
                  <span class="hidden">Play</span>
                </th>
                <th scope="col">recording</th>
                <th scope="col">label</th>
                <th scope="col">predicted</th>
                <th scope="col" class="percent">
                  probability of its label
                </th>
                <th scope="col" class="percent">
                  duration
                </th>
              </tr>
            </thead>
            <tbody>
              {recordings.slice(0, maximumRows).map((recording, index) => (
                <Row key={index} recording={recording} index={index} />
              ))}
            </tbody>
          </table>
        </div>
      </details>
      <LeftOut evaluation={evaluation} />
    </Section>
  );
}

function Row({ recording, index }: { readonly recording: ReportRecording; readonly index: number }) {
  const { file, label, text, answers, scores, seconds, isTrained } = recording;
  const own = scores.find((score) => score.label === label);
  return (
    <tr class={isMistaken(recording) ? "wrong" : undefined}>
      <td>
        <PlayButton recording={recording} index={index} />
      </td>
      <td>
        <span class="file">{file}</span>
        {text && (
          <>
            {" "}
            <q>{text}</q>
          </>
        )}
      </td>
      <td>{label}</td>
      <td>{answers[0]?.label ?? (isTrained ? "training only" : "–")}</td>
      <td class="percent">{own ? formatShare(own.share) : "–"}</td>
      <td class="percent">{formatDuration(seconds)}</td>
    </tr>
  );
}

function LeftOut({ evaluation }: Pick<ReportData, "evaluation">) {
  if (!evaluation) return null;
  const { skipped, overlap } = evaluation;
  const unseen = Object.entries(evaluation.unseenLabels);
  if (skipped.length + overlap.length + unseen.length === 0) return null;
  return (
    <details>
      <summary>What was left out</summary>
      <ul class="plain">
        {skipped.slice(0, maximumSkipped).map(({ file, code, message }) => (
          <li key={file}>
            <span class="file">{file}</span> {message} <small>{code}</small>
          </li>
        ))}
        {skipped.length > maximumSkipped && <li>and {skipped.length - maximumSkipped} more</li>}
        {overlap.slice(0, maximumSkipped).map((file) => (
          <li key={file}>
            <span class="file">{file}</span> is a training recording of the golem
          </li>
        ))}
        {unseen.map(([label, count]) => (
          <li key={label}>
            <b>{label}</b> is not a class of the golem ({formatNumberOf(count, "recording")})
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Commands, versions, fingerprints. */
export function writeReproduction({ reproduction }: ReportData) {
  return (
    <Section
      id="again"
      title="How to reproduce this"
      sentence="The same recordings, seed and version on the same machine give exactly the same numbers."
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <pre tabIndex={0} role="region" aria-label="Commands">
        <code>{reproduction.commands.join("\n")}</code>
      </pre>
      <details>
        <summary>Versions and fingerprints</summary>
        <dl class="hashes">
          {reproduction.facts.map(([name, value], i) => (
            <div key={i}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </details>
    </Section>
  );
}

/** What private data the file contains. */
export function Footer({ recordings }: Pick<ReportData, "recordings">) {
  const clips = recordings.flatMap(({ audio }) => (audio?.kind === "clip" ? [audio] : []));
  const links = recordings.filter(({ audio }) => audio?.kind === "link").length;
  const pictures = recordings.filter(({ spectrogram }) => spectrogram !== undefined).length;
  const texts = recordings.filter(({ text }) => text !== undefined).length;
  const seconds = clips.reduce((sum, clip) => sum + clip.seconds, 0);
  const holds = [
    `the names and labels of ${formatNumberOf(recordings.length, "recording")}`,
    ...(texts > 0 ? ["transcripts"] : []),
    ...(clips.length > 0
      ? [`the sound of ${clips.length} of them (${formatDuration(seconds)}, with recognisable voices)`]
      : []),
    ...(pictures > 0 ? [`${formatNumberOf(pictures, "spectrogram")}`] : []),
  ];
  const sound =
    clips.length === 0
      ? links > 0
        ? " It contains no sound; the play buttons need the recordings at their present paths. Run golem report to include sound and spectrograms."
        : " It contains no sound. Run golem report to include sound and spectrograms."
      : links > 0
        ? ` ${formatNumberOf(links, "further recording")} can be played from their present paths.`
        : "";
  return (
    <footer>
      <p>
        <b>Before you share this file:</b> it contains {new Intl.ListFormat("en-GB").format(holds)}.{sound} It
        makes no network requests.
      </p>
    </footer>
  );
}
