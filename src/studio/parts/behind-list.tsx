/**
 * A list of recordings with play buttons.
 *
 * Not its concern: why they are listed.
 */
import type { KeptRecording } from "../data/task.ts";
import { words } from "../words/language.ts";
import { PlayButton } from "./play-button.tsx";
import { shortName } from "./recording-list.tsx";

/** One line. */
interface BehindItem {
  /** Where it is still on the shelf. */
  readonly recording: KeptRecording | undefined;
  readonly name: string;
  readonly text?: string | undefined;
  readonly note?: string | undefined;
}

/** The list. */
export function Behind({ items }: { readonly items: readonly BehindItem[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <ul class="scroll-list" tabIndex={0}>
      {items.map(({ recording, name, text, note }) => (
        <li key={name}>
          {recording && <PlayButton id={recording.id} name={shortName(recording)} />}
          <div>
            <div>{text ? words.value.quoted(text) : shortName({ file: name })}</div>
            {note && <small class="note">{note}</small>}
          </div>
        </li>
      ))}
    </ul>
  );
}
