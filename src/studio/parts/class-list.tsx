/**
 * The classes of a task: choose one, add one.
 *
 * Not its concern: recordings, how they are made.
 */
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { ClassMark } from "../../view/class-mark.tsx";
import { usualGoal } from "../state/choice.ts";
import { addClasses, counts, task } from "../state/tasks.ts";
import { words } from "../words/language.ts";
import { Icon } from "./icons.tsx";

/** The list, and a field for another. */
export function ClassList({
  chosen,
  onChoose,
}: {
  readonly chosen: string | undefined;
  onChoose(name: string): void;
}) {
  const { classes } = task.value!;
  const w = words.value.record;
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    // With many classes, or on a phone, the list scrolls.
    list.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [chosen]);
  return (
    <div class="side">
      <h2 class="hidden">{w.classesTitle}</h2>
      {classes.length > 0 && (
        <ul class="classes" ref={list}>
          {classes.map((name, i) => (
            <li key={name}>
              <button
                type="button"
                class="class"
                title={name}
                aria-current={name === chosen ? "true" : undefined}
                onClick={() => onChoose(name)}
              >
                <ClassMark index={i} />
                <span class="name">{name}</span>
                <span class="count">{w.of(counts.value.get(name) ?? 0, usualGoal)}</span>
              </button>
            </li>
          ))}
          {classes.length > 1 && !classes.includes(backgroundLabel) && (
            <li>
              <button
                type="button"
                class="class-offer"
                onClick={() => addClasses([backgroundLabel])}
                title={w.backgroundHint}
              >
                <span class="name">+ {w.addBackground}</span>
              </button>
            </li>
          )}
        </ul>
      )}
      <AddClass onAdded={(name) => classes.length === 0 && onChoose(name)} />
    </div>
  );
}

/** The label that training and detection take for sounds that are none of the others. */
const backgroundLabel = "_background";

/** Whether classes are being named: then the field keeps the focus, also when the page around it changes. */
const isNaming = signal(false);

/** A field that adds a class; empty, Enter opens the recorder. `isFirst`: it begins the task. */
export function AddClass({
  isFirst = false,
  onAdded,
}: {
  readonly isFirst?: boolean;
  onAdded(name: string): void;
}) {
  const [name, setName] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const w = words.value.record;
  const { classes } = task.value!;
  const trimmed = name.trim().normalize("NFC");
  const isTaken = classes.includes(trimmed);
  useEffect(() => {
    if (classes.length === 0 || isNaming.value) field.current?.focus();
    isNaming.value = false;
  }, []);
  const add = async (event: Event) => {
    event.preventDefault();
    if (trimmed === "" && classes.length > 1) focusRecorder();
    if (trimmed === "" || isTaken) return;
    setName("");
    isNaming.value = true;
    await addClasses([trimmed]);
    onAdded(trimmed);
  };
  return (
    <form onSubmit={add}>
      <div class="add">
        <input
          ref={field}
          class="field"
          value={name}
          maxLength={80}
          placeholder={w.addPlaceholder}
          aria-label={w.addPlaceholder}
          aria-describedby="add-hint"
          onInput={(event) => setName(event.currentTarget.value)}
        />
        {isFirst ? (
          <button type="submit" class="button primary">
            {w.addFirst}
          </button>
        ) : (
          <button type="submit" class="icon" aria-label={w.add} title={w.add}>
            <Icon name="plus" />
          </button>
        )}
      </div>
      <p id="add-hint" class={`note${classes.length > 1 && !isTaken ? " keys" : ""}`} aria-live="polite">
        {isTaken ? w.exists(trimmed) : classes.length > 1 ? w.addNext : w.addHint}
      </p>
    </form>
  );
}

/** Puts the focus on the button that records. */
function focusRecorder(): void {
  document.querySelector<HTMLButtonElement>("button.rec")?.focus();
}
