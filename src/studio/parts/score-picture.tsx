/**
 * The score on a line from 0 to 100 %: its interval, guessing, and the training recordings.
 *
 * Not its concern: how scores are computed.
 */
import type { GolemDocument } from "../../golem/golem-document.ts";
import { isNarrow } from "../state/narrow.ts";
import { words } from "../words/language.ts";

/** The picture; `room` is its width in pixels where the screen is wide, so that its words are as large as others. */
export function ScorePicture({
  evaluation,
  room = 1000,
}: {
  readonly evaluation: NonNullable<GolemDocument["evaluation"]>;
  readonly room?: number;
}) {
  const { balancedAccuracy, interval, chance } = evaluation;
  const { result } = words.value;
  const width = isNarrow.value ? 344 : room;
  const x = (share: number) => 10 + (width - 20) * share;
  const chanceAnchor = chance > 0.9 ? "end" : chance < 0.1 ? "start" : "middle";
  return (
    <svg
      class="picture"
      viewBox={`0 0 ${width} 76`}
      role="img"
      aria-label={`${words.value.percent(balancedAccuracy)}. ${result.between(interval[0], interval[1])} ${result.chance}: ${words.value.percent(chance)}`}
    >
      <rect class="rail" x="10" y="27" width={width - 20} height="2" rx="1" />
      <rect
        class="band"
        x={x(interval[0])}
        y="18"
        width={x(interval[1]) - x(interval[0])}
        height="20"
        rx="10"
      />
      <path class="chance" d={`M${x(chance)} 12V44`} />
      <circle class="score-dot" cx={x(balancedAccuracy)} cy="28" r="9" />
      <text class="q" x={x(chance)} y="66" text-anchor={chanceAnchor}>
        {result.chance}
      </text>
      <text class="q" x={width - 10} y="66" text-anchor="end">
        100 %
      </text>
    </svg>
  );
}
