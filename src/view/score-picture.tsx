/**
 * The score on a line from 0 to 100 % with its interval and chance; below it, the score on the training
 * recordings.
 *
 * Not its concern: how scores are computed, languages.
 */
import type { Evaluation } from "../evaluate/evaluation.ts";
import { at, Picture, PictureText } from "./chart.tsx";
import { formatShare } from "./format.ts";

/** The texts of the picture. */
interface ScoreWords {
  /** Accessible name of the picture. */
  readonly label: string;
  /** Name of the line of the held-out score. */
  readonly heldOut: string;
  /** Name of the line of the score on the training recordings. */
  readonly trained: string;
  readonly guessing: string;
  /** Follows the score on the training recordings: ", which says little". */
  readonly caution?: string;
}

/** The picture, `width` pixels wide. */
export function ScorePicture(props: {
  readonly scores: Pick<Evaluation, "balancedAccuracy" | "interval" | "chance" | "trainAccuracy">;
  readonly width: number;
  readonly words: ScoreWords;
}) {
  const { scores, width, words } = props;
  const { balancedAccuracy, interval, chance, trainAccuracy } = scores;
  const isNarrow = width < 500;
  const left = isNarrow ? 14 : 220;
  const right = width - (isNarrow ? 18 : 30);
  const x = (share: number) => left + (right - left) * share;
  const rowHeight = isNarrow ? 66 : 56;
  const top = 46;
  const y = (row: number) => top + rowHeight * row + (isNarrow ? 30 : 14);
  const bottom = top + 2 * rowHeight + 6;
  /** A line from top to bottom that leaves out the names of the rows where they are in its way. */
  const cross = (place: number, from: number): string => {
    const gaps = isNarrow ? [0, 1].map((row) => [y(row) - 34, y(row) - 14] as const) : [];
    const starts = [from, ...gaps.map(([, end]) => end)];
    const ends = [...gaps.map(([start]) => start), bottom];
    return starts.map((start, i) => (ends[i]! > start ? `M${at(place)} ${start}V${ends[i]}` : "")).join("");
  };
  const isTrainedHigh = trainAccuracy > 0.55;
  return (
    <Picture width={width} height={bottom + 30} label={words.label}>
      {[0, 0.25, 0.5, 0.75, 1].map((tick) => (
        <g key={tick}>
          <path class="grid" d={cross(x(tick), top - 10)} />
          <PictureText x={x(tick)} y={bottom + 20} anchor="middle">
            {formatShare(tick)}
          </PictureText>
        </g>
      ))}
      <path class="chance" d={cross(x(chance), top - 18)} />
      <PictureText
        x={chance > 0.4 ? x(chance) : x(chance) - 4}
        y={top - 26}
        anchor={chance > 0.4 ? "middle" : "start"}
      >
        {`${words.guessing} ${formatShare(chance)}`}
      </PictureText>
      {[words.heldOut, words.trained].map((name, row) =>
        isNarrow ? (
          <PictureText key={name} x={left} y={y(row) - 20}>
            {name}
          </PictureText>
        ) : (
          <PictureText key={name} x={0} y={y(row) + 5} kind="strong">
            {name}
          </PictureText>
        ),
      )}
      <rect
        class="band"
        x={at(x(interval[0]))}
        y={y(0) - 11}
        width={at(x(interval[1]) - x(interval[0]))}
        height="22"
        rx="11"
      />
      <circle class="score-dot" cx={at(x(balancedAccuracy))} cy={y(0)} r="8" />
      <circle class="train-dot" cx={at(x(trainAccuracy))} cy={y(1)} r="7" />
      <PictureText
        x={x(trainAccuracy) + (isTrainedHigh ? -16 : 16)}
        y={y(1) + 5}
        anchor={isTrainedHigh ? "end" : "start"}
      >
        {formatShare(trainAccuracy)}
        {words.caution}
      </PictureText>
    </Picture>
  );
}
