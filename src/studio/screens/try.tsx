/**
 * The screen where a golem is tried: on the microphone, on files.
 *
 * Not its concern: how sound is classified.
 */
import { useEffect } from "preact/hooks";
import { ShareBar } from "../../view/share-bar.tsx";
import { listChosen } from "../data/dropped-files.ts";
import { Empty } from "../parts/empty.tsx";
import { ChooseButton } from "../parts/file-chooser.tsx";
import { MicrophoneChoice } from "../parts/microphone-choice.tsx";
import { Scope } from "../parts/scope.tsx";
import { TestClips } from "../parts/test-clips.tsx";
import { isTooLoud, isTooQuiet } from "../state/levels.ts";
import { getAddress } from "../state/route.ts";
import { learned, orderLabels, task } from "../state/tasks.ts";
import {
  type Answer,
  answers,
  forgetAnswers,
  isListening,
  pending,
  shares,
  startListening,
  stopListening,
  tryFiles,
} from "../state/trying.ts";
import { loadProgress } from "../state/workers.ts";
import { words } from "../words/language.ts";

/** The screen. */
export function TryScreen() {
  const w = words.value.try;
  const open = task.value!;
  useEffect(
    () => () => {
      stopListening();
      forgetAnswers();
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
  const shown = shares.value;
  return (
    <div class="try">
      <div>
        <h1 class="hidden">{w.title}</h1>
        <div class="recorder">
          <Scope isOn={isListening.value} />
          <div class="recorder-foot">
            <div class="actions">
              <button
                type="button"
                class={`button primary rec${isListening.value ? " stop" : ""}`}
                disabled={loadProgress.value < 1}
                onClick={() => (isListening.value ? stopListening() : startListening())}
              >
                {isListening.value ? w.stop : w.start}
              </button>
              <ChooseButton large name={w.choose} onChosen={(files) => tryFiles(listChosen(files))} />
            </div>
            {isListening.value && (isTooLoud.value || isTooQuiet.value) && (
              <p class="note" role="status">
                {isTooLoud.value ? words.value.record.tooLoud : words.value.record.tooQuiet}
              </p>
            )}
            <MicrophoneChoice isDisabled={isListening.value} />
          </div>
        </div>
        <div aria-live="polite" aria-atomic="true">
          <p
            key={answer?.id}
            class={`answer${answer && !isNamed(answer) ? " unknown" : ""}${answer && nameAnswer(answer).length > 20 ? " long" : ""}`}
          >
            {answer ? nameAnswer(answer) : " "}
          </p>
          <p class="under">{describe(answer)}</p>
        </div>
        <TestClips />
        <ul class="bars" aria-label={w.scores}>
          {labels.map((label) => {
            const share = shown?.scores[label] ?? 0;
            const isTop =
              shown !== undefined && share === Math.max(shown.unknown ?? 0, ...Object.values(shown.scores));
            return (
              <Bar
                key={label}
                name={label}
                share={shown && !shown.isUnknown ? share : undefined}
                isTop={isTop && share > 0}
              />
            );
          })}
          <Bar
            name={w.unknown}
            share={shown?.isUnknown ? 1 : shown?.unknown}
            isTop={shown?.isUnknown ?? false}
            isUnknown
          />
        </ul>
      </div>
      <History />
    </div>
  );
}

/** The latest answers. */
function History() {
  const w = words.value.try;
  return (
    <div class="history">
      <h2 class="plain">{w.history}</h2>
      {answers.value.length === 0 ? (
        <p class="note">{w.historyNone}</p>
      ) : (
        <ul>
          {answers.value.slice(0, 12).map((one) => (
            <li key={one.id}>
              <span>
                <b>{nameAnswer(one)}</b> <small>{one.span ? words.value.span(...one.span) : one.name}</small>
              </span>
              <span>{isNamed(one) && words.value.percent(one.confidence)}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function isNamed({ label, unknown }: Answer): boolean {
  return label !== undefined && !unknown;
}

function nameAnswer({ label, unknown }: Answer): string {
  const w = words.value.try;
  return unknown ? w.unknown : (label ?? w.unsure);
}

/** The share of one class, or of unknown. */
function Bar({
  name,
  share,
  isTop,
  isUnknown = false,
}: {
  readonly name: string;
  readonly share: number | undefined;
  readonly isTop: boolean;
  readonly isUnknown?: boolean;
}) {
  return (
    <li class={`${isTop ? "" : "dim"}${isUnknown ? " none" : ""}`}>
      <span class="name" title={name}>
        {name}
      </span>
      <ShareBar share={share} />
      <output>{share === undefined || (isUnknown && isTop) ? "" : words.value.percent(share)}</output>
    </li>
  );
}

function describe(answer: Answer | undefined): string {
  const w = words.value.try;
  if (loadProgress.value < 1 && !answer) return words.value.record.loading(loadProgress.value);
  if (pending.value > 0) return `${w.thinking}…`;
  if (!answer) return isListening.value ? `${w.listening}…` : w.idle;
  const understood = answer.transcript ? w.understood(answer.transcript) : "";
  const why = answer.unknown
    ? `${w.unknownText}.${answer.label === undefined ? "" : ` ${w.nearest(answer.label)}`}`
    : answer.label === undefined
      ? `${w.unsureText}.`
      : "";
  const when = answer.span ? words.value.span(...answer.span) : "";
  const truth = answer.truth === undefined ? "" : w.truth(answer.truth);
  return [when, truth, why, understood].filter(Boolean).join(" · ");
}
