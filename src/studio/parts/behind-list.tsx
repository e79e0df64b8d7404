/**
 * A list of recordings with play buttons.
 *
 * Not its concern: why they are listed.
 */
import { shortenName } from "../../view/format.ts";
import { type KeptRecording, shortName } from "../data/task.ts";
import { deleteRecordings, moveRecording } from "../state/keep.ts";
import { task } from "../state/tasks.ts";
import { words } from "../words/language.ts";
import { Icon } from "./icons.tsx";
import { PlayButton } from "./play-button.tsx";

/** One line. */
interface BehindItem {
  /** Where it is still on the shelf. */
  readonly recording: KeptRecording | undefined;
  readonly name: string;
  readonly text?: string | undefined;
  readonly note?: string | undefined;
  /** What it is classified as, where that is not its class. */
  readonly suggested?: string | undefined;
}

/** The list; with `canCorrect`, recordings can be moved to another class and deleted. */
export function Behind({
  items,
  canCorrect = false,
}: {
  readonly items: readonly BehindItem[];
  readonly canCorrect?: boolean;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <ul class="scroll-list" tabIndex={0}>
      {items.map(({ recording, name, text, note, suggested }) => (
        <li key={name}>
          {recording && <PlayButton id={recording.id} name={shortName(recording)} />}
          <div>
            <div>{text ? words.value.quoted(text) : shortName(recording ?? { file: name })}</div>
            {note && <small class="note">{note}</small>}
          </div>
          {canCorrect && recording && <Corrections recording={recording} suggested={suggested} />}
        </li>
      ))}
    </ul>
  );
}

/** The menu of classes that a recording can be moved to. */
export function SelectMove({
  recording,
  onMove,
}: {
  readonly recording: KeptRecording;
  onMove(label: string): void;
}) {
  const { moveTo } = words.value.record;
  return (
    <select
      class="move"
      aria-label={`${moveTo} ${shortName(recording)}`}
      onChange={(event) => {
        const { value } = event.currentTarget;
        event.currentTarget.selectedIndex = 0;
        if (value) onMove(value);
      }}
    >
      <option value="">{moveTo}</option>
      {(task.value?.classes ?? [])
        .filter((name) => name !== recording.label)
        .map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
    </select>
  );
}

/** Moves a recording to the class it was classified as, or to any other; deletes it. Each can be undone. */
function Corrections({
  recording,
  suggested,
}: {
  readonly recording: KeptRecording;
  readonly suggested: string | undefined;
}) {
  const w = words.value.record;
  const others = (task.value?.classes ?? []).filter((name) => name !== recording.label);
  return (
    <div class="corrections">
      {suggested !== undefined && others.includes(suggested) && (
        <button type="button" class="button small" onClick={() => moveRecording(recording, suggested)}>
          {w.moveToClass(shortenName(suggested, 20))}
        </button>
      )}
      {others.length > (suggested === undefined ? 0 : 1) && (
        <SelectMove recording={recording} onMove={(label) => moveRecording(recording, label)} />
      )}
      <button
        type="button"
        class="icon"
        aria-label={w.delete(shortName(recording))}
        title={w.delete(shortName(recording))}
        onClick={() => deleteRecordings([recording])}
      >
        <Icon name="delete" />
      </button>
    </div>
  );
}
