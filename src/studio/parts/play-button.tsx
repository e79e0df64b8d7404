/**
 * The button that plays a recording of the shelf.
 *
 * Not its concern: what is recorded.
 */
import { playing, togglePlaying } from "../sound/player.ts";
import { getShelf } from "../state/tasks.ts";
import { words } from "../words/language.ts";
import { Icon } from "./icons.tsx";

/** Plays the recording `id`, called `name`; stops it where it is being played. */
export function PlayButton({
  id,
  name,
  ...others
}: {
  readonly id: string;
  readonly name: string;
  readonly tabIndex?: number;
  onFocus?(): void;
}) {
  const isOn = playing.value === id;
  const { play, stopPlaying } = words.value.record;
  return (
    <button
      type="button"
      class="play"
      {...others}
      aria-pressed={isOn}
      aria-label={isOn ? stopPlaying(name) : play(name)}
      onClick={() => playRecording(id)}
    >
      <Icon name={isOn ? "stop" : "play"} />
    </button>
  );
}

/** Plays or stops a recording of the shelf. */
export function playRecording(id: string): Promise<void> {
  return togglePlaying(id, async (wanted) => (await getShelf()).getSound(wanted));
}
