/**
 * The section of suggestions: which of the chosen files to label next, each with a menu of classes.
 *
 * Not its concern: how they are chosen.
 */
import { useSignal } from "@preact/signals";
import { listChosen } from "../data/dropped-files.ts";
import { playing, togglePlaying } from "../sound/player.ts";
import {
  acceptSuggestion,
  poolProgress,
  type Suggested,
  suggestFrom,
  suggestions,
} from "../state/suggesting.ts";
import { task } from "../state/tasks.ts";
import { loadProgress } from "../state/workers.ts";
import { words } from "../words/language.ts";
import { ChooseButton } from "./file-chooser.tsx";
import { Icon } from "./icons.tsx";

/** The section. */
export function SuggestionSection() {
  const w = words.value.suggest;
  const found = suggestions.value?.task === task.value?.id ? suggestions.value?.list : undefined;
  const progress = poolProgress.value;
  const isOff = progress !== undefined || loadProgress.value < 1;
  return (
    <section aria-labelledby="suggest">
      <header>
        <h2 id="suggest">{w.title}</h2>
        <p class="lead">{w.text}</p>
      </header>
      <div class="actions">
        <ChooseButton
          name={w.files}
          isDisabled={isOff}
          onChosen={(files) => suggestFrom(listChosen(files))}
        />
        <ChooseButton
          isFolder
          name={w.folder}
          isDisabled={isOff}
          onChosen={(files) => suggestFrom(listChosen(files))}
        />
      </div>
      <p class="note" role="status">
        {progress ? words.value.record.embeddedSome(...progress) : found?.length === 0 ? w.done : ""}
      </p>
      {found && found.length > 0 && (
        <ul class="behind suggestions">
          {found.map((one) => (
            <Suggestion key={one.file} suggested={one} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Suggestion({ suggested }: { readonly suggested: Suggested }) {
  const w = words.value;
  const { classes } = task.value!;
  const { label, confidence, runnerUp, unknown, alike, file, found } = suggested;
  const chosen = useSignal(classes.includes(label) ? label : classes[0]!);
  const name = file.split("/").at(-1)!;
  const isOn = playing.value === file;
  return (
    <li>
      <button
        type="button"
        class="play"
        aria-pressed={isOn}
        aria-label={isOn ? w.record.stopPlaying(name) : w.record.play(name)}
        onClick={() => togglePlaying(file, () => found.read())}
      >
        <Icon name={isOn ? "stop" : "play"} />
      </button>
      <div>
        <div>{name}</div>
        <small class="note">
          {w.suggest.guess(label, w.percent(confidence), runnerUp.label, w.percent(runnerUp.confidence))}
          {unknown ? ` ${w.suggest.unknown}` : ""}
          {alike > 1 ? ` ${w.suggest.alike(alike)}` : ""}
        </small>
      </div>
      <div class="corrections">
        <select
          class="move"
          aria-label={w.suggest.choose(name)}
          value={chosen.value}
          onChange={({ currentTarget }) => {
            chosen.value = currentTarget.value;
          }}
        >
          {classes.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
        <button type="button" class="button small" onClick={() => acceptSuggestion(suggested, chosen.value)}>
          {w.suggest.add}
        </button>
      </div>
    </li>
  );
}
