/**
 * The dialog that confirms an action that cannot be undone.
 *
 * Not its concern: what it is.
 */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { words } from "../words/language.ts";

interface Question {
  readonly text: string;
  readonly yes: string;
  answer(isYes: boolean): void;
}

const question = signal<Question | undefined>(undefined);

/** Resolves with whether the user said yes. */
export function ask(text: string, yes: string): Promise<boolean> {
  return new Promise((resolve) => {
    question.value = {
      text,
      yes,
      answer: (isYes) => {
        question.value = undefined;
        resolve(isYes);
      },
    };
  });
}

/** Where questions are shown; once a page. */
export function Asker() {
  const dialog = useRef<HTMLDialogElement>(null);
  const asked = question.value;
  useEffect(() => {
    if (asked) dialog.current?.showModal();
    else dialog.current?.close();
  }, [asked]);
  return (
    <dialog ref={dialog} aria-labelledby="asked" onCancel={() => asked?.answer(false)}>
      <p id="asked">{asked?.text}</p>
      <div class="actions">
        <button type="button" class="button" onClick={() => asked?.answer(false)}>
          {words.value.cancel}
        </button>
        <button type="button" class="button danger" onClick={() => asked?.answer(true)}>
          {asked?.yes}
        </button>
      </div>
    </dialog>
  );
}
