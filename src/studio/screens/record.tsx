/**
 * The screen where classes are named and recordings made.
 *
 * Not its concern: how recordings are saved, embedded, trained on.
 */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { AddClass, ClassList } from "../parts/class-list.tsx";
import { Empty } from "../parts/empty.tsx";
import { FileChooser } from "../parts/file-chooser.tsx";
import { Recorder, removeClass } from "../parts/recorder.tsx";
import { RecordingList } from "../parts/recording-list.tsx";
import { SpeakButton } from "../parts/speak-words.tsx";
import { UpdateNote } from "../parts/update-note.tsx";
import { chooseClass, chosenClass, wantedCount } from "../state/choice.ts";
import { stopRecording } from "../state/recording.ts";
import { addClasses, changeTask, recordings, task } from "../state/tasks.ts";
import { words } from "../words/language.ts";

/** The screen. */
export function RecordScreen() {
  const w = words.value.record;
  const isRemoving = useSignal(false);
  const chosen = chosenClass.value;
  useEffect(() => () => void stopRecording(), []);
  const choose = (name: string) => {
    void stopRecording();
    chooseClass(name);
  };
  if (chosen === undefined) {
    return (
      <div class="empty">
        <h1>{w.emptyTitle}</h1>
        <p>{w.emptyText}</p>
        <AddClass isFirst onAdded={chooseClass} />
        <button type="button" class="button small" onClick={() => addClasses(w.exampleNames)}>
          {w.examples}: {w.exampleNames.join(", ")}
        </button>
        <div class="otherwise">
          <p class="note">{w.otherwise}</p>
          <div class="actions">
            <FileChooser label={undefined} />
            <SpeakButton />
          </div>
        </div>
      </div>
    );
  }
  const own = recordings.value.filter(({ label }) => label === chosen);
  return (
    <div class="record">
      <h1 class="hidden">{words.value.tabs.record}</h1>
      <UpdateNote />
      <ClassList chosen={chosen} onChoose={choose} />
      <div class="station">
        {/* Shown last, and passed before the way from Record to Train. */}
        <details class="settings">
          <summary>{w.settings}</summary>
          <label class="switch">
            <input
              type="checkbox"
              checked={task.value!.augment !== "none"}
              aria-describedby="augment-hint"
              onChange={(event) => {
                const augment = event.currentTarget.checked ? undefined : "none";
                void changeTask(() => ({ augment }));
              }}
            />
            {w.augment}
          </label>
          <p id="augment-hint" class="note">
            {w.augmentHint}
          </p>
        </details>
        <Recorder
          label={chosen}
          goal={wantedCount.value}
          onChoose={chooseClass}
          onRemove={async () => {
            if (isRemoving.value) return;
            isRemoving.value = true;
            await removeClass(chosen).finally(() => {
              isRemoving.value = false;
            });
          }}
        />
        <div class="drop-row">
          <span>{w.drop}</span>
          <FileChooser label={chosen} />
          <SpeakButton />
        </div>
        <div class="list">
          <h2 class="hidden">{w.list(chosen)}</h2>
          {own.length === 0 ? (
            <Empty isPart title={w.noneYet} text={w.noneText} />
          ) : (
            <RecordingList key={chosen} recordings={own} />
          )}
        </div>
      </div>
    </div>
  );
}
