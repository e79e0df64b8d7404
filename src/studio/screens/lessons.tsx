/**
 * The tour: the four lessons (docs/lessons.md) on the user's recordings.
 *
 * Not its concern: how anything is measured.
 */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ClassMark } from "../../view/class-mark.tsx";
import { shortenName } from "../../view/format.ts";
import { Balance } from "../parts/balance.tsx";
import { GolemScore } from "../parts/golem-score.tsx";
import { Peaks } from "../parts/peaks.tsx";
import { learn, learning } from "../state/learning.ts";
import { getAddress } from "../state/route.ts";
import { embeddedCount, isAllEmbedded, isTrainable, learned, recordings, task } from "../state/tasks.ts";
import { getExaminer } from "../state/workers.ts";
import { words } from "../words/language.ts";
import type { EmbeddingSketch } from "../workers/embedding-sketch.ts";

const lessons = ["record", "encoder", "head", "balance"] as const;

/** The screen. */
export function LessonsScreen() {
  const w = words.value.lessons;
  const place = useSignal(0);
  const title = useRef<HTMLHeadingElement>(null);
  const isMoved = useRef(false);
  useEffect(() => {
    if (isMoved.current) {
      title.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    isMoved.current = true;
  }, [place.value]);
  const name = lessons[place.value]!;
  return (
    <div class="lesson">
      <p class="note">
        {w.title} · {w.step(place.value + 1)}
      </p>
      <h1 ref={title} tabIndex={-1}>
        {w[name].title}
      </h1>
      <p class="lead">{w[name].text}</p>
      <div class="stage">
        {name === "record" && <Examples />}
        {name === "encoder" && <Encoder />}
        {name === "head" && <Head />}
        {name === "balance" && <Balance />}
      </div>
      <div class="walk">
        <button
          type="button"
          class="button"
          disabled={place.value === 0}
          onClick={() => {
            place.value--;
          }}
        >
          {w.previous}
        </button>
        <div class="steps-dots">
          {lessons.map((one, i) => (
            <button
              key={one}
              type="button"
              aria-label={w.step(i + 1)}
              aria-current={i === place.value ? "step" : undefined}
              onClick={() => {
                place.value = i;
              }}
            >
              <i />
            </button>
          ))}
        </div>
        {place.value < lessons.length - 1 ? (
          <button
            type="button"
            class="button primary"
            onClick={() => {
              place.value++;
            }}
          >
            {w.next}
          </button>
        ) : (
          <a class="button primary" href={getAddress({ screen: "result", task: task.value!.id })}>
            {words.value.tabs.result}
          </a>
        )}
      </div>
    </div>
  );
}

/** One recording of each of the first four classes. */
function pickExamples() {
  const { classes } = task.value!;
  return classes.slice(0, 4).flatMap((label, index) => {
    const recording = recordings.value.find((one) => one.label === label && one.peaks.length > 0);
    return recording ? [{ label, index, recording }] : [];
  });
}

function Examples() {
  const w = words.value.lessons.record;
  if (recordings.value.length === 0) {
    return (
      <>
        <p class="state">{w.none}</p>
        <div class="actions">
          <a class="button primary" href={getAddress({ screen: "record", task: task.value!.id })}>
            {words.value.tabs.record}
          </a>
        </div>
      </>
    );
  }
  return (
    <>
      <div class="numbers">
        {pickExamples().map(({ label, index, recording }) => (
          <div class="lesson-row" key={label}>
            <span>
              <ClassMark index={index} /> {label}
            </span>
            <span />
            <Peaks peaks={recording.peaks} />
          </div>
        ))}
      </div>
      <p class="state">{w.state(recordings.value.length, task.value!.classes.length)}</p>
    </>
  );
}

/** At most this many recordings are compared, so that a large data set costs no more than a small one. */
const maximumCompared = 200;

function Encoder() {
  const w = words.value.lessons.encoder;
  const sketch = useSignal<EmbeddingSketch | undefined>(undefined);
  const compared = recordings.value.slice(0, maximumCompared);
  const embedded = embeddedCount.value;
  useEffect(() => {
    const asked = compared.map(({ hash, label }) => ({ hash, label }));
    getExaminer()
      .call("sketch", { recordings: asked })
      .then((found) => {
        sketch.value = found;
      })
      .catch(() => {});
  }, [task.value!.id, embedded]);
  if (recordings.value.length === 0) return <Examples />;
  const { classes } = task.value!;
  // Two of each class, to be compared.
  const shown = classes.slice(0, 3).flatMap((label, index) =>
    compared
      .map((recording, place) => ({ recording, index, label, place }))
      .filter(({ recording, place }) => recording.label === label && sketch.value?.rows[place])
      .slice(0, 2),
  );
  return (
    <>
      <div class="numbers">
        {shown.map(({ recording, label, index, place }) => (
          <div class="lesson-row sketch" key={recording.id}>
            <span>
              <ClassMark index={index} /> {shortenName(label, 24)}
            </span>
            <Peaks peaks={recording.peaks} />
            <Stripes values={sketch.value!.rows[place]!} />
          </div>
        ))}
      </div>
      <p class="state">{w.state(embedded)}</p>
      {sketch.value && shown.length > 0 && (
        <p class="note">{w.shown(sketch.value.rows.find((row) => row)!.length, sketch.value.length)}</p>
      )}
    </>
  );
}

/** Standard deviations from the mean at which a stripe is as dark, or as light, as stripes get. */
const darkest = 2;

/** Numbers of an embedding as stripes, darker where they are larger. */
function Stripes({ values }: { readonly values: readonly number[] }) {
  return (
    <svg viewBox={`0 0 ${values.length} 10`} preserveAspectRatio="none" aria-hidden="true">
      {values.map((value, i) => (
        <rect
          key={i}
          x={i}
          width="1.05"
          height="10"
          fill="var(--accent)"
          opacity={(Math.min(1, Math.max(0, (value + darkest) / (2 * darkest))) ** 1.5).toFixed(3)}
        />
      ))}
    </svg>
  );
}

function Head() {
  const w = words.value.lessons.head;
  const golem = learned.value;
  const evaluation = golem?.document.evaluation;
  if (!golem || !evaluation) {
    const canLearn = isTrainable.value && isAllEmbedded.value && learning.value === undefined;
    return (
      <>
        <p class="state">{w.none}</p>
        <div class="actions">
          <button type="button" class="button primary" disabled={!canLearn} onClick={() => learn()}>
            {learning.value === undefined ? words.value.record.learn : words.value.result.learning}
          </button>
        </div>
      </>
    );
  }
  return (
    <>
      <GolemScore evaluation={evaluation} room={710} />
      <p class="state">{w.state(golem.seconds, golem.document.trainAccuracy, evaluation.balancedAccuracy)}</p>
    </>
  );
}
