/**
 * The application: the frame, the current screen, dropped files.
 *
 * Not its concern: what the screens do.
 */

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { listDropped } from "./data/dropped-files.ts";
import { describeTask } from "./data/task.ts";
import { Asker } from "./parts/ask.tsx";
import { RecordingEditor } from "./parts/edit-recording.tsx";
import { FootBar } from "./parts/foot-bar.tsx";
import { Logo } from "./parts/icons.tsx";
import { WordSpeaker } from "./parts/speak-words.tsx";
import { HomeScreen } from "./screens/home.tsx";
import { LessonsScreen } from "./screens/lessons.tsx";
import { RecordScreen } from "./screens/record.tsx";
import { ResultScreen } from "./screens/result.tsx";
import { TakeScreen } from "./screens/take.tsx";
import { TryScreen } from "./screens/try.tsx";
import { addFiles, openFiles } from "./state/bring-in.ts";
import { chosenClass } from "./state/choice.ts";
import { hush, notice } from "./state/notice.ts";
import { openTask } from "./state/open-task.ts";
import { getAddress, route, type Step, steps } from "./state/route.ts";
import { changeTask, task } from "./state/tasks.ts";
import { theme, toggleTheme } from "./state/theme.ts";
import { tryFiles } from "./state/trying.ts";
import { discardHeld, retryState, saveHeld, unsavedCount } from "./state/unsaved.ts";
import { chooseLanguage, getLanguageName, language, languages, words } from "./words/language.ts";

const screens: Readonly<Record<Step, () => preact.JSX.Element | null>> = {
  record: RecordScreen,
  result: ResultScreen,
  try: TryScreen,
  lessons: LessonsScreen,
  take: TakeScreen,
};

const isDropping = signal(false);

/** The application. */
export function App() {
  const shown = route.value;
  const w = words.value;
  const main = useRef<HTMLElement>(null);
  const isMoved = useRef(false);
  const owner = shown.screen === "home" ? undefined : shown.task;
  useEffect(() => {
    if (owner) void openTask(owner);
  }, [owner]);
  useEffect(() => {
    // Moves the focus, for screen readers, but not on the first screen.
    if (isMoved.current && !main.current?.contains(document.activeElement)) main.current?.focus();
    isMoved.current = true;
    // A message about another screen is removed, unless it is an error or has an action.
    if (notice.peek() && !notice.peek()!.action && !notice.peek()!.isError) hush();
    scrollTo(0, 0);
  }, [shown.screen, owner]);
  useDrops();
  const open = task.value;
  useEffect(() => {
    // On a phone not all steps fit at once.
    document.querySelector(".steps [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [shown.screen, open?.id]);
  useEffect(() => {
    const name = owner && open ? `${describeTask(open, w.home.untitled)} · ` : "";
    document.title = `${name}${w.brand}`;
  }, [open, owner, w]);
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {w.skip}
      </a>
      <header class="top">
        <div class="bar">
          <a class="brand" href={getAddress({ screen: "home" })} aria-label={owner ? w.tabs.back : w.brand}>
            <Logo />
            {!owner && <span>{w.brand}</span>}
          </a>
          {owner && open && <TaskName />}
          <span class="space" />
          <Preferences />
        </div>
        {owner && open && (
          <nav class="steps" aria-label={w.tabs.label}>
            {steps.map((step) => (
              <a
                key={step}
                href={getAddress({ screen: step, task: owner })}
                aria-current={step === shown.screen ? "page" : undefined}
              >
                {w.tabs[step]}
              </a>
            ))}
          </nav>
        )}
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {shown.screen === "home" ? (
          <HomeScreen />
        ) : open === null ? (
          <Missing />
        ) : (
          open?.id === owner && <Screen step={shown.screen} />
        )}
      </main>
      <div class="dock">
        {shown.screen === "record" && open && <FootBar />}
        <UnsavedBar />
        <NoticeBar />
      </div>
      <Asker />
      <RecordingEditor />
      <WordSpeaker />
      {isDropping.value && <div class="dropping">{w.record.dropNow}</div>}
    </>
  );
}

function Screen({ step }: { readonly step: Step }) {
  const Shown = screens[step];
  return <Shown key={task.value?.id} />;
}

function Missing() {
  const w = words.value;
  return (
    <div class="empty">
      <h1>{w.task.missing}</h1>
      <a class="button primary" href={getAddress({ screen: "home" })}>
        {w.tabs.back}
      </a>
    </div>
  );
}

const changeName = (name: string) => changeTask(() => ({ name }));

function TaskName() {
  const w = words.value;
  const open = task.value!;
  return (
    <input
      class="task-name"
      aria-label={w.task.name}
      maxLength={80}
      value={open.name}
      placeholder={describeTask(open, w.home.untitled)}
      onChange={(event) => changeName(event.currentTarget.value.trim())}
      onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
    />
  );
}

/** Says that recordings could not be saved, and offers to try again. */
function UnsavedBar() {
  const w = words.value;
  const count = unsavedCount.value;
  return (
    <div aria-live="polite">
      {count > 0 && (
        <div class="notice unsaved" role="alert">
          <span>{w.record.unsaved(count, retryState.value === "full")}</span>
          <button type="button" disabled={retryState.value === "saving"} onClick={() => void saveHeld()}>
            {w.retry}
          </button>
          <button type="button" disabled={retryState.value === "saving"} onClick={() => discardHeld()}>
            {w.record.discard}
          </button>
        </div>
      )}
    </div>
  );
}

function Preferences() {
  const w = words.value;
  return (
    <div class="pills">
      {languages
        .filter((code) => code !== language.value)
        .map((code) => (
          <button key={code} type="button" class="pill" lang={code} onClick={() => chooseLanguage(code)}>
            {getLanguageName(code)}
          </button>
        ))}
      <button type="button" class="pill" onClick={toggleTheme}>
        {theme.value === "dark" ? w.theme.light : w.theme.dark}
      </button>
    </div>
  );
}

/** Handles files and folders dropped anywhere on the page. */
function useDrops(): void {
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      isDropping.value = true;
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) isDropping.value = false;
    };
    const drop = (event: DragEvent) => {
      event.preventDefault();
      isDropping.value = false;
      if (!event.dataTransfer) return;
      const shown = route.value;
      void listDropped(event.dataTransfer).then((files) => {
        if (shown.screen === "home") return openFiles(files, files[0]?.path ?? "");
        if (shown.screen === "try") return tryFiles(files);
        return addFiles(files, chosenClass.value);
      });
    };
    addEventListener("dragover", over);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, []);
}

/** Shows it, and announces it to screen readers. */
function NoticeBar() {
  const told = notice.value;
  return (
    <div aria-live="polite">
      {told && (
        <div class="notice" role={told.isError ? "alert" : "status"}>
          <span>{told.text()}</span>
          {told.action && (
            <button
              type="button"
              onClick={() => {
                hush();
                told.action?.run();
              }}
            >
              {told.action.name()}
            </button>
          )}
          <button type="button" onClick={hush}>
            {words.value.close}
          </button>
        </div>
      )}
    </div>
  );
}
