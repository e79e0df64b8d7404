/**
 * The confusion matrix, with the recordings of each cell.
 *
 * Not its concern: how the matrix is drawn, how recordings are played.
 */
import { formatWhole } from "../../core/format.ts";
import type { Evaluation } from "../../evaluate/evaluation.ts";
import { type CellPlace, ConfusionMatrix, getCellId, isLargeMatrix } from "../confusion-matrix.tsx";
import { formatShare } from "../format.ts";
import { isPlayable, RecordingItem } from "./recording-item.tsx";
import type { ReportData, ReportRecording } from "./report-data.ts";
import { Section } from "./section.tsx";

/** With more classes than this there is no matrix, only the lists of its largest cells. */
const maximumColumns = 60;
const maximumLists = 400;
/** Maximum number of cells in the menu that is shown instead of a matrix. */
const maximumChoices = 30;

interface FilledCell {
  readonly place: CellPlace;
  readonly truth: string;
  readonly predicted: string;
  readonly count: number;
  /** The recordings, with their indices in the report. */
  readonly recordings: readonly { readonly recording: ReportRecording; readonly index: number }[];
}

/** The section; undefined if nothing was scored. */
export function writeConfusion(data: ReportData) {
  const { evaluation } = data;
  if (!evaluation) return undefined;
  const { labels, repeats, perClass } = evaluation;
  const cells = listCells(evaluation, data.recordings);
  const mistakes = cells.filter(({ truth, predicted }) => truth !== predicted);
  const worst = mistakes[0];
  const first = worst ?? cells[0];
  const lists = cells.slice(0, maximumLists);
  const openable = new Set(lists.map(({ place }) => getCellId(place)));
  return (
    <Section
      id="mistakes"
      title="Confusion matrix"
      sentence={
        <>
          {worst ? (
            <>
              Most frequent error: <b>{worst.truth}</b> classified as <b>{worst.predicted}</b> (
              {formatWhole(worst.count)} of {formatWhole(perClass[worst.truth]?.support ?? 0)}).
            </>
          ) : (
            "Every recording was classified correctly."
          )}{" "}
          Choose a number to see {isPlayable(data.recordings) && "and play "}its recordings.
        </>
      }
    >
      <div class={`confusion${isLargeMatrix(labels) ? " large" : ""}`}>
        <div>
          {labels.length <= maximumColumns ? (
            <ConfusionMatrix
              labels={labels}
              evaluation={evaluation}
              words={matrixWords}
              chosen={first?.place}
              canOpen={(place) => openable.has(getCellId(place))}
            />
          ) : (
            <CellMenu cells={lists} />
          )}
          <p class="note">
            Rows are true classes, columns predicted classes
            {repeats > 1 ? `; counts are means over ${repeats} repeats of cross-validation` : ""}. Recall: the
            share of a row that was classified correctly. Precision: the share of a column that is correct.
          </p>
        </div>
        <div class="lists" aria-live="polite">
          {lists.map((cell) => (
            <CellList key={getCellId(cell.place)} cell={cell} isOpen={cell === first} repeats={repeats} />
          ))}
        </div>
      </div>
    </Section>
  );
}

const matrixWords = {
  ...{
    name: "Counts by true and predicted class",
    recorded: "true class",
    found: "recall",
    right: "precision",
  },
  tell: (count: string, truth: string, predicted: string) =>
    `${count} ${truth === predicted ? `${truth}, correct` : `${truth} classified as ${predicted}`}`,
};

/** The cells that are not empty: errors first, then by count, largest first. */
function listCells({ labels, confusion }: Evaluation, recordings: readonly ReportRecording[]): FilledCell[] {
  const members = new Map<string, { recording: ReportRecording; index: number }[]>();
  for (const [index, recording] of recordings.entries()) {
    if (!recording.isScored) continue;
    for (const { label } of recording.answers) {
      const key = JSON.stringify([recording.label, label]);
      const own = members.get(key);
      if (own) own.push({ recording, index });
      else members.set(key, [{ recording, index }]);
    }
  }
  return labels
    .flatMap((truth, i) =>
      labels.flatMap((predicted, j): FilledCell[] => {
        const count = confusion[i]?.[j] ?? 0;
        if (!(count > 0)) return [];
        const behind = members.get(JSON.stringify([truth, predicted])) ?? [];
        return [{ place: [i, j], truth, predicted, count, recordings: behind }];
      }),
    )
    .sort((a, b) => Number(a.truth === a.predicted) - Number(b.truth === b.predicted) || b.count - a.count);
}

function CellMenu({ cells }: { readonly cells: readonly FilledCell[] }) {
  return (
    <ul class="menu">
      {cells.slice(0, maximumChoices).map(({ place, truth, predicted, count }, i) => (
        <li key={getCellId(place)}>
          <button type="button" class="cell miss" data-cell={getCellId(place)} aria-pressed={i === 0}>
            {`${truth} as ${predicted} (${formatWhole(count)})`}
          </button>
        </li>
      ))}
    </ul>
  );
}

function CellList(props: { readonly cell: FilledCell; readonly isOpen: boolean; readonly repeats: number }) {
  const { cell, isOpen, repeats } = props;
  const { place, truth, predicted, count, recordings } = cell;
  const describeShare = ({ scores, answers }: ReportRecording): string => {
    const find = (shares: ReportRecording["scores"]) =>
      shares.find(({ label }) => label === predicted)?.share ?? 0;
    return repeats === 1
      ? `probability ${formatShare(find(scores))}`
      : `${Math.round(find(answers) * repeats)} of ${repeats} times`;
  };
  return (
    <div class="list" id={getCellId(place)} hidden={!isOpen}>
      <h3>
        {truth === predicted ? (
          <>
            <b>{truth}</b>, correct
          </>
        ) : (
          <>
            <b>{truth}</b> classified as <b>{predicted}</b>
          </>
        )}{" "}
        <span class="count">{formatWhole(count)}</span>
      </h3>
      <ul class="recordings">
        {recordings.map(({ recording, index }) => (
          <RecordingItem key={index} recording={recording} index={index} note={describeShare(recording)} />
        ))}
      </ul>
    </div>
  );
}
