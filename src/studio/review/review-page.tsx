/**
 * The page of `golem review`: one recording at a time, answered with the keyboard alone or by buttons.
 *
 * Keys go by their place on the keyboard, so they work in every layout.
 * Not its concern: where labels are kept (server/review-routes.ts).
 */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { SpectrogramFrame } from "../../view/spectrogram-frame.tsx";
import { type ReviewItem, reviewLabels } from "../../workflow/review.ts";
import { language, languages } from "../words/language.ts";
import {
  commands,
  current,
  failure,
  folderName,
  giveLabel,
  items,
  labelled,
  labels,
  loadReview,
  move,
  position,
} from "./review-state.ts";
import { reviewWords } from "./review-words.ts";

/** Labels that a digit gives. */
const digits = 9;

const getAddress = (kind: "clip" | "picture", { file }: ReviewItem): string =>
  `review/${kind}?file=${encodeURIComponent(file)}`;

/** Plays the current recording from its start. */
function play(): void {
  const audio = document.querySelector("audio");
  if (!audio) return;
  audio.currentTime = 0;
  // Browsers refuse to play before the first key or click.
  audio.play().catch(() => {});
}

const actions: Readonly<Record<string, (item: ReviewItem) => unknown>> = {
  Space: play,
  KeyR: ({ heard }) => heard && giveLabel(heard.label),
  KeyW: () => giveLabel(reviewLabels.wrong),
  KeyB: () => giveLabel(reviewLabels.background),
  KeyU: () => giveLabel(""),
  ArrowLeft: () => move(-1),
  ArrowRight: () => move(1),
  KeyL: () => document.querySelector<HTMLInputElement>("#other")?.focus(),
};

function takeKey(event: KeyboardEvent): void {
  const { target, code } = event;
  const item = current.value;
  if (event.ctrlKey || event.metaKey || event.altKey || !item) return;
  if (target instanceof HTMLInputElement) {
    if (code === "Escape") target.blur();
    return;
  }
  if (target instanceof HTMLSelectElement) return;
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(code)?.[1];
  const label = digit && labels.value[Number(digit) - 1];
  // Enter stays with the focused button; Space plays, whatever has the focus.
  const action = label ? () => giveLabel(label) : actions[code];
  if (!action) return;
  event.preventDefault();
  if (!event.repeat) action(item);
}

/** A button that shows its key. */
function KeyButton(props: {
  name: string;
  text: string;
  onClick(): unknown;
  isOff?: boolean;
  isPrimary?: boolean;
}) {
  const { name, text, onClick, isOff, isPrimary = false } = props;
  return (
    <button
      type="button"
      class={isPrimary ? "primary" : undefined}
      disabled={isOff}
      onClick={() => void onClick()}
    >
      <kbd>{name}</kbd> {text}
    </button>
  );
}

/** The picture with the stretch that the label is about; sound that a click on it plays. */
function Sound({ item, text }: { item: ReviewItem; text: string }) {
  const audio = useRef<HTMLAudioElement>(null);
  const mark = useRef<HTMLDivElement>(null);
  const seconds = useSignal<number | undefined>(undefined);
  useEffect(() => {
    const { segment } = item;
    const place = (): void => {
      const duration = audio.current?.duration ?? 0;
      if (duration > 0) seconds.value = duration;
      if (!mark.current || !segment || !(duration > 0)) return;
      mark.current.style.left = `${(100 * segment.start) / duration}%`;
      mark.current.style.width = `${(100 * (segment.end - segment.start)) / duration}%`;
    };
    let address: string | undefined;
    const stop = new AbortController();
    const load = async (): Promise<void> => {
      const response = await fetch(getAddress("clip", item), { signal: stop.signal });
      if (!response.ok) throw new Error((await response.json()).error.message);
      address = URL.createObjectURL(await response.blob());
      if (!audio.current || stop.signal.aborted) return;
      audio.current.onloadedmetadata = place;
      audio.current.src = address;
      play();
    };
    load().catch((error: Error) => {
      if (!stop.signal.aborted) failure.value = { reason: error.message };
    });
    return () => {
      stop.abort();
      if (address) URL.revokeObjectURL(address);
    };
  }, [item.file]);
  return (
    <figure>
      <SpectrogramFrame seconds={seconds.value}>
        <div class="picture">
          <img alt={text} src={getAddress("picture", item)} />
          {item.segment && <div class="stretch" ref={mark} />}
        </div>
      </SpectrogramFrame>
      {/* biome-ignore lint/a11y/useMediaCaption: recordings to label have no captions */}
      <audio controls ref={audio} />
    </figure>
  );
}

/** The form for a label that no digit gives. */
function OtherLabel({ text, hint }: { text: string; hint: string }) {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const input = document.querySelector<HTMLInputElement>("#other")!;
    const label = input.value.trim();
    input.value = "";
    input.blur();
    if (label !== "") void giveLabel(label);
  };
  return (
    <form onSubmit={submit}>
      <label for="other">
        <kbd>L</kbd> {text}
      </label>{" "}
      <input id="other" list="labels" maxLength={1024} autoComplete="off" placeholder={hint} />
      <datalist id="labels">
        {labels.value.map((label) => (
          <option key={label} value={label} />
        ))}
      </datalist>
    </form>
  );
}

/** What to run once labels were given. */
function NextCommands({ text }: { text: string }) {
  if (commands.value.length === 0) return null;
  return (
    <section aria-label={text} class="after">
      <p>{text}</p>
      <pre>{commands.value.join("\n")}</pre>
    </section>
  );
}

/** The page. */
export function ReviewPage() {
  const words = reviewWords[language.value];
  useEffect(() => {
    void loadReview();
    document.addEventListener("keydown", takeKey);
    return () => document.removeEventListener("keydown", takeKey);
  }, []);
  const all = items.value;
  const item = current.value;
  const isFinished = all !== undefined && labelled.value === all.length;
  return (
    <main>
      <header>
        <h1>
          {words.title} <small>{folderName}</small>
        </h1>
        <select
          aria-label="Language"
          value={language.value}
          onChange={({ currentTarget }) => {
            language.value = currentTarget.value as typeof language.value;
          }}
        >
          {languages.map((code) => (
            <option key={code} value={code}>
              {new Intl.DisplayNames(code, { type: "language" }).of(code)}
            </option>
          ))}
        </select>
      </header>
      <p role="status">{all ? words.done(labelled.value, all.length) : words.loading}</p>
      {all && <progress max={all.length} value={labelled.value} aria-hidden="true" />}
      {failure.value && (
        <p role="alert">
          {failure.value.isSaving ? words.failed(failure.value.reason) : failure.value.reason}
        </p>
      )}
      {isFinished && <p>{words.finished}</p>}
      {isFinished && <NextCommands text={words.after} />}
      {all && item && (
        <section aria-label={words.place(position.value + 1, all.length)}>
          <h2>{words.place(position.value + 1, all.length)}</h2>
          <p class="quiet">{item.file}</p>
          <Sound key={item.file} item={item} text={words.picture} />
          {item.heard && (
            <p class="heard">
              {words.heard(item.heard.label, Math.round(100 * item.heard.confidence))}
              {words.kinds[item.heard.kind] && `, ${words.kinds[item.heard.kind]}`}
            </p>
          )}
          <p>
            {item.label === undefined
              ? item.segment
                ? words.asksStretch
                : words.asksWhole
              : words.given(item.label)}
          </p>
          <p class="keys">
            <KeyButton name="␣" text={words.play} onClick={play} />
            <KeyButton
              name="R"
              text={item.heard ? `${words.right}: ${item.heard.label}` : words.right}
              isOff={!item.heard}
              isPrimary={item.heard !== undefined && item.label === undefined}
              onClick={() => actions.KeyR!(item)}
            />
            <KeyButton name="W" text={words.wrong} onClick={() => actions.KeyW!(item)} />
            <KeyButton name="B" text={words.background} onClick={() => actions.KeyB!(item)} />
            <KeyButton
              name="U"
              text={words.undo}
              isOff={item.label === undefined}
              onClick={() => actions.KeyU!(item)}
            />
            <KeyButton name="←" text={words.back} onClick={() => move(-1)} />
            <KeyButton name="→" text={words.next} onClick={() => move(1)} />
          </p>
          <p class="keys">
            {labels.value.slice(0, digits).map((label, i) => (
              <KeyButton key={label} name={String(i + 1)} text={label} onClick={() => giveLabel(label)} />
            ))}
          </p>
          <OtherLabel text={words.other} hint={words.otherHint} />
        </section>
      )}
      {!isFinished && labelled.value > 0 && <NextCommands text={words.after} />}
    </main>
  );
}
