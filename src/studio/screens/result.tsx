/**
 * The screen of the result: score, what would help most, confusion, map, the doctor's findings, learning
 * curve.
 *
 * Not its concern: how anything is measured.
 */
import { useEffect } from "preact/hooks";
import { getStanding } from "../../evaluate/standing.ts";
import { formatShare, shortenName } from "../../view/format.ts";
import { getWordShare } from "../data/word-share.ts";
import { Confusion } from "../parts/confusion.tsx";
import { CurveSection } from "../parts/curve-section.tsx";
import { Empty } from "../parts/empty.tsx";
import { Findings } from "../parts/findings.tsx";
import { describeCopying } from "../parts/foot-bar.tsx";
import { GolemScore } from "../parts/golem-score.tsx";
import { MapSection } from "../parts/map-section.tsx";
import { SuggestionSection } from "../parts/suggestions.tsx";
import { ThresholdSection } from "../parts/threshold.tsx";
import { LatestDifference, TrainingHistory } from "../parts/training-history.tsx";
import { UpdateNote } from "../parts/update-note.tsx";
import { chooseClass } from "../state/choice.ts";
import { copying } from "../state/copies.ts";
import { curve, learn, learnError, learning, measureCurve } from "../state/learning.ts";
import { getAddress, go } from "../state/route.ts";
import {
  counts,
  isAllEmbedded,
  isSpoken,
  isStale,
  isTrainable,
  learned,
  recordings,
  task,
} from "../state/tasks.ts";
import { describeError } from "../words/failures.ts";
import { words } from "../words/language.ts";
import { describeMeaning, describeMeasure, readReason } from "../words/score-words.ts";

/** The screen. */
export function ResultScreen() {
  const w = words.value.result;
  const open = task.value!;
  const share = learning.value;
  if (share !== undefined) {
    return (
      <div class="working" role="status">
        <h1>{w.learning}</h1>
        <p class="lead">{copying.value ? describeCopying(copying.value) : w.examined}</p>
        <div class="track">
          <i
            style={{
              transform: `scaleX(${copying.value ? copying.value.done / copying.value.all : share})`,
            }}
          />
        </div>
      </div>
    );
  }
  if (!learned.value) {
    const canLearn = isTrainable.value && isAllEmbedded.value;
    return (
      <Empty
        title={learnError.value ? w.failed : w.emptyTitle}
        text={learnError.value ? describeError(learnError.value) : w.emptyText}
      >
        {canLearn && (
          <button type="button" class="button primary" onClick={() => learn()}>
            {words.value.record.learn}
          </button>
        )}
        <a
          class={`button${canLearn ? "" : " primary"}`}
          href={getAddress({ screen: "record", task: open.id })}
        >
          {w.toRecord}
        </a>
      </Empty>
    );
  }
  return <Outcome />;
}

function Outcome() {
  const w = words.value.result;
  const { document, seconds } = learned.value!;
  const { evaluation } = document;
  const standing = evaluation ? getStanding(evaluation) : undefined;
  const said = getWordShare(document);
  return (
    <>
      <UpdateNote />
      {isStale.value && (
        <div class="stale">
          <p>{w.stale}</p>
          <button
            type="button"
            class="button small primary"
            disabled={!isTrainable.value || !isAllEmbedded.value}
            onClick={() => learn()}
          >
            {words.value.record.learn}
          </button>
        </div>
      )}
      <section class="first" aria-labelledby="score">
        <h1 id="score" class="lead">
          {evaluation?.measuredOn
            ? w.kickers.synthetic
            : standing === undefined
              ? w.kicker
              : w.kickers[standing]}
        </h1>
        {evaluation ? (
          <>
            <div class="number-row">
              <p class="number">
                {Number.parseInt(formatShare(evaluation.balancedAccuracy), 10)}
                <span>%</span>
              </p>
              <div>
                <p class="lead">
                  {w.between(...(evaluation.interval as [number, number]))} {describeMeaning(evaluation)}
                </p>
                <p class="note">
                  {describeMeasure(evaluation)}{" "}
                  {evaluation.grouping === "none" && (isSpoken.value ? w.oneVoice : w.oneSource)}{" "}
                  {w.onTrained(evaluation.trainAccuracy)} {seconds > 0 && w.took(seconds)}
                </p>
                <LatestDifference />
              </div>
            </div>
            <GolemScore evaluation={evaluation} />
          </>
        ) : (
          <p class="lead">{w.unscored}</p>
        )}
        <Next />
        <p class="invite">
          {words.value.lessons.invite}{" "}
          <a href={getAddress({ screen: "lessons", task: task.value!.id })}>{words.value.lessons.begin}</a>
        </p>
      </section>
      {evaluation && <Confusion evaluation={evaluation} />}
      <MapSection />
      <Findings />
      <CurveSection />
      <ThresholdSection />
      <SuggestionSection />
      <TrainingHistory />
      <section aria-labelledby="views">
        <header>
          <h2 id="views">{w.views}</h2>
          <p class="lead">{w.viewsText(said)}</p>
          {document.augment && (
            <p class="note">{w.copies(document.augment.copies, document.augment.share)}</p>
          )}
        </header>
      </section>
    </>
  );
}

/** The class to record more of, from the learning curve; the space is reserved while it is measured. */
function Next() {
  const w = words.value.result;
  const open = task.value!;
  const hasData = recordings.value.length > 0;
  const wanted = learned.value!.mark;
  useEffect(() => {
    if (hasData && !isStale.value) void measureCurve();
  }, [wanted]);
  const found = curve.value?.mark === wanted ? curve.value.curve : undefined;
  const { evaluation } = learned.value!.document;
  const reason = evaluation && getStanding(evaluation) ? readReason(evaluation) : undefined;
  const advice = found?.advice;
  const best =
    !reason && advice?.kind === "class"
      ? found!.classGains.find(({ label }) => label === advice.label)
      : undefined;
  const isWorth = best !== undefined;
  const describeAdvice = (): string => {
    if (reason) return w.remedy(...reason);
    switch (advice?.kind) {
      case "class":
        return w.nextGain(100 * best!.gain, 100 * best!.interval[0], 100 * best!.interval[1]);
      case "all":
        return w.nextAll(100 * advice.gain);
      case "other":
        return w.nextOther;
      case "guessing":
        return w.nextGuessing;
      case "no-mistake":
        return w.nextNoMistake;
      default:
        return w.nextNone;
    }
  };
  const tryIt = (
    <a class={`button${isWorth ? "" : " primary"}`} href={getAddress({ screen: "try", task: open.id })}>
      {w.nextTry}
    </a>
  );
  if (!hasData) return <div class="next">{tryIt}</div>;
  return (
    <div class="next" aria-live="polite">
      <div>
        <h2 class="plain">{w.next}</h2>
        <p class="note">
          {reason === undefined && found === undefined && !isStale.value
            ? `${w.nextMeasuring}…`
            : describeAdvice()}
        </p>
      </div>
      <div class="actions">
        {tryIt}
        {best && (
          <button
            type="button"
            class="button primary"
            onClick={() => {
              chooseClass(best.label, (counts.value.get(best.label) ?? 0) + 5);
              go({ screen: "record", task: open.id });
            }}
          >
            {w.nextRecord(shortenName(best.label))}
          </button>
        )}
      </div>
    </div>
  );
}
