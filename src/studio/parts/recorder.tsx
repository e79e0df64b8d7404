/**
 * The recorder of one class: what to say, the sound coming in, how many recordings there are.
 *
 * Not its concern: how takes are cut and kept.
 */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ClassMark } from "../../view/class-mark.tsx";
import { shortenName } from "../../view/format.ts";
import { usualGoal } from "../state/choice.ts";
import { deleteRecordings, renameClass } from "../state/keep.ts";
import { isTooLoud, isTooQuiet } from "../state/levels.ts";
import {
  completed,
  describeMicrophoneError,
  isLive,
  isSounding,
  microphoneError,
  session,
  startRecording,
  stopRecording,
} from "../state/recording.ts";
import { changeTask, counts, recordings, task } from "../state/tasks.ts";
import { words } from "../words/language.ts";
import { ask } from "./ask.tsx";
import { Icon } from "./icons.tsx";
import { MicrophoneChoice } from "./microphone-choice.tsx";
import { Scope } from "./scope.tsx";

/** Records the class `label` until `goal`. `onNext` goes to another; `onRemove` removes it. */
export function Recorder({
  label,
  goal,
  onChoose,
  onRemove,
}: {
  readonly label: string;
  readonly goal: number;
  onChoose(name: string): void;
  onRemove(): void;
}) {
  const isCut = useSignal(true);
  const button = useRef<HTMLButtonElement>(null);
  const { classes } = task.value!;
  const w = words.value.record;
  const count = counts.value.get(label) ?? 0;
  const running = session.value?.label === label ? session.value : undefined;
  const isDone = !running && completed.value === label;
  const next = isDone ? classes.find((name) => (counts.value.get(name) ?? 0) < usualGoal) : undefined;
  const wanted = Math.max(goal, count < usualGoal ? usualGoal : count + 5);
  // The button for the next step takes the focus, so that Enter goes on.
  const isFresh = useRef(true);
  useEffect(() => {
    if (!isFresh.current) button.current?.focus({ preventScroll: true });
    isFresh.current = false;
  }, [running !== undefined, next]);
  // With enough recordings, training is the next step.
  const isFull = count >= usualGoal && goal <= count;
  const isWarned = microphoneError.value !== undefined || (running && (isTooLoud.value || isTooQuiet.value));
  const start = (name: string) => {
    if (name !== label) onChoose(name);
    const reached = counts.value.get(name) ?? 0;
    const own = name === label ? wanted : Math.max(usualGoal, reached + 1);
    void startRecording({ label: name, goal: own, isCut: isCut.value });
  };
  return (
    <div class="recorder">
      <div class="recorder-head">
        <ClassMark index={classes.indexOf(label)} />
        <ClassName label={label} />
        <button type="button" class="icon" aria-label={w.remove(label)} onClick={onRemove}>
          <Icon name="delete" />
        </button>
      </div>
      <Scope isOn={running !== undefined} />
      <div class="recorder-foot">
        <p
          class={`say${isWarned ? " bad" : running ? " live" : ""}`}
          aria-live={microphoneError.value ? "assertive" : "polite"}
        >
          {tellState(label, wanted, running !== undefined, isDone, next !== undefined, isCut.value)}
        </p>
        <div class="dots" role="img" aria-label={w.of(count, Math.max(count, usualGoal))}>
          {Array.from(
            { length: Math.min(20, Math.max(usualGoal, isFull && !running ? count : wanted)) },
            (_, i) => (
              <i class={i < count ? "on" : ""} />
            ),
          )}
        </div>
        {running ? (
          <button
            type="button"
            class="button primary rec stop"
            ref={button}
            onClick={() => {
              void stopRecording();
              completed.value = label;
            }}
          >
            {w.stop}
          </button>
        ) : (
          <button
            type="button"
            class={`button rec${isFull && !next ? "" : " primary"}`}
            ref={button}
            onClick={() => start(next ?? label)}
          >
            {next && next !== label ? w.next(shortenName(next)) : w.start(shortenName(label))}
          </button>
        )}
        <label class="switch">
          <input
            type="checkbox"
            checked={isCut.value}
            disabled={running !== undefined}
            onChange={(event) => {
              isCut.value = event.currentTarget.checked;
            }}
          />
          {w.cut}
        </label>
        <MicrophoneChoice isDisabled={running !== undefined} />
      </div>
    </div>
  );
}

function tellState(
  label: string,
  goal: number,
  isRunning: boolean,
  isDone: boolean,
  hasNext: boolean,
  isCut: boolean,
): string {
  const w = words.value.record;
  const name = shortenName(label);
  if (microphoneError.value) return describeMicrophoneError(microphoneError.value);
  if (isRunning) {
    if (session.value?.replaced) return isLive.value ? w.againNow : w.ready;
    if (!isLive.value) return w.ready;
    if (isTooLoud.value) return w.tooLoud;
    if (isTooQuiet.value) return w.tooQuiet;
    if (isSounding.value) return w.soundDetected;
    return isCut ? w.listening(name) : w.whole;
  }
  const count = counts.value.get(label) ?? 0;
  if (isDone && count > 0) return hasNext ? w.complete(name, count) : w.allComplete;
  return isCut ? w.idle(name, Math.max(1, goal - count)) : w.idleWhole;
}

function ClassName({ label }: { readonly label: string }) {
  const w = words.value.record;
  const rename = (event: { readonly currentTarget: HTMLInputElement }) => {
    const name = event.currentTarget.value.trim().normalize("NFC");
    if (name === "" || (name !== label && task.value?.classes.includes(name)))
      event.currentTarget.value = label;
    else if (name !== label) void renameClass(label, name);
  };
  return (
    <input
      class="class-name"
      aria-label={w.rename}
      maxLength={80}
      value={label}
      onBlur={rename}
      onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
    />
  );
}

/** Removes a class with its recordings, after asking. Resolves with whether it was removed. */
export async function removeClass(label: string): Promise<boolean> {
  const w = words.value.record;
  const gone = recordings.value.filter((recording) => recording.label === label);
  if (gone.length > 0 && !(await ask(w.removeSure(label, gone.length), w.removeYes))) return false;
  if (gone.length > 0) await deleteRecordings(gone);
  await changeTask(({ classes }) => ({ classes: classes.filter((name) => name !== label) }));
  return true;
}
