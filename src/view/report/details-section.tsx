/**
 * The end of the page: every recording in a table, what was left out, how to get the same again, and what the
 * page holds.
 *
 * Not its concern: where any of it is from.
 */
import { formatDuration, formatNumberOf } from "../../core/format.ts";
import { formatShare } from "../format.ts";
import { isMistaken, PlayButton } from "./recording-item.tsx";
import type { ReportData, ReportRecording } from "./report-data.ts";
import { Section } from "./section.tsx";

const maximumRows = 2000;
const maximumSkipped = 200;

/** All recordings, and those left out. */
export function writeRecordings({ recordings, evaluation }: ReportData) {
  const left = (evaluation?.skipped.length ?? 0) + (evaluation?.overlap.length ?? 0);
  return (
    <Section
      id="recordings"
      title="Every recording"
      sentence={`${formatNumberOf(recordings.length, "recording")}, ${left === 0 ? "none left out" : `and ${left} left out`}.`}
    >
      <details>
        <summary>Show {recordings.length > maximumRows ? `${maximumRows} of them` : "them all"}</summary>
        <p class="filter">
          <label>
            Show only{" "}
            <input type="search" id="filter" autocomplete="off" placeholder="file, class or words" />
          </label>
        </p>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
        <div class="scroll" tabIndex={0} role="region" aria-label="All recordings">
          <table class="rows" id="rows">
            <thead>
              <tr>
                <th scope="col">
                  <span class="hidden">Play</span>
                </th>
                <th scope="col">recording</th>
                <th scope="col">label</th>
                <th scope="col">taken for</th>
                <th scope="col" class="percent">
                  its label got
                </th>
                <th scope="col" class="percent">
                  length
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
      <td>{answers[0]?.label ?? (isTrained ? "learned from" : "–")}</td>
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
            <span class="file">{file}</span> was trained on
          </li>
        ))}
        {unseen.map(([label, count]) => (
          <li key={label}>
            <b>{label}</b> is no class of the golem ({formatNumberOf(count, "recording")})
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
      title="How to get the same again"
      sentence="Same recordings, same seed, same version on the same machine: the same numbers to the last digit."
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <pre tabIndex={0} role="region" aria-label="Commands">
        <code>{reproduction.commands.join("\n")}</code>
      </pre>
      <dl class="hashes">
        {reproduction.facts.map(([name, value], i) => (
          <div key={i}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

/** What leaves the machine with this file. */
export function Footer({ recordings }: Pick<ReportData, "recordings">) {
  const clips = recordings.flatMap(({ audio }) => (audio?.kind === "clip" ? [audio] : []));
  const links = recordings.filter(({ audio }) => audio?.kind === "link").length;
  const pictures = recordings.filter(({ spectrogram }) => spectrogram !== undefined).length;
  const texts = recordings.filter(({ text }) => text !== undefined).length;
  const seconds = clips.reduce((sum, clip) => sum + clip.seconds, 0);
  const holds = [
    `names and labels of ${formatNumberOf(recordings.length, "recording")}`,
    ...(texts > 0 ? ["what was said in them, as it was understood"] : []),
    ...(clips.length > 0
      ? [`the sound of ${clips.length} of them (${formatDuration(seconds)}, so voices can be heard)`]
      : []),
    ...(pictures > 0 ? [`${formatNumberOf(pictures, "spectrogram")}`] : []),
  ];
  const sound =
    clips.length === 0
      ? links > 0
        ? " It holds no sound; play buttons work while the recordings stay where they are. Run golem report to put sound and spectrograms in."
        : " It holds no sound. Run golem report to put sound and spectrograms in."
      : links > 0
        ? ` ${formatNumberOf(links, "further recording")} can be played while they stay where they are.`
        : "";
  return (
    <footer>
      <p>
        <b>Before you pass this file on:</b> it holds {new Intl.ListFormat("en-GB").format(holds)}.{sound} It
        asks no other computer for anything.
      </p>
    </footer>
  );
}
