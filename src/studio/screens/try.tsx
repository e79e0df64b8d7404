/**
 * The screen where a golem is tried: on the microphone, on files.
 *
 * Must not know: how it answers.
 */
import { useEffect } from "preact/hooks";
import { listChosen } from "../data/dropped-files.ts";
import { Empty } from "../parts/empty.tsx";
import { ChooseButton } from "../parts/file-chooser.tsx";
import { Scope } from "../parts/scope.tsx";
import { getAddress } from "../state/route.ts";
import { learned, orderLabels, task } from "../state/tasks.ts";
import {
  answers,
  isHearing,
  isListening,
  pending,
  startListening,
  stopListening,
  tryFiles,
} from "../state/trying.ts";
import { awake } from "../state/workers.ts";
import { words } from "../words/language.ts";

/** The screen. */
export function TryScreen() {
  const w = words.value.try;
  const open = task.value!;
  useEffect(
    () => () => {
      stopListening();
      answers.value = [];
    },
    [open.id],
  );
  if (!learned.value) {
    return (
      <Empty title={w.emptyTitle} text={w.emptyText}>
        <a class="button primary" href={getAddress({ screen: "record", task: open.id })}>
          {words.value.result.toRecord}
        </a>
      </Empty>
    );
  }
  const labels = orderLabels(learned.value.document.labels);
  const answer = answers.value[0];
  return (
    <div class="try">
      <div>
        <h1 class="hidden">{w.title}</h1>
        <div aria-live="polite" aria-atomic="true">
          <p class={`answer${answer?.unknown ? " unknown" : ""}`}>
            {answer ? (answer.unknown ? w.unknown : answer.label) : " "}
          </p>
          <p class="under">{describe(answer)}</p>
        </div>
        <ul class="bars" aria-label={w.scores}>
          {labels.map((label) => {
            const share = answer?.scores[label] ?? 0;
            return (
              <li key={label} class={answer && label === answer.label && !answer.unknown ? "" : "dim"}>
                <span class="name" title={label}>
                  {label}
                </span>
                <span class="rail" data-share={answer ? share.toFixed(4) : undefined}>
                  <i style={{ transform: `scaleX(${share})` }} />
                </span>
                <output>{answer ? words.value.percent(share) : ""}</output>
              </li>
            );
          })}
        </ul>
        <div class="recorder">
          <Scope isOn={isListening.value} isSounding={isHearing.value} />
          <div class="recorder-foot">
            <div class="actions">
              <button
                type="button"
                class={`button primary rec${isListening.value ? " stop" : ""}`}
                disabled={awake.value < 1}
                onClick={() => (isListening.value ? stopListening() : startListening())}
              >
                {isListening.value ? w.stop : w.start}
              </button>
              <ChooseButton large name={w.choose} onChosen={(files) => tryFiles(listChosen(files))} />
            </div>
          </div>
        </div>
      </div>
      <div class="history">
        <h2 class="plain">{w.history}</h2>
        {answers.value.length === 0 ? (
          <p class="note">{w.historyNone}</p>
        ) : (
          <ul>
            {answers.value.slice(0, 12).map((one) => (
              <li key={one.id}>
                <span>
                  <b>{one.unknown ? w.unknown : one.label}</b> {one.name !== w.microphone && one.name}
                </span>
                <span>{words.value.percent(one.confidence)}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

function describe(answer: (typeof answers.value)[number] | undefined): string {
  const w = words.value.try;
  if (awake.value < 1) return words.value.record.loading(awake.value);
  if (pending.value > 0) return `${w.thinking}…`;
  if (!answer) return isListening.value ? `${w.listening}…` : w.idle;
  const understood = answer.transcript ? w.understood(answer.transcript) : "";
  return [answer.unknown ? `${w.unknownText}.` : "", understood].filter(Boolean).join(" ");
}
