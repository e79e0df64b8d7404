/**
 * The choice of a microphone, where there are several.
 *
 * Not its concern: how one is opened.
 */
import { chooseMicrophone, chosenMicrophone, microphones } from "../sound/microphones.ts";
import { words } from "../words/language.ts";

/** The menu; nothing where there is nothing to choose. */
export function MicrophoneChoice({ isDisabled }: { readonly isDisabled: boolean }) {
  const all = microphones.value;
  const w = words.value.record;
  if (all.length < 2) return null;
  const isThere = all.some(({ id }) => id === chosenMicrophone.value);
  return (
    <select
      class="move"
      aria-label={w.microphone}
      disabled={isDisabled}
      value={isThere ? chosenMicrophone.value : all[0]!.id}
      onChange={(event) => chooseMicrophone(event.currentTarget.value)}
    >
      {all.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
