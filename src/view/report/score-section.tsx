/**
 * The top of the page: the held-out score with its interval, beside chance and the score on the training
 * recordings.
 *
 * Not its concern: how scores are computed, how they are drawn.
 */
import { formatDuration, formatNumberOf, formatPercent } from "../../core/format.ts";
import type { Evaluation } from "../../evaluate/evaluation.ts";
import { describeScored } from "../../evaluate/standing.ts";
import { formatShare } from "../format.ts";
import { ScorePicture } from "../score-picture.tsx";
import { describeInterval, describeProtocol, describeVerdict, trainedCaution } from "../sentences.ts";
import type { ReportData } from "./report-data.ts";
import { BothWidths, Facts } from "./section.tsx";

/** Title, score and picture. */
export function ScoreSection({ data }: { readonly data: ReportData }) {
  const { kind, name, evaluation, training, labels } = data;
  return (
    <section id="score" class="hero" aria-label="Score">
      <h1>
        <span class="kicker">{kind === "golem" ? "Evaluation of a golem" : "Evaluation on a test set"}</span>{" "}
        {name}
      </h1>
      {evaluation ? (
        <Score evaluation={evaluation} />
      ) : (
        <p class="lead">
          Not scored: a class has only one recording, so nothing could be held out. Record at least two per
          class, or give a test set.
        </p>
      )}
      <Facts
        facts={[
          ["classes", String(labels.length)],
          ["training recordings", String(training.recordings)],
          ["of audio", formatDuration(training.seconds)],
          ...(evaluation
            ? ([
                ["macro F1 (1 is best)", evaluation.macroF1.toFixed(2)],
                ["log loss (0 is best)", evaluation.logLoss.toFixed(2)],
              ] as const)
            : []),
        ]}
      />
    </section>
  );
}

function Score({ evaluation }: { readonly evaluation: Evaluation }) {
  const { balancedAccuracy, interval, chance, trainAccuracy, speakers } = evaluation;
  const verdict = describeVerdict(evaluation);
  const by = speakers === undefined ? "" : `; ${formatNumberOf(speakers, evaluation.groupedBy ?? "speaker")}`;
  const words = {
    label:
      `On ${describeScored(evaluation)} ${formatShare(balancedAccuracy, 1)}, ${describeInterval(evaluation)}; ` +
      `guessing ${formatShare(chance, 1)}; on the training recordings ${formatShare(trainAccuracy, 1)}`,
    ...{ heldOut: describeScored(evaluation), trained: "training recordings", guessing: "guessing" },
    caution: `, ${trainedCaution}`,
  };
  return (
    <>
      <div class="score">
        <p class="number">
          {formatPercent(balancedAccuracy).replace(" %", "")}
          <span>%</span>
        </p>
        <div>
          <p class="lead">
            balanced accuracy on {describeScored(evaluation)}: the recall averaged over classes. The 95 %
            interval is <b>{formatShare(interval[0], 1)}</b> to <b>{formatShare(interval[1], 1)}</b>.
          </p>
          <p>{`${verdict[0]!.toUpperCase()}${verdict.slice(1)}. Measured ${describeProtocol(evaluation)}${by}.`}</p>
        </div>
      </div>
      <BothWidths draw={(width) => <ScorePicture scores={evaluation} width={width} words={words} />} />
    </>
  );
}
