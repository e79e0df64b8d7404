/**
 * The recordings to listen to first, each with its spectrogram, transcript and prediction.
 *
 * Not its concern: how spectrograms are made.
 */
import { formatDuration } from "../../core/format.ts";
import { englishFindings, getFindingTitle } from "../../doctor/finding-words.ts";
import { formatShare } from "../format.ts";
import { ShareBar } from "../share-bar.tsx";
import { SpectrogramFrame } from "../spectrogram-frame.tsx";
import { pickRecordings } from "./pick-recordings.ts";
import { isPlayable, PlayButton, Understood } from "./recording-item.tsx";
import type { ReportData, ReportFinding, ReportRecording } from "./report-data.ts";
import { Section } from "./section.tsx";

/** Labels with the largest probabilities that a card shows. */
const labelsShown = 3;
/** Findings that a card shows. */
const findingsShown = 3;

/** The section; undefined if there is no such recording. */
export function writeListening({ recordings, findings = [], evaluation }: ReportData) {
  const { worst, doubtful, reported } = pickRecordings(recordings, findings);
  if (worst.length + doubtful.length + reported.length === 0) return undefined;
  const one = worst[0] === undefined ? undefined : recordings[worst[0]];
  const strips = [
    [evaluation?.protocol === "held-out" ? "Worst errors on the test set" : "Worst held-out errors", worst],
    ["Possibly wrong labels", doubtful],
    ["Reported by the doctor", reported],
  ] as const;
  return (
    <Section
      id="listen"
      title={isPlayable(recordings) ? "Listen to these first" : "Look at these first"}
      sentence={
        one ? (
          <>
            The worst error: <b>{one.label}</b>, classified as <b>{one.answers[0]!.label}</b>.
          </>
        ) : doubtful.length > 0 ? (
          "Their labels are doubtful."
        ) : (
          "No error, but the doctor reports them."
        )
      }
    >
      {strips.map(
        ([title, picked]) =>
          picked.length > 0 && (
            <>
              <h3>{title}</h3>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
              <div class="strip" tabIndex={0} role="region" aria-label={title}>
                <ul class="cards">
                  {picked.map((index) => (
                    <Card key={index} recording={recordings[index]!} index={index} findings={findings} />
                  ))}
                </ul>
              </div>
            </>
          ),
      )}
    </Section>
  );
}

function Card(props: {
  readonly recording: ReportRecording;
  readonly index: number;
  readonly findings: readonly ReportFinding[];
}) {
  const { recording, index, findings } = props;
  const { file, label, text, scores, seconds, spectrogram, speaker, audio } = recording;
  const shown = scores.slice(0, labelsShown);
  const own = scores.find((score) => score.label === label);
  if (own && !shown.includes(own)) shown.push(own);
  const said = findings.filter(({ files }) => files.includes(file)).slice(0, findingsShown);
  return (
    <li class="card">
      {spectrogram ? (
        <SpectrogramFrame seconds={Math.min(seconds, audio?.kind === "clip" ? audio.seconds : seconds)}>
          <div class="sound">
            <img
              src={`data:image/png;base64,${spectrogram}`}
              alt={`Spectrogram, ${formatDuration(seconds)}`}
              width="320"
              height="96"
            />
            <PlayButton recording={recording} index={index} />
          </div>
        </SpectrogramFrame>
      ) : (
        <div class="soundless">
          <PlayButton recording={recording} index={index} />
        </div>
      )}
      <p class="file">{file}</p>
      <Understood text={text} />
      <table class="scores">
        <tbody>
          {shown.map((score) => (
            <tr key={score.label} class={score === own ? "own" : undefined}>
              <th scope="row">
                {score.label}
                {score === own && (
                  <>
                    {" "}
                    <span class="tag">label</span>
                  </>
                )}
              </th>
              <td>
                <ShareBar share={score.share} />
              </td>
              <td class="percent">{formatShare(score.share)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <small>
        {formatDuration(seconds)}
        {speaker && `, ${speaker}`}
      </small>
      {said.map(({ kind, files, message }) => (
        <p class="said" key={message}>
          {files.length > 1 ? getFindingTitle(englishFindings, kind) : message}
        </p>
      ))}
    </li>
  );
}
