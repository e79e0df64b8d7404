/**
 * The first screen: introduction, saved tasks, gallery.
 *
 * Not its concern: what a task consists of.
 */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ClassMark } from "../../view/class-mark.tsx";
import { listChosen } from "../data/dropped-files.ts";
import { describeTask } from "../data/task.ts";
import { ask } from "../parts/ask.tsx";
import { ChooseButton } from "../parts/file-chooser.tsx";
import { Icon } from "../parts/icons.tsx";
import { type DemoName, openDemo, openFiles } from "../state/bring-in.ts";
import { deleteTask, openTask } from "../state/open-task.ts";
import { getAddress, go } from "../state/route.ts";
import { createTask, isStorageRefused, listTasks, type TaskSummary, tasks } from "../state/tasks.ts";
import { words } from "../words/language.ts";

const demos: readonly DemoName[] = ["words", "voice", "banking", "drums"];

/** The screen. */
export function HomeScreen() {
  const w = words.value.home;
  const opening = useSignal<DemoName | undefined>(undefined);
  useEffect(() => {
    void listTasks();
  }, []);
  const all = tasks.value ?? [];
  const start = async () => {
    const made = await createTask("", []);
    await openTask(made.id);
    go({ screen: "record", task: made.id });
  };
  const openZip = (files: FileList) => void openFiles(listChosen(files), files[0]?.name ?? "");
  return (
    <>
      <section class="hero first">
        <h1>{w.title}</h1>
        <p class="lead">{w.lead}</p>
        {isStorageRefused.value ? (
          <StorageRefused />
        ) : (
          <>
            <div class="actions">
              <button type="button" class="button primary" onClick={start}>
                {w.start}
              </button>
              <ChooseButton large name={w.openFolder} isFolder onChosen={openZip} />
              <ChooseButton large name={w.openFile} accept=".zip" onChosen={openZip} />
            </div>
            <p class="note">
              {w.openHint} {w.privacy}
            </p>
          </>
        )}
      </section>
      {all.length > 0 && (
        <section aria-labelledby="yours">
          <header>
            <h2 id="yours">{w.yours}</h2>
          </header>
          <ul class="cards">
            {all.map((summary) => (
              <li key={summary.task.id} class="card">
                <TaskCard summary={summary} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {!isStorageRefused.value && (
        <section aria-labelledby="gallery">
          <header>
            <h2 id="gallery">{w.gallery}</h2>
          </header>
          <ul class="cards">
            {demos.map((name) => (
              <li key={name} class="card">
                <div class="picture">
                  <DemoPicture name={name} />
                </div>
                <h3>
                  <button
                    type="button"
                    disabled={opening.value !== undefined}
                    onClick={async () => {
                      opening.value = name;
                      await openDemo(name).finally(() => {
                        opening.value = undefined;
                      });
                    }}
                  >
                    {w.demos[name].name}
                  </button>
                </h3>
                <p>{opening.value === name ? w.opening : w.demos[name].text}</p>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function StorageRefused() {
  const { storage, storageText, reload } = words.value.errors;
  return (
    <div class="alarm" role="alert">
      <h2 class="plain">{storage}</h2>
      <p>{storageText}</p>
      <button type="button" class="button small" onClick={() => location.reload()}>
        {reload}
      </button>
    </div>
  );
}

function TaskCard({ summary }: { readonly summary: TaskSummary }) {
  const w = words.value;
  const { task, recordings, score } = summary;
  const name = describeTask(task, w.home.untitled);
  const remove = async () => {
    if (await ask(w.home.deleteSure(name, recordings), w.home.deleteYes)) await deleteTask(task.id);
  };
  return (
    <>
      <h3>
        <a href={getAddress({ screen: score === undefined ? "record" : "result", task: task.id })}>{name}</a>
      </h3>
      <button type="button" class="icon" aria-label={w.home.delete(name)} onClick={remove}>
        <Icon name="delete" />
      </button>
      <div class="marks">
        {task.classes.slice(0, 9).map((one, i) => (
          <ClassMark key={one} index={i} />
        ))}
      </div>
      <div class="row">
        <span>
          {w.classes(task.classes.length)}, {w.recordings(recordings)}
        </span>
        {score === undefined ? <span>{w.home.noScore}</span> : <span class="score">{w.percent(score)}</span>}
      </div>
    </>
  );
}

/** Height of a bar, 0 to 1, at a place from 0 to 1. */
const shapes: Readonly<Record<DemoName, (x: number, i: number) => number>> = {
  // Two words, three times.
  words: (x, i) => {
    const phase = (x * 6) % 1;
    return Math.max(0.04, Math.sin(Math.PI * Math.min(1, phase / 0.8)) * (0.55 + 0.4 * Math.sin(i * 1.7)));
  },
  // Three words.
  voice: (x, i) => {
    const phase = (x * 3) % 1;
    return Math.max(
      0.04,
      Math.sin(Math.PI * Math.min(1, phase / 0.62)) ** 1.5 * (0.65 + 0.35 * Math.sin(i * 2.4)),
    );
  },
  // Strokes that fall off.
  drums: (x, i) => Math.max(0.04, Math.exp(-(((x * 6) % 1) * 4)) * (i % 17 < 9 ? 1 : 0.6)),
  // Running speech.
  banking: (x, i) =>
    Math.max(0.05, Math.abs(Math.sin(x * 21) * Math.sin(x * 9.3 + 1)) * (0.55 + 0.45 * Math.sin(i * 1.9))),
};

/** The drawing. */
function DemoPicture({ name }: { readonly name: DemoName }) {
  const bars = 72;
  let path = "";
  for (let i = 0; i < bars; i++) {
    const half = 34 * shapes[name](i / bars, i);
    path += `M${5 * i + 4} ${(48 - half).toFixed(1)}v${(2 * half).toFixed(1)}`;
  }
  return (
    <svg viewBox="0 0 364 96" preserveAspectRatio="none" aria-hidden="true">
      <path d={path} stroke="currentColor" stroke-width="2.4" stroke-linecap="round" opacity="0.75" />
    </svg>
  );
}
