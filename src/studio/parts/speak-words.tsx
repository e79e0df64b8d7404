/**
 * The dialog in which words are typed for synthetic voices.
 *
 * Not its concern: how they speak.
 */
import { signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { defaultAmounts } from "../../core/default-recipe.ts";
import { unknownLabels } from "../../embed/embedded-recording.ts";
import { speaking, speakWords } from "../state/speaking.ts";
import { counts, task } from "../state/tasks.ts";
import { words } from "../words/language.ts";

/** Most recordings per class, and voices that there are. */
const [maximumCount, voiceCount] = [50, 4];

const isOpen = signal(false);

/** The button that opens the dialog. */
export function SpeakButton() {
  return (
    <button
      type="button"
      class="button small"
      onClick={() => {
        isOpen.value = true;
      }}
    >
      {words.value.speak.open}
    </button>
  );
}

/** Where the dialog is shown; once a page. */
export function WordSpeaker() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen.value) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen.value]);
  return (
    <dialog ref={dialog} class="editor" aria-labelledby="speak" onClose={close}>
      {isOpen.value && <WordForm />}
    </dialog>
  );
}

function close(): void {
  isOpen.value = false;
}

/** Classes that have no recordings yet, a line each. */
function listEmptyClasses(): string {
  const { classes = [] } = task.value ?? {};
  return classes
    .filter((name) => (counts.value.get(name) ?? 0) === 0 && !unknownLabels.includes(name))
    .join("\n");
}

function WordForm() {
  const w = words.value.speak;
  const text = useSignal(listEmptyClasses());
  const count = useSignal<number>(defaultAmounts.spokenRecordings);
  const voices = useSignal(voiceCount);
  const progress = speaking.value;
  const speak = async (event: Event) => {
    event.preventDefault();
    if (await speakWords(text.value, count.value, voices.value)) close();
  };
  return (
    <form class="speak" onSubmit={speak}>
      <h2 id="speak">{w.title}</h2>
      <p class="note">{w.text}</p>
      <label for="spoken-words">{w.words}</label>
      <textarea
        id="spoken-words"
        class="field"
        rows={6}
        required
        maxLength={20_000}
        placeholder={w.example}
        aria-describedby="spoken-hint"
        value={text.value}
        disabled={progress !== undefined}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      <p id="spoken-hint" class="note">
        {w.hint}
      </p>
      <div class="amounts">
        <Amount name={w.count} amount={count} maximum={maximumCount} />
        <Amount name={w.voices} amount={voices} maximum={voiceCount} />
      </div>
      <p class="note" role="status">
        {progress ? (progress[0] === 0 ? w.loading : w.progress(...progress)) : ""}
      </p>
      <div class="actions">
        <button type="button" class="button" onClick={close}>
          {progress ? words.value.close : words.value.cancel}
        </button>
        <button type="submit" class="button primary" disabled={progress !== undefined}>
          {w.start}
        </button>
      </div>
    </form>
  );
}

function Amount({
  name,
  amount,
  maximum,
}: {
  readonly name: string;
  readonly amount: { value: number };
  readonly maximum: number;
}) {
  return (
    <label>
      {name}
      <input
        class="field"
        type="number"
        min="1"
        max={maximum}
        required
        value={amount.value}
        onInput={({ currentTarget }) => {
          if (currentTarget.checkValidity()) amount.value = currentTarget.valueAsNumber;
        }}
      />
    </label>
  );
}
