/**
 * The map of the recordings, coloured by class or by errors, with a list of classes to highlight.
 *
 * Not its concern: how positions were computed, how the map is drawn, how recordings are played.
 */
import { ClassMark } from "../class-mark.tsx";
import { formatShare } from "../format.ts";
import { type MapMark, maximumMarks, RecordingMap } from "../recording-map.tsx";
import { describeAnswer, isMistaken, isPlayable } from "./recording-item.tsx";
import type { ReportData } from "./report-data.ts";
import { BothWidths, Section } from "./section.tsx";

/** The section; undefined if fewer than three recordings have a position. */
export function writeMap({ recordings, labels }: ReportData) {
  const marks = recordings
    .flatMap((recording, index): MapMark[] => {
      const { position, label, isTrained, file } = recording;
      if (!position) return [];
      const name = [label, describeAnswer(recording), file].filter(Boolean).join(", ");
      const isWrong = isMistaken(recording);
      return [{ index, position, number: labels.indexOf(label), isTrained, isWrong, name }];
    })
    .slice(0, maximumMarks);
  if (marks.length < 3) return undefined;
  const hasBoth = new Set(marks.map(({ isTrained }) => isTrained)).size === 2;
  const left = recordings.length - marks.length;
  const canPlay = isPlayable(recordings);
  return (
    <Section
      id="map"
      title="Which recordings sound alike"
      sentence={
        <>
          Recordings with similar embeddings are close together:{" "}
          <b>{formatShare(computeNeighbourShare(marks, recordings))}</b> have a nearest neighbour of their own
          class here. Point at a mark to see its recording{canPlay && ", click it to play"}.
        </>
      }
    >
      <div class="map" data-colour="label">
        <fieldset class="choice">
          <legend class="hidden">Colour by</legend>
          <label>
            <input type="radio" name="colour" value="label" checked /> class
          </label>
          <label>
            <input type="radio" name="colour" value="mistake" /> errors
          </label>
        </fieldset>
        <div class="stage">
          <BothWidths
            draw={(width) => (
              <RecordingMap
                marks={marks}
                width={width}
                label={`Map of ${marks.length} recordings. Arrow keys go from one to the next${canPlay ? ", Enter plays" : ""}.`}
              />
            )}
            widths={{ wide: 760, narrow: 344 }}
          />
        </div>
        <div class="legend">
          <ul class="classes">
            {labels.map((label, i) => (
              <li key={label}>
                <button type="button" data-class={i} aria-pressed="false">
                  <ClassMark index={i} />
                  <span>{label}</span>
                </button>
              </li>
            ))}
          </ul>
          <p class="note">
            {hasBoth && "Circles: training recordings. Squares: test recordings. "}Dashed outline, orange when
            coloured by errors: classified as another class while held out. Only neighbourhoods are
            meaningful; long distances and gaps are approximate.
            {left > 0 && ` ${left} recordings are not shown; the map has at most ${marks.length}.`}
          </p>
        </div>
      </div>
    </Section>
  );
}

/** Share of the marks whose nearest mark is of the same class. */
function computeNeighbourShare(marks: readonly MapMark[], recordings: ReportData["recordings"]): number {
  const getLabel = ({ index }: MapMark) => recordings[index]!.label;
  let same = 0;
  for (const one of marks) {
    let nearest = Number.POSITIVE_INFINITY;
    let label = "";
    for (const other of marks) {
      if (other === one) continue;
      const distance =
        (one.position[0] - other.position[0]) ** 2 + (one.position[1] - other.position[1]) ** 2;
      if (distance < nearest) [nearest, label] = [distance, getLabel(other)];
    }
    if (label === getLabel(one)) same++;
  }
  return same / marks.length;
}
