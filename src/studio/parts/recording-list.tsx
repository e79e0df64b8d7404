/**
 * The recordings of a class as a list; only visible rows are rendered, so that hundreds scroll smoothly.
 *
 * Not its concern: how recordings are made.
 */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type KeptRecording, shortName } from "../data/task.ts";
import { deleteRecordings } from "../state/keep.ts";
import { embedResults, isSpoken, learned } from "../state/tasks.ts";
import { adviseError, nameError } from "../words/failures.ts";
import { words } from "../words/language.ts";
import { editRecording } from "./edit-recording.tsx";
import { Icon } from "./icons.tsx";
import { Peaks } from "./peaks.tsx";
import { PlayButton } from "./play-button.tsx";

const rowHeight = 60;
/** Rows drawn above and below what is seen. */
const beyond = 6;

/** The list. */
export function RecordingList({ recordings }: { readonly recordings: readonly KeptRecording[] }) {
  const list = useRef<HTMLUListElement>(null);
  const range = useSignal<readonly [first: number, last: number]>([0, 20]);
  useEffect(() => {
    const look = () => {
      const top = list.current?.getBoundingClientRect().top ?? 0;
      const first = Math.max(0, Math.floor(-top / rowHeight) - beyond);
      const last = Math.ceil((innerHeight - top) / rowHeight) + beyond;
      if (first !== range.value[0] || last !== range.value[1]) range.value = [first, last];
    };
    look();
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => {
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, []);
  const [first, last] = range.value;
  const reached = useSignal<readonly [row: number, column: number]>([0, 0]);
  const rendered = Math.min(last, recordings.length) - 1;
  // One of the buttons is reached by Tab, the others from it by arrow keys.
  const row = Math.min(Math.max(reached.value[0], first), rendered);
  const column = reached.value[1];
  const handleKey = (event: KeyboardEvent) => {
    const [down, right] = steps[event.key] ?? [0, 0];
    const next = list.current?.querySelector(`[aria-posinset="${row + down + 1}"]`);
    const target = next?.querySelectorAll<HTMLElement>("button")[column + right];
    if ((down === 0 && right === 0) || !target) return;
    event.preventDefault();
    target.focus();
  };
  return (
    <ul
      class="rows"
      ref={list}
      onKeyDown={handleKey}
      style={{ height: `${recordings.length * rowHeight}px` }}
    >
      {recordings.slice(first, last).map((recording, i) => (
        <li
          key={recording.id}
          class="item"
          style={{ top: `${(first + i) * rowHeight}px` }}
          aria-setsize={recordings.length}
          aria-posinset={first + i + 1}
        >
          <Item
            recording={recording}
            reachedColumn={first + i === row ? column : undefined}
            onReached={(now) => {
              reached.value = [first + i, now];
            }}
          />
        </li>
      ))}
    </ul>
  );
}

/** Rows and columns that a key moves by. */
const steps: Readonly<Record<string, readonly [down: number, right: number]>> = {
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
};

function Item({
  recording,
  reachedColumn,
  onReached,
}: {
  readonly recording: KeptRecording;
  /** Which of its buttons Tab reaches; undefined: none. */
  readonly reachedColumn: number | undefined;
  onReached(column: number): void;
}) {
  const w = words.value;
  const roving = (column: number) => ({
    tabIndex: column === reachedColumn ? 0 : -1,
    onFocus: () => onReached(column),
  });
  const name = shortName(recording);
  const result = embedResults.value.get(recording.id);
  return (
    <>
      <PlayButton id={recording.id} name={name} {...roving(0)} />
      <Peaks peaks={recording.peaks} />
      <div class="told">
        <span>{name}</span>
        <small>
          {recording.origin && <span>{w.speak.synthetic}</span>}
          {recording.seconds > 0 && <span>{w.seconds(recording.seconds)}</span>}
          <State recording={recording} />
          {isSpoken.value && result?.state === "embedded" && result.isSpeech && result.text && (
            <span title={w.try.understood(result.text)}>{w.quoted(result.text)}</span>
          )}
        </small>
      </div>
      <div class="tools">
        <button
          type="button"
          class="icon"
          {...roving(1)}
          aria-label={w.edit.open(name)}
          title={w.edit.open(name)}
          onClick={() => editRecording(recording)}
        >
          <Icon name="edit" />
        </button>
        <button
          type="button"
          class="icon"
          {...roving(2)}
          aria-label={w.record.delete(name)}
          title={w.record.delete(name)}
          onClick={() => deleteRecordings([recording])}
        >
          <Icon name="delete" />
        </button>
      </div>
    </>
  );
}

/** What is known of a recording beyond its sound. */
function State({ recording }: { readonly recording: KeptRecording }) {
  const w = words.value.record;
  const result = embedResults.value.get(recording.id);
  if (!result) return <span>{w.waiting}</span>;
  if (result.state === "refused") {
    return (
      <span class="bad" title={adviseError(result)}>
        <span class="consequence">{w.refused}: </span>
        {nameError(result)}
      </span>
    );
  }
  const wrong = findMistake(recording);
  return wrong === undefined ? null : <span class="bad">{w.takenFor(wrong)}</span>;
}

/** The class that a recording is mostly classified as while it is held out, if that is wrong. */
export function findMistake({ file, label, hash }: KeptRecording): string | undefined {
  const golem = learned.value;
  const account = golem?.training.recordings.find((one) => one.file === file && one.fileHash === hash);
  const answer = account?.votes?.[0]?.[0];
  const taken = answer === undefined ? undefined : golem?.document.labels[answer];
  return account?.label === label && taken !== label ? taken : undefined;
}
