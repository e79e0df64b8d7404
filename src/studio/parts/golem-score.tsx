/**
 * The score of the golem as a picture in the studio's language, as wide as the screen allows.
 *
 * Not its concern: how it is drawn (view/score-picture.tsx), how scores are computed.
 */

import type { GolemDocument } from "../../golem/golem-document.ts";
import { ScorePicture } from "../../view/score-picture.tsx";
import { isNarrow } from "../state/narrow.ts";
import { words } from "../words/language.ts";

/** The picture; `room` is its width in pixels where the screen is wide. */
export function GolemScore({
  evaluation,
  room = 1000,
}: {
  readonly evaluation: NonNullable<GolemDocument["evaluation"]>;
  readonly room?: number;
}) {
  const { balancedAccuracy, interval, chance } = evaluation;
  const { result, lessons, percent } = words.value;
  const label = `${percent(balancedAccuracy)}. ${result.between(interval[0], interval[1])} ${result.chance}: ${percent(chance)}`;
  return (
    <ScorePicture
      scores={evaluation}
      width={isNarrow.value ? 344 : room}
      words={{
        label,
        heldOut: lessons.balance.held,
        trained: lessons.balance.trained,
        guessing: result.chance,
      }}
    />
  );
}
