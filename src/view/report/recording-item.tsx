/** A recording in a list: play button, file name, prediction, transcript. */
import { formatDuration } from "../../core/format.ts";
import { formatShare } from "../format.ts";
import type { ReportRecording } from "./report-data.ts";

/** A recording and its index in the report's recordings. */
interface PlacedRecording {
  readonly recording: ReportRecording;
  readonly index: number;
}

/** The button that plays a recording; an empty placeholder if it cannot be played. */
export function PlayButton({ recording: { file, audio }, index }: PlacedRecording) {
  if (!audio) return <span class="play none" aria-hidden="true" />;
  return (
    <button type="button" class="play" data-play={index} aria-label={`Play ${file}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M4 2.5v11l9.5-5.5z" />
      </svg>
    </button>
  );
}

/** Whether any recording can be played. */
export function isPlayable(recordings: readonly ReportRecording[]): boolean {
  return recordings.some(({ audio }) => audio !== undefined);
}

/** The transcript of a recording; nothing if it was not transcribed. */
export function Understood({ text }: Pick<ReportRecording, "text">) {
  if (text === undefined) return null;
  return text === "" ? <small>no words recognised</small> : <q>{text}</q>;
}

/** Describes its held-out prediction in words; undefined if it was never held out. */
export function describeAnswer({ label, answers, scores }: ReportRecording): string | undefined {
  const [answer] = answers;
  if (!answer) return undefined;
  const probability = scores.find((score) => score.label === answer.label)?.share ?? 0;
  const times = answers.length > 1 ? `, in ${formatShare(answer.share)} of repeats` : "";
  const word = answer.label === label ? "correct" : `classified as ${answer.label}`;
  return `${word} (probability ${formatShare(probability)}${times})`;
}

/** Whether its most frequent held-out prediction is another class. */
export function isMistaken({ label, answers }: ReportRecording): boolean {
  return answers.length > 0 && answers[0]!.label !== label;
}

/** Gets the held-out probability of its own label; 0 if it was never held out. */
export function getOwnScore({ label, scores }: ReportRecording): number {
  return scores.find((score) => score.label === label)?.share ?? 0;
}

/** The list item; `note` replaces the prediction. */
export function RecordingItem(props: PlacedRecording & { readonly note?: string }) {
  const { recording, index, note = describeAnswer(recording) } = props;
  return (
    <li>
      <PlayButton recording={recording} index={index} />
      <div>
        <span class="file">{recording.file}</span>
        <Understood text={recording.text} />
        <small>
          {note && `${note}, `}
          {formatDuration(recording.seconds)}
        </small>
      </div>
    </li>
  );
}
