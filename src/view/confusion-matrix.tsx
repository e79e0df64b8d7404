/**
 * The confusion matrix as a table: rows are true classes, columns predicted classes, each cell a button that
 * opens its recordings.
 */
import { formatWhole } from "../core/format.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import { ClassMark } from "./class-mark.tsx";
import { formatShare } from "./format.ts";

/** Maximum number of classes whose names fit over the columns. */
const namedColumns = 6;
/** With more classes than this, the matrix takes the whole width of the page. */
const narrowColumns = 16;
const shades = 5;
/** Mean counts below this are shown as a dot. */
const leastShown = 0.05;

/** Row and column of a cell. */
export type CellPlace = readonly [row: number, column: number];

/** The texts of the matrix. */
interface MatrixWords {
  /** Accessible name of the scrolling region. */
  readonly name: string;
  readonly recorded: string;
  /** Heading of the column with the recall of each row. */
  readonly found: string;
  /** Heading of the row with the precision of each column; undefined: no such row. */
  readonly right?: string;
  /** Accessible name of a cell. */
  tell(count: string, truth: string, predicted: string): string;
}

/** Properties of {@link ConfusionMatrix}. */
export interface MatrixProps {
  /** Classes in the order shown: all or some of `evaluation.labels`. */
  readonly labels: readonly string[];
  readonly evaluation: Pick<Evaluation, "labels" | "confusion"> & {
    readonly perClass: Readonly<
      Record<string, { readonly support: number; readonly recall: number; readonly precision?: number }>
    >;
  };
  /** Returns the number of a class, from 0; default: its index in `labels`. */
  readonly getNumber?: (label: string) => number;
  readonly words: MatrixWords;
  readonly chosen?: CellPlace | undefined;
  /** Returns whether a cell can be opened; default: every cell that is not empty. */
  readonly canOpen?: (place: CellPlace) => boolean;
  readonly onChoose?: (place: CellPlace) => void;
}

const cellSteps: Readonly<Record<string, CellPlace>> = {
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
};

/** Moves the focus to the next cell that can be opened when an arrow key is pressed. */
function moveBetweenCells(event: KeyboardEvent): void {
  const step = cellSteps[event.key];
  const table = event.currentTarget as HTMLElement;
  const place = /^cell-(\d+)-(\d+)$/.exec((event.target as HTMLElement).dataset.cell ?? "");
  if (!step || !place) return;
  const size = table.querySelectorAll("tbody tr").length;
  let [row, column] = [Number(place[1]), Number(place[2])];
  for (;;) {
    row += step[0];
    column += step[1];
    if (row < 0 || column < 0 || row >= size || column >= size) return;
    const cell = table.querySelector<HTMLElement>(`[data-cell="${getCellId([row, column])}"]`);
    if (!cell) continue;
    event.preventDefault();
    cell.focus();
    return;
  }
}

/** The id of a cell. */
export function getCellId([row, column]: CellPlace): string {
  return `cell-${row}-${column}`;
}

/** Whether a matrix with these classes needs the whole width. */
export function isLargeMatrix(labels: readonly string[]): boolean {
  return labels.length > narrowColumns;
}

/** Returns the counts in the order of `labels`: rows are true classes, columns predicted ones. */
export function orderCounts({ labels, evaluation }: Pick<MatrixProps, "labels" | "evaluation">): number[][] {
  const places = labels.map((label) => evaluation.labels.indexOf(label));
  return places.map((i) => places.map((j) => evaluation.confusion[i]?.[j] ?? 0));
}

/** The table, in a region that scrolls if it is wider than the screen. */
export function ConfusionMatrix(props: MatrixProps) {
  const { labels, evaluation, words, getNumber = (label) => labels.indexOf(label) } = props;
  const { perClass } = evaluation;
  const counts = orderCounts(props);
  const isNamed = labels.length <= namedColumns;
  const firstRow = counts.findIndex((row) => row.some((count) => count > 0));
  const entry: CellPlace = props.chosen ?? [
    firstRow,
    counts[firstRow]?.findIndex((count) => count > 0) ?? -1,
  ];
  return (
    <div
      class={`scroll${isLargeMatrix(labels) ? " large" : ""}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
      tabIndex={0}
      role="region"
      aria-label={words.name}
    >
      <table class="matrix" onKeyDown={props.onChoose && moveBetweenCells}>
        <thead>
          <tr>
            <th scope="col">
              <span class="hidden">{words.recorded}</span>
            </th>
            {labels.map((label) => (
              <th scope="col" key={label} title={label}>
                <ClassMark index={getNumber(label)} />
                <span class={isNamed ? "name" : "hidden"}>{label}</span>
              </th>
            ))}
            <th scope="col" class="found">
              {words.found}
            </th>
          </tr>
        </thead>
        <tbody>
          {labels.map((label, i) => {
            const { support = 0, recall = 0 } = perClass[label] ?? {};
            return (
              <tr key={label}>
                <th scope="row">
                  <span class="label" title={label}>
                    {label}
                  </span>
                  <ClassMark index={getNumber(label)} />
                </th>
                {labels.map((predicted, j) => (
                  <td key={predicted}>
                    <Cell {...props} place={[i, j]} count={counts[i]![j]!} support={support} entry={entry} />
                  </td>
                ))}
                <td class="found">{support > 0 ? formatShare(recall) : "–"}</td>
              </tr>
            );
          })}
        </tbody>
        {words.right !== undefined && (
          <tfoot>
            <tr>
              <th scope="row">{words.right}</th>
              {labels.map((label, j) => {
                const isAnswered = counts.some((row) => row[j]! > 0);
                return (
                  <td class="right" key={label}>
                    {isAnswered ? Math.round(100 * (perClass[label]?.precision ?? 0)) : "–"}
                  </td>
                );
              })}
              <td class="found">%</td>
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}

function Cell(
  props: MatrixProps & {
    readonly place: CellPlace;
    readonly count: number;
    readonly support: number;
    /** The cell that the Tab key reaches. */
    readonly entry: CellPlace;
  },
) {
  const { labels, words, place, count, support, chosen, entry, canOpen = () => true, onChoose } = props;
  if (!(count > 0)) return null;
  const [i, j] = place;
  const shade = Math.min(shades, Math.max(1, Math.ceil((shades * count) / (support || count))));
  const look = `cell ${i === j ? "hit" : "miss"} s${shade}`;
  const text = count < leastShown ? "·" : formatWhole(count);
  if (!canOpen(place)) return <span class={look}>{text}</span>;
  const told = words.tell(text, labels[i]!, labels[j]!);
  return (
    <button
      type="button"
      class={look}
      data-cell={getCellId(place)}
      // If cells are chosen in place, the Tab key reaches one of them, and arrow keys the others.
      tabIndex={onChoose && !(i === entry[0] && j === entry[1]) ? -1 : undefined}
      aria-pressed={chosen?.[0] === i && chosen[1] === j}
      aria-label={told}
      title={told}
      onClick={onChoose && (() => onChoose(place))}
    >
      {text}
    </button>
  );
}
